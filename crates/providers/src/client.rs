//! Sends calls to providers over HTTP, and streams their answers.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use dashmap::DashMap;
use futures_util::{StreamExt as _, stream};
use reqwest::{Response, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde::de::IgnoredAny;
use sluice_types::{FinishReason, ProviderName, TokenUsage};
use tokio::time::timeout;

use crate::address::{check_model, protocol_of, provider_named, root};
use crate::call::{AssistantMessage, Message, ModelCall};
use crate::error::{ProviderError, ProviderErrorKind};
use crate::event::{Finish, ModelEvent, ModelStream};
use crate::form::{Form, Structure};
use crate::protocol::{Protocol, join};
use crate::reader::AnswerReader;
use crate::refusal::{self, MAX_ERROR_BYTES};

/// Timeout of a key check, from connecting to reading the list of models, and of reading an error's body.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of a list of models that are read. `OpenRouter`'s holds hundreds of models with their descriptions.
pub const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;
/// Models whose form is remembered. Those of further models are learned anew for each call.
const MAX_REMEMBERED: usize = 1_000;
/// Requests for one call, each in another form.
const MAX_FORMS: usize = 6;
/// Times that a provider may pause in one answer.
const MAX_PAUSES: usize = 8;

/// The way to real providers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    now: fn() -> SystemTime,
    forms: Arc<Forms>,
}

/// The forms of requests that models were found to take, by the root of their provider and their name.
type Forms = DashMap<(String, String), Form>;

impl Client {
    /// Calls through `http`, which decides on connect time-outs, proxies, TLS and redirects. It should follow no
    /// redirect and set no total time-out: an answer may take minutes. `now` tells the time, for waits that a provider
    /// gives as a date.
    #[must_use]
    pub fn new(http: reqwest::Client, now: fn() -> SystemTime) -> Self {
        Self { http, now, forms: Arc::default() }
    }

    /// Calls the model and returns once its answer begins.
    ///
    /// # Errors
    ///
    /// Failures before the first event are returned here, later ones in the stream.
    pub async fn stream(&self, call: ModelCall) -> Result<ModelStream, ProviderError> {
        let key = call.api_key.clone();
        let shown = move |error: ProviderError| error.fit_to_show(key.as_ref());
        let mut answer = Conversation::begin(self.clone(), call).await.map_err(&shown)?;
        let first = answer.next().await.transpose().map_err(&shown)?;
        let Some(first) = first else { return Err(refusal::broken("the provider's answer is empty")) };
        let rest = stream::unfold(Some(answer), move |answer| {
            let shown = shown.clone();
            async move {
                let mut answer = answer?;
                let event = answer.next().await?;
                let goes_on = event.is_ok().then_some(answer);
                Some((event.map_err(shown), goes_on))
            }
        });
        Ok(stream::once(async move { Ok(first) }).chain(rest).boxed())
    }

    /// Checks a key by listing models, which costs no tokens. An `openai_compatible` server may list its models without
    /// a key (`OpenRouter` does): then success only proves that the URL is right.
    ///
    /// # Errors
    ///
    /// `Unauthorized` if the key is refused, `BadRequest` if there is no list of models at the URL, and connection
    /// errors.
    pub async fn check(
        &self,
        provider: &str,
        api_key: Option<&SecretString>,
        base_url: Option<&str>,
    ) -> Result<(), ProviderError> {
        let listed = timeout(CHECK_TIMEOUT, self.list_models(provider, api_key, base_url)).await;
        let in_time = listed.unwrap_or_else(|_| Err(refusal::late()));
        in_time.map_err(|error| error.fit_to_show(api_key))
    }

    async fn list_models(
        &self,
        provider: &str,
        api_key: Option<&SecretString>,
        base_url: Option<&str>,
    ) -> Result<(), ProviderError> {
        let provider = provider_named(provider)?;
        let protocol = protocol_of(provider, "", false);
        let url = join(&root(provider, protocol, base_url)?, protocol.list_path())?;
        let key = usable_key(provider, api_key)?;
        let request = protocol.headers(self.http.get(url), key);
        let response = request.send().await.map_err(|error| refusal::from_transport(&error))?;
        let status = response.status();
        let no_list = "there is no list of models at the base URL: check its path";
        if matches!(status.as_u16(), 404 | 405) {
            return Err(ProviderError {
                status: Some(status.as_u16()),
                ..ProviderError::new(ProviderErrorKind::BadRequest, no_list)
            });
        }
        if !status.is_success() {
            return Err(refused(response, (self.now)()).await);
        }
        let body = read_at_most(MAX_LIST_BYTES, response).await?;
        if body.len() > MAX_LIST_BYTES {
            let message = format!("the list of models at the base URL is longer than {MAX_LIST_BYTES} bytes");
            return Err(ProviderError::new(ProviderErrorKind::BadRequest, message));
        }
        let list: ModelList = serde_json::from_slice(&body).unwrap_or_default();
        if list.data.or(list.models).is_none() {
            return Err(ProviderError::new(ProviderErrorKind::BadRequest, no_list));
        }
        Ok(())
    }

    fn remember(&self, key: (String, String), form: Form) {
        if self.forms.len() < MAX_REMEMBERED || self.forms.contains_key(&key) {
            self.forms.insert(key, form);
        }
    }
}

/// A list of models, under the key of its protocol. Its items are skipped, not kept.
#[derive(Default, Deserialize)]
struct ModelList {
    data: Option<IgnoredAny>,
    models: Option<IgnoredAny>,
}

/// One call, and the reading of its answer. When the provider pauses, it is sent again with the answer so far.
struct Conversation {
    client: Client,
    call: ModelCall,
    target: Target,
    body: Response,
    reader: AnswerReader,
    notes: VecDeque<String>,
    usage: TokenUsage,
    pauses: usize,
    failure: Option<ProviderError>,
    /// How the model was told the schema of its answer.
    structure: Structure,
}

/// Where a call goes.
struct Target {
    provider: ProviderName,
    protocol: Protocol,
    root: Url,
}

impl Conversation {
    async fn begin(client: Client, mut call: ModelCall) -> Result<Self, ProviderError> {
        let provider = provider_named(&call.provider)?;
        if provider == ProviderName::Google {
            call.model = call.model.trim_start_matches("models/").to_owned();
        }
        let protocol = protocol_of(provider, &call.model, !call.tools.is_empty());
        check_model(protocol, &call.model)?;
        for message in &mut call.messages {
            if let Message::Assistant(said) = message
                && !said.replay.iter().all(|part| protocol.replays(part))
            {
                said.replay.clear();
            }
        }
        let target = Target { provider, protocol, root: root(provider, protocol, call.base_url.as_deref())? };
        let mut notes = VecDeque::new();
        let (body, structure) = target.send(&client, &call, &mut notes).await?;
        let (reader, usage) = (AnswerReader::new(protocol), TokenUsage::default());
        Ok(Self { client, call, target, body, reader, notes, usage, pauses: 0, failure: None, structure })
    }

    /// The next event; `None` after the last.
    async fn next(&mut self) -> Option<Result<ModelEvent, ProviderError>> {
        if let Some(note) = self.notes.pop_front() {
            return Some(Ok(ModelEvent::Note(note)));
        }
        loop {
            if let Some(event) = self.reader.next_event() {
                match self.as_answer(event) {
                    Some(ModelEvent::Finished(finish)) => return Some(Ok(ModelEvent::Finished(self.in_all(finish)))),
                    Some(event) => return Some(Ok(event)),
                    None => continue,
                }
            }
            if let Some(so_far) = self.reader.pause() {
                if let Err(error) = self.go_on(so_far).await {
                    return Some(Err(error));
                }
                continue;
            }
            if self.reader.has_ended() {
                return None;
            }
            match self.failure.take() {
                Some(error) => return Some(Err(error)),
                // What was read before a failure comes first.
                None => self.failure = self.read().await.err(),
            }
        }
    }

    /// An event as the caller asked for it: the arguments of the tool that stands for the schema are the answer.
    fn as_answer(&self, event: ModelEvent) -> Option<ModelEvent> {
        if self.structure != Structure::Tool {
            return Some(event);
        }
        match event {
            ModelEvent::ToolCall { .. } => None,
            ModelEvent::ToolArguments { piece, .. } => Some(ModelEvent::Text(piece)),
            ModelEvent::Text(beside) => Some(ModelEvent::Thinking(beside)),
            ModelEvent::Finished(mut finish) => {
                if finish.reason == FinishReason::ToolCalls {
                    finish.reason = FinishReason::Stop;
                }
                finish.tool_calls.clear();
                Some(ModelEvent::Finished(finish))
            }
            ModelEvent::Note(_) | ModelEvent::Thinking(_) => Some(event),
        }
    }

    /// Reads the next bytes of the body.
    async fn read(&mut self) -> Result<(), ProviderError> {
        let failure = match timeout(self.call.idle_timeout, self.body.chunk()).await {
            Ok(Ok(Some(bytes))) => return self.reader.add(&bytes),
            Ok(Ok(None)) => return self.reader.end(),
            Ok(Err(error)) => refusal::from_transport(&error),
            Err(_) => silent(self.call.idle_timeout),
        };
        if self.reader.is_whole_without_end() { Ok(()) } else { Err(failure) }
    }

    /// Sends the call again after a pause, with the answer so far.
    async fn go_on(&mut self, so_far: Finish) -> Result<(), ProviderError> {
        self.pauses += 1;
        if self.pauses > MAX_PAUSES {
            return Err(refusal::broken(&format!("the provider paused its answer more than {MAX_PAUSES} times")));
        }
        self.usage += so_far.usage.unwrap_or_default();
        let said = AssistantMessage { replay: so_far.replay, tool_calls: so_far.tool_calls, text: String::new() };
        self.call.messages.push(Message::Assistant(said));
        // The same was noted when the call was first sent.
        (self.body, self.structure) = self.target.send(&self.client, &self.call, &mut VecDeque::new()).await?;
        self.reader = AnswerReader::new(self.target.protocol);
        Ok(())
    }

    /// The end of the whole answer, with the counts of the parts before a pause.
    fn in_all(&mut self, mut finish: Finish) -> Finish {
        if self.pauses > 0 {
            self.usage += finish.usage.unwrap_or_default();
            finish.usage = Some(self.usage);
        }
        finish
    }
}

impl Target {
    /// Sends a call in the strongest form that the model takes, and returns the answer with status 200.
    async fn send(
        &self,
        client: &Client,
        call: &ModelCall,
        notes: &mut VecDeque<String>,
    ) -> Result<(Response, Structure), ProviderError> {
        let remembered = (self.root.to_string(), call.model.clone());
        let learned = client.forms.get(&remembered).map(|form| form.clone());
        let known = Form::known(self.provider, self.protocol, call);
        let first = learned.clone().map_or(known.clone(), |learned| learned.for_call(&known));
        notes.extend(first.left_out(self.protocol, call));
        let mut form = first.clone();
        let mut tried = Vec::new();
        let mut is_lasting = true;
        loop {
            let refusal = match self.send_once(client, call, &form).await {
                Ok(response) => {
                    let structure = form.structure;
                    if !tried.is_empty() && is_lasting {
                        client.remember(remembered, form.learned(&first, learned.as_ref()));
                    }
                    return Ok((response, structure));
                }
                Err(refusal) => refusal,
            };
            let Some(changed) = form.after(&refusal, self.protocol, call) else { return Err(refusal) };
            is_lasting &= changed.is_lasting;
            tried.push(std::mem::replace(&mut form, changed.form));
            if tried.len() >= MAX_FORMS || tried.contains(&form) {
                return Err(refusal);
            }
            notes.push_back(changed.why);
        }
    }

    async fn send_once(&self, client: &Client, call: &ModelCall, form: &Form) -> Result<Response, ProviderError> {
        let key = usable_key(self.provider, call.api_key.as_ref())?;
        let with_tool = form.with_answer_tool(call);
        let request = self.protocol.request(with_tool.as_ref().unwrap_or(call), form);
        let post = client.http.post(join(&self.root, &request.path)?).json(&request.body);
        let sent = timeout(call.idle_timeout, self.protocol.headers(post, key).send()).await;
        let response = match sent {
            Ok(answered) => answered.map_err(|error| refusal::from_transport(&error))?,
            Err(_) => return Err(silent(call.idle_timeout)),
        };
        if response.status().is_success() { Ok(response) } else { Err(refused(response, (client.now)()).await) }
    }
}

/// The error of an answer that is not a success.
async fn refused(response: Response, now: SystemTime) -> ProviderError {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    match timeout(CHECK_TIMEOUT, read_at_most(MAX_ERROR_BYTES, response)).await {
        Ok(Ok(body)) => refusal::from_response(status, &headers, &body, now),
        // The status alone tells what happened.
        Ok(Err(_)) | Err(_) => refusal::from_response(status, &headers, &[], now),
    }
}

fn silent(limit: Duration) -> ProviderError {
    let message = format!("the provider was silent for longer than the `idle_timeout` of {} s", limit.as_secs());
    ProviderError::new(ProviderErrorKind::Timeout, message)
}

/// Reads a body, but only one byte past `limit`.
async fn read_at_most(limit: usize, mut response: Response) -> Result<Vec<u8>, ProviderError> {
    let mut body = Vec::new();
    while body.len() <= limit {
        let Some(chunk) = response.chunk().await.map_err(|error| refusal::from_transport(&error))? else { break };
        let room = (limit + 1).saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(body)
}

/// The key without the space that comes along when it is pasted.
fn usable_key(provider: ProviderName, key: Option<&SecretString>) -> Result<Option<&str>, ProviderError> {
    let key = key.map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty());
    match key {
        None if provider.needs_key() => {
            let message = "the provider needs an API key, and none is stored";
            Err(ProviderError::new(ProviderErrorKind::MissingKey, message))
        }
        Some(key) if !key.chars().all(|c| c.is_ascii_graphic()) => {
            let message = "the API key contains invalid characters";
            Err(ProviderError::new(ProviderErrorKind::Unauthorized, message))
        }
        key => Ok(key),
    }
}
