//! Completing a turn: carrying the plan out until it waits for something.

use std::collections::HashSet;

use sluice_store::{StoredEvent, Turn};
use sluice_types::{EventType, ExecutionEvent, ExecutionStatus, RunError, StepKind, StepPath, StepRunStatus};

use super::containers::{ListPath, Node};
use super::plan::{Action, Mode, SkipReason, plan};
use super::{Answer, Env, Evaluation, Machine, Outcome, Question, Step};
use crate::templating::text_of;

/// The evaluations that a plan lacks, and what is to be planned again with them.
#[derive(Default)]
struct Missing {
    evaluations: Vec<Evaluation>,
    nodes: Vec<Node>,
    paths: HashSet<StepPath>,
}

impl Missing {
    fn add(&mut self, evaluation: Evaluation, node: Node) {
        // A list may be planned several times in a turn.
        if self.paths.insert(evaluation.path.clone()) {
            self.evaluations.push(evaluation);
            self.nodes.push(node);
        }
    }
}

impl Machine {
    /// Plans, and returns the turn; or requests evaluations first.
    pub(super) fn complete_turn(&mut self, env: &Env<'_>) -> Step {
        let needed = self.advance(env);
        if !needed.is_empty() {
            return Step::Needs(needed);
        }
        let status = self.journal.state.status;
        if self.turn.asked && self.turn.events.is_empty() && !status.is_terminal() {
            // The change is told, and no new pause: a reader decides once for each `paused`.
            let event = ExecutionEvent { event_type: EventType::Progress, ..self.status_event(status) };
            self.emit(event);
        }
        self.journal.turn += 1;
        Step::Done(Box::new(self.outcome(env.token)))
    }

    /// Carries the plan out until it must wait, and sets the execution's status. Returns the evaluations that it
    /// requires to continue.
    fn advance(&mut self, env: &Env<'_>) -> Vec<Evaluation> {
        if self.journal.state.status.is_terminal() {
            self.set_status(self.journal.state.status);
            return Vec::new();
        }
        let on_hold = self.journal.state.on_hold || env.draining;
        let mut missing = Missing::default();
        if !on_hold {
            missing.evaluations = self.begin_due_attempts();
        }
        while !self.runs.frontier().stirred().is_empty() {
            let actions = plan(&self.index, &self.runs, Mode { yolo: self.journal.state.yolo, on_hold });
            self.runs.frontier_mut().settle();
            for action in actions {
                self.act(action, &mut missing, env);
            }
        }
        if let Some(ended) = self.turn.ended {
            self.set_status(ended);
            return Vec::new();
        }
        // They are planned again with the answers.
        for node in missing.nodes {
            self.runs.frontier_mut().stir(node);
        }
        if missing.evaluations.is_empty() {
            self.set_status(self.status_under_way());
        }
        missing.evaluations
    }

    /// Carries out one action, or notes the evaluation that it lacks.
    fn act(&mut self, action: Action, missing: &mut Missing, env: &Env<'_>) {
        match action {
            Action::Start(path) | Action::OpenGate(path) | Action::Decide(path) if self.is_interrupted_too_often() => {
                self.open_interrupted_gate(&path);
            }
            Action::Start(path) => match self.evaluation(&path) {
                Some(evaluation) => missing.add(evaluation, Node::of(&path)),
                // A step that cannot start fails at once, and the plan continues.
                None => self.start_step(&path),
            },
            Action::OpenGate(path) => match self.evaluation(&path) {
                Some(evaluation) => missing.add(evaluation, Node::List(ListPath::of(&path))),
                None => self.open_review(&path),
            },
            Action::Decide(path) => match self.evaluation_to_decide(&path) {
                Some(evaluation) => missing.add(evaluation, Node::List(ListPath::of(&path))),
                None => self.decide(&path),
            },
            Action::Judge(path) => match self.evaluation_to_judge(&path) {
                Some(evaluation) => missing.add(evaluation, Node::Container(path)),
                None => self.judge(&path, env),
            },
            Action::Skip(path, reason) => self.skip(&path, reason),
            Action::Enter(path) if self.agent_step(&path).is_some() => self.enter_agent(&path),
            Action::Enter(path) => self.enter_again(&path),
            Action::NextTurn(agent) => self.next_turn(&agent),
            Action::Answer(agent) => self.answer_agent(&agent, env),
            Action::FailAgent(agent) => self.fail_agent(&agent, env),
            Action::Open(container, list) => self.runs.frontier_mut().open(&container, list),
            Action::Gather(path) => self.gather(&path),
            Action::Complete(list) => match list.container() {
                Some(container) => _ = self.runs.frontier_mut().close(&container, &list, false),
                None => self.turn.ended = Some(ExecutionStatus::Completed),
            },
            Action::Fail(list, _) if list == ListPath::ROOT => self.turn.ended = Some(ExecutionStatus::Failed),
            Action::Fail(list, step) => self.list_failed(&list, &step, env),
        }
    }

    /// The templates of a step that must be evaluated before its run can continue; `None` when they are.
    pub(super) fn evaluation(&self, path: &StepPath) -> Option<Evaluation> {
        // The prompt of an agent is filled in when it begins, and not for each turn.
        if self.turn.answers.contains_key(path) || path.in_agent().is_some() {
            return None;
        }
        if let StepKind::Tool(tool) = &self.place(path)?.step.kind {
            let has_templates = self.place(path)?.step.templates().iter().any(|(_, text)| text.contains(['{', '$']));
            let question = Question::Arguments(tool.arguments.clone());
            return has_templates.then(|| Evaluation { path: path.clone(), at: path.clone(), question });
        }
        let templates = self.place(path)?.step.templates();
        let templates = templates.into_iter().map(|(field, source)| (field, source.to_owned())).collect();
        Some(Evaluation { path: path.clone(), at: path.clone(), question: Question::Texts(templates) })
    }

    /// The texts of a step's templates, as they were evaluated for this turn.
    pub(super) fn texts(&self, path: &StepPath) -> Result<Vec<String>, RunError> {
        match self.turn.answers.get(path) {
            Some(Ok(Answer::Texts(texts))) => Ok(texts.clone()),
            Some(Err(error)) => Err(error.clone()),
            Some(Ok(Answer::Verdicts(_) | Answer::Items(_) | Answer::Arguments(_))) | None => Ok(Vec::new()),
        }
    }

    pub(super) fn skip(&mut self, path: &StepPath, reason: SkipReason) {
        let (content, message) = match reason {
            SkipReason::Disabled => (None, "The step is switched off."),
            SkipReason::JumpedOver => (None, "The run goes to a later step and skips this one."),
            SkipReason::NotTaken => (None, "Its case, item or round does not run this time."),
            SkipReason::Yolo => (self.shown_text(path).map(|(_, text)| text), "Reviews are skipped in this run."),
        };
        self.change(path, |record| {
            record.run.status = StepRunStatus::Skipped;
            record.run.output = content.clone().map(serde_json::Value::String);
            record.run.content = content;
        });
        let event = self.event_of(EventType::Skipped, path);
        self.emit(ExecutionEvent { message: Some(message.into()), ..event });
    }

    /// The text that a review shows, and its step run: the last of its steps with a text.
    pub(super) fn shown_text(&self, review: &StepPath) -> Option<(StepPath, String)> {
        let shown = self.index.shown_by(self.place(review)?);
        shown.into_iter().rev().find_map(|place| {
            let run = self.seen_from(review, place)?;
            let text = run.content.clone().or_else(|| run.output.as_ref().map(text_of))?;
            Some((run.path.clone(), text))
        })
    }

    pub(super) fn outcome(&mut self, token: i64) -> Outcome {
        let draft = std::mem::take(&mut self.turn);
        let journal = &self.journal;
        let stored = |event: &ExecutionEvent| StoredEvent {
            seq: event.seq.unwrap_or_default(),
            payload: serde_json::to_string(event).unwrap_or_default(),
        };
        let turn = Turn {
            tenant: journal.tenant.clone(),
            execution_id: journal.execution_id.clone(),
            epoch: journal.epoch,
            turn: journal.turn,
            token,
            state: journal.state.clone(),
            snapshot: draft.snapshot_changed.then(|| journal.snapshot.clone()),
            step_runs: draft.changed.iter().filter_map(|path| self.runs.record(path)).cloned().collect(),
            attempts: draft.attempts,
            decisions: draft.decisions,
            events: draft.events.iter().map(stored).collect(),
        };
        Outcome { turn, events: draft.events, effects: draft.effects }
    }
}
