//! Follows a run in the same process: its events and its texts, each once and in order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use sluice_engine::{Channel, Engine, Frame};
use sluice_store::{StoreError, is_full_page};
use sluice_types::{EventType, Execution, ExecutionEvent, ExecutionId, StepPath, StepRunStatus, TenantId};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::terminal::{Terminal, named};

/// The shortest time between two lines on how far one call of a tool is.
const PROGRESS_LINE_EVERY: Duration = Duration::from_secs(2);
/// How long the run's status is believed without being read again.
const LOOK: Duration = Duration::from_millis(500);

/// One run, shown as it goes. The live stream is listened to from the beginning to the end of it; the
/// database has all events, so that one that the live stream lost is shown too.
pub struct Follower<'a> {
    engine: &'a Engine,
    tenant: &'a TenantId,
    id: &'a ExecutionId,
    terminal: Terminal,
    live: Receiver<Frame>,
    /// Keeps the stream open.
    _channel: Arc<Channel>,
    /// The texts that were there when listening began; they are shown after the stored events.
    texts: Vec<Frame>,
    /// The number of the last event that was shown.
    after: i64,
    /// How many bytes of each attempt's text were printed.
    printed: HashMap<(StepPath, i32), usize>,
    /// The attempt whose text is printed as it comes. The texts of attempts beside it are printed after it, each whole.
    speaking: Option<(StepPath, i32)>,
    /// The attempts that have ended meanwhile.
    waiting: Vec<(StepPath, i32)>,
    /// The newest attempt of each step run that has ended. Live frames may come after events that were read from the
    /// database.
    ended: HashMap<StepPath, i32>,
    /// The attempts of which it was told that they think.
    thinking: HashSet<(StepPath, i32)>,
    /// When it was last told how far each call of a tool is.
    progress: HashMap<StepPath, Instant>,
    /// The labels of the steps that have begun.
    labels: HashMap<StepPath, String>,
}

impl<'a> Follower<'a> {
    /// Begins to listen.
    pub fn new(engine: &'a Engine, tenant: &'a TenantId, id: &'a ExecutionId, terminal: Terminal) -> Self {
        let channel = engine.channel(tenant, id);
        let (texts, live) = channel.subscribe(engine.outside().clock.now());
        Self {
            engine,
            tenant,
            id,
            terminal,
            live,
            _channel: channel,
            texts,
            after: 0,
            printed: HashMap::new(),
            speaking: None,
            waiting: Vec::new(),
            ended: HashMap::new(),
            thinking: HashSet::new(),
            progress: HashMap::new(),
            labels: HashMap::new(),
        }
    }

    /// Shows events until the run has ended or waits, and gives its state at that time.
    pub async fn until_settled(&mut self) -> Result<Execution, String> {
        loop {
            let position = self.engine.store().event_position(self.tenant, self.id).await.map_err(text_of)?;
            self.show_stored().await.map_err(text_of)?;
            for frame in std::mem::take(&mut self.texts) {
                self.show(&frame).await.map_err(text_of)?;
            }
            if position.is_none_or(|(_, status)| status.is_settled()) {
                let execution = self.engine.execution(self.tenant, self.id).await.map_err(|error| error.to_string())?;
                if execution.status.is_settled() {
                    self.terminal.end_text();
                    return Ok(execution);
                }
            }
            self.show_live().await.map_err(text_of)?;
        }
    }

    /// Shows live frames until the status is due to be read again: after stored events, or after `LOOK`.
    async fn show_live(&mut self) -> Result<(), StoreError> {
        let until = Instant::now() + LOOK;
        while let Ok(received) = tokio::time::timeout_at(until, self.live.recv()).await {
            let frame = match received {
                Ok(frame) => frame,
                // The lost frames are read from the database.
                Err(RecvError::Lagged(_)) => return Ok(()),
                Err(RecvError::Closed) => {
                    tokio::time::sleep_until(until).await;
                    return Ok(());
                }
            };
            self.show(&frame).await?;
            if frame.seq.is_some() && self.live.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Shows the stored events that were not shown.
    async fn show_stored(&mut self) -> Result<(), StoreError> {
        loop {
            let page = self.engine.store().events_after(self.tenant, self.id, self.after).await?;
            for stored in &page {
                if let Ok(event) = serde_json::from_str(&stored.payload) {
                    self.show_event(&event).await?;
                }
                self.after = stored.seq;
            }
            if !is_full_page(&page) {
                return Ok(());
            }
        }
    }

    async fn show(&mut self, frame: &Frame) -> Result<(), StoreError> {
        match frame.seq {
            Some(seq) if seq <= self.after => {}
            Some(seq) if seq > self.after + 1 => self.show_stored().await?,
            Some(seq) => {
                if let Some(event) = frame.event() {
                    self.show_event(&event).await?;
                }
                self.after = seq;
            }
            None => match frame.event().filter(|event| !self.has_ended(event)) {
                Some(event) if event.event_type == EventType::ToolProgress => self.show_progress(&event),
                Some(event) => self.show_piece(event),
                None => {}
            },
        }
        Ok(())
    }

    /// Whether a live event belongs to an attempt that has ended.
    fn has_ended(&self, event: &ExecutionEvent) -> bool {
        let ended = event.path.as_ref().and_then(|path| self.ended.get(path));
        ended.zip(event.attempt).is_some_and(|(ended, attempt)| attempt <= *ended)
    }

    /// Shows a piece of text; of thinking, only that it began.
    fn show_piece(&mut self, event: ExecutionEvent) {
        let ExecutionEvent { event_type, path: Some(path), attempt: Some(attempt), offset, text: Some(text), .. } =
            event
        else {
            return;
        };
        match event_type {
            EventType::Text => {
                let offset = offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(0);
                let attempt = (path, attempt);
                if *self.speaking.get_or_insert_with(|| attempt.clone()) == attempt {
                    self.print(attempt, offset, &text);
                }
            }
            EventType::Thinking => {
                let label = self.label_of(&path);
                if self.thinking.insert((path, attempt)) {
                    self.terminal.show_thinking(&label);
                }
            }
            _ => {}
        }
    }

    /// Shows how far a call of a tool is, now and then.
    fn show_progress(&mut self, event: &ExecutionEvent) {
        let Some(path) = &event.path else { return };
        let now = Instant::now();
        if self.progress.get(path).is_some_and(|told| now - *told < PROGRESS_LINE_EVERY) {
            return;
        }
        self.progress.insert(path.clone(), now);
        self.terminal.show_progress(&self.label_of(path), event);
    }

    fn label_of(&self, path: &StepPath) -> String {
        self.labels.get(path).map_or_else(|| path.to_string(), |label| named(label, Some(path)))
    }

    async fn show_event(&mut self, event: &ExecutionEvent) -> Result<(), StoreError> {
        let completed = event.event_type == EventType::Progress && event.step_status == Some(StepRunStatus::Completed);
        if let (true, Some(path), Some(attempt)) = (completed, &event.path, event.attempt) {
            self.waiting.push((path.clone(), attempt));
        }
        self.end_speech(event);
        if self.speaking.is_none() {
            for attempt in std::mem::take(&mut self.waiting) {
                self.print_rest(attempt).await?;
            }
        }
        if let (Some(path), Some(label)) = (&event.path, &event.step_label) {
            self.labels.insert(path.clone(), label.clone());
        }
        self.terminal.show(event);
        Ok(())
    }

    /// Notes that an attempt has ended, and lets other attempts speak once the one that spoke has.
    fn end_speech(&mut self, event: &ExecutionEvent) {
        let ends = match event.event_type {
            EventType::Retry | EventType::Error => true,
            _ => event.step_status.is_some_and(|status| status != StepRunStatus::Running),
        };
        if let (true, Some(path), Some(attempt)) = (ends, &event.path, event.attempt) {
            self.ended.insert(path.clone(), attempt);
        }
        let speaks = |(path, _): &(StepPath, i32)| event.path.as_ref() == Some(path);
        self.speaking = self.speaking.take().filter(|speaking| !(ends && speaks(speaking)));
    }

    /// Prints the rest of the text of an attempt that has ended.
    async fn print_rest(&mut self, attempt: (StepPath, i32)) -> Result<(), StoreError> {
        if self.terminal.is_quiet() {
            return Ok(());
        }
        let (path, number) = &attempt;
        if let Some(text) = self.engine.store().attempt_text(self.tenant, self.id, path, *number).await? {
            self.print(attempt, 0, &text);
            self.terminal.end_text();
        }
        Ok(())
    }

    /// Prints the part of a piece that was not printed. A piece that leaves a gap waits for the rest.
    fn print(&mut self, attempt: (StepPath, i32), offset: usize, text: &str) {
        let printed = self.printed.entry(attempt).or_default();
        let new = printed.checked_sub(offset).and_then(|known| text.get(known..)).unwrap_or_default();
        if !new.is_empty() {
            *printed += new.len();
            self.terminal.print(new);
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
fn text_of(error: StoreError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_engine::providers::{NetworkPolicy, ProvidersConfig, Vault};
    use sluice_engine::{Command, EngineConfig, StartRequest, TextKind};
    use sluice_testing::TestDatabase;
    use sluice_types::limits::MAX_WAIT_SECONDS;
    use sluice_types::{DecideGate, Metadata, ReviewDecision, StartExecution, Workflow, WorkflowId};

    use super::*;
    use crate::cli::open_engine;

    async fn engine(database: &TestDatabase) -> Engine {
        let vault = Vault::from_passphrase("a passphrase of the tests".into()).unwrap();
        let providers = ProvidersConfig { vault, server_keys: Vec::new(), network: NetworkPolicy::PublicOnly };
        open_engine(database.config(), providers, EngineConfig::default()).await.unwrap()
    }

    async fn start(engine: &Engine, tenant: &TenantId) -> ExecutionId {
        let echo = |id: &str| json!({"id": id, "label": id, "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": id});
        let steps = json!({"steps": [echo("first"), {"id": "r", "label": "R", "type": "review"}, echo("second")]});
        let now = engine.outside().clock.now();
        let workflow = Workflow {
            id: WorkflowId::new("w").unwrap(),
            name: "W".into(),
            description: String::new(),
            category: None,
            tags: Vec::new(),
            metadata: Metadata::new(),
            definition: serde_json::from_value(steps).unwrap(),
            layout: Vec::new(),
            version: 1,
            is_template: false,
            is_published: false,
            source_template_id: None,
            is_active: true,
            created_by: None,
            created_at: now,
            updated_at: now,
        };
        engine.store().create_workflow(tenant, workflow.clone()).await.unwrap();
        let request = StartRequest { workflow_id: workflow.id, start: StartExecution::default(), idempotency: None };
        engine.start(tenant, request).await.unwrap().id
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_late_piece_of_an_attempt_that_ended_keeps_no_other_from_speaking() {
        let database = TestDatabase::sqlite();
        let (engine, tenant) = (engine(&database).await, TenantId::local());
        let id = start(&engine, &tenant).await;
        let longest = Duration::from_secs(MAX_WAIT_SECONDS.into());
        engine.wait(&tenant, &id, None, longest).await.unwrap();
        let mut follower = Follower::new(&engine, &tenant, &id, Terminal::new(false));
        follower.until_settled().await.unwrap();
        // The events were read from the database before this frame came.
        let path = StepPath::new("first").unwrap();
        let late = Frame::text(TextKind::Answer, &id, engine.outside().clock.now(), &path, 1, 0, "first");
        follower.show(&late).await.unwrap();
        let decision = ReviewDecision::Approve;
        let approve = DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq: None };
        let review = Command::Review(StepPath::new("r").unwrap(), approve);
        engine.command(&tenant, &id, review, "tester").await.unwrap();
        engine.wait(&tenant, &id, None, longest).await.unwrap();
        follower.until_settled().await.unwrap();
        let printed = |at: &str| follower.printed.get(&(StepPath::new(at).unwrap(), 1)).copied();
        assert_eq!((printed("first"), printed("second")), (Some(5), Some(6)));
    }
}
