//! Calls model providers over HTTP.
//!
//! The crate `genai` writes the requests and reads the streams. This file makes the decisions that genai would make on
//! its own (protocol, URL, key), and detects the ends of a stream that it does not report: see `witness`. genai reads
//! no environment variable here, because every call passes the whole target.

mod errors;
mod target;
mod witness;

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use genai::{
    Headers, ModelIden, ServiceTarget,
    adapter::AdapterKind,
    chat::{
        ChatOptions, ChatRequest, ChatResponseFormat, ChatStream, ChatStreamEvent, JsonSpec, ReasoningEffort,
        StopReason, StreamEnd, Usage,
    },
    resolver::{AuthData, Endpoint},
};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::IgnoredAny};
use sluice_types::TokenUsage;

pub use self::witness::MAX_FRAME_BYTES;
use self::{
    errors::MAX_ERROR_BYTES,
    target::{Protocol, Provider},
    witness::FrameObserver,
};
use super::call::{ModelCall, ModelEvent, ModelStream, ProviderError, ProviderErrorKind};

/// Timeout of a key check, from connecting to reading the list of models.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(15);

/// Bytes of a list of models that are read. `OpenRouter`'s holds hundreds of models with their descriptions.
pub const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;

/// The version of Anthropic's API that is spoken: <https://docs.anthropic.com/en/api/versioning>.
const ANTHROPIC_VERSION: &str = "2023-06-01";

/// The name under which OpenAI wants a schema; it appears nowhere else.
const SCHEMA_NAME: &str = "output";

/// The way to real providers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Wire {
    http: reqwest::Client,
}

impl Wire {
    /// Calls through `http`, which decides on connect time-outs, proxies, TLS and redirects. It should follow no
    /// redirect and set no total time-out: an answer may take minutes.
    #[must_use]
    pub fn new(http: reqwest::Client) -> Self {
        Self { http }
    }

    /// Calls the model and returns once its answer begins.
    ///
    /// # Errors
    ///
    /// Failures before the first piece of text are returned here, later ones in the stream.
    pub async fn stream(&self, call: ModelCall) -> Result<ModelStream, ProviderError> {
        let key = call.api_key.clone();
        let mut reader = self.open(call).await.map_err(|error| error.fit_to_show(key.as_ref()))?;
        let Some(first) = reader.next().await else {
            return Err(errors::broken("the provider's answer is empty"));
        };
        let first = first?;
        let rest = stream::unfold(reader, |mut reader| async move {
            let event = reader.next().await?;
            Some((event, reader))
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
        let listed = tokio::time::timeout(CHECK_TIMEOUT, self.list_models(provider, api_key, base_url)).await;
        let in_time = listed.unwrap_or_else(|_| Err(errors::late()));
        in_time.map_err(|error| error.fit_to_show(api_key))
    }

    async fn list_models(
        &self,
        provider: &str,
        api_key: Option<&SecretString>,
        base_url: Option<&str>,
    ) -> Result<(), ProviderError> {
        let provider = Provider::named(provider)?;
        let protocol = provider.protocol("", false);
        let root = provider.root(protocol, base_url)?;
        let key = usable_key(provider, api_key)?.unwrap_or_default();
        let get = |path: &str| join(&root, path).map(|url| self.http.get(url));
        let request = match protocol {
            Protocol::AnthropicMessages => {
                get("models?limit=1")?.header("x-api-key", key).header("anthropic-version", ANTHROPIC_VERSION)
            }
            Protocol::Gemini => get("models?pageSize=1")?.header("x-goog-api-key", key),
            Protocol::OllamaChat if key.is_empty() => get("api/tags")?,
            Protocol::OllamaChat => get("api/tags")?.bearer_auth(key),
            Protocol::OpenAiChat | Protocol::OpenAiResponses if key.is_empty() => get("models")?,
            Protocol::OpenAiChat | Protocol::OpenAiResponses => get("models")?.bearer_auth(key),
        };
        let response = request.send().await.map_err(|error| errors::from_transport(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let no_list = "there is no list of models at the base URL: check its path";
        if matches!(status.as_u16(), 404 | 405) {
            return Err(ProviderError {
                status: Some(status.as_u16()),
                ..ProviderError::new(ProviderErrorKind::BadRequest, no_list)
            });
        }
        if !status.is_success() {
            let body = read_at_most(MAX_ERROR_BYTES, response).await?;
            return Err(errors::from_response(status.as_u16(), &headers, &body));
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

    async fn open(&self, call: ModelCall) -> Result<Reader, ProviderError> {
        let provider = Provider::named(&call.provider)?;
        let model = match provider {
            Provider::Google => call.model.trim_start_matches("models/"),
            Provider::Anthropic | Provider::OpenAi | Provider::Ollama | Provider::OpenAiCompatible => &call.model,
        };
        let protocol = provider.protocol(model, call.output_schema.is_some());
        target::check_model(protocol, model)?;
        let key = usable_key(provider, call.api_key.as_ref())?;
        let root = provider.root(protocol, call.base_url.as_deref())?;
        let witness = Arc::new(FrameObserver::new(protocol));
        let options = options(&call, protocol, model, key, &witness);
        let target = ServiceTarget {
            auth: auth(protocol, key, &root)?,
            endpoint: Endpoint::from_owned(root.as_str()),
            model: ModelIden::new(adapter(protocol), model),
        };
        let mut request = ChatRequest::from_user(call.prompt);
        request.system = call.system;
        let answer = genai::Client::builder()
            .with_reqwest(self.http.clone())
            .build()
            .map_err(|error| errors::from_genai(&error))?
            .exec_chat_stream(target, request, Some(&options))
            .await
            .map_err(|error| errors::from_genai(&error))?;
        Ok(Reader { events: answer.stream, witness, protocol, key: call.api_key, wrote_text: false, ended: false })
    }
}

/// A list of models, under the key of its protocol. Its items are skipped, not kept.
#[derive(Default, Deserialize)]
struct ModelList {
    data: Option<IgnoredAny>,
    models: Option<IgnoredAny>,
}

/// Reads a body, but only one byte past `limit`.
async fn read_at_most(limit: usize, mut response: reqwest::Response) -> Result<Vec<u8>, ProviderError> {
    let mut body = Vec::new();
    while body.len() <= limit {
        let Some(chunk) = response.chunk().await.map_err(|error| errors::from_transport(&error))? else { break };
        let room = (limit + 1).saturating_sub(body.len());
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(body)
}

/// Reads genai's events until the end, and judges whether it was one.
struct Reader {
    events: ChatStream,
    witness: Arc<FrameObserver>,
    protocol: Protocol,
    key: Option<SecretString>,
    wrote_text: bool,
    ended: bool,
}

impl Reader {
    async fn next(&mut self) -> Option<Result<ModelEvent, ProviderError>> {
        if self.ended {
            return None;
        }
        let event = self.read().await;
        self.wrote_text |= matches!(event, Ok(ModelEvent::Text(_)));
        self.ended = !matches!(event, Ok(ModelEvent::Text(_)));
        Some(event.map_err(|error| error.fit_to_show(self.key.as_ref())))
    }

    async fn read(&mut self) -> Result<ModelEvent, ProviderError> {
        loop {
            let event = self.events.next().await;
            if let Some(fault) = self.witness.fault() {
                return Err(fault);
            }
            match event {
                None => return Err(errors::broken("the answer broke off before its end")),
                // genai reports Gemini's usage-only frame as a failure and continues after it.
                Some(Err(genai::Error::ChatResponse { .. })) if self.witness.last_was_bare() => {}
                Some(Err(error)) => return Err(errors::from_genai(&error)),
                Some(Ok(ChatStreamEvent::Chunk(chunk))) if !chunk.content.is_empty() => {
                    return Ok(ModelEvent::Text(chunk.content));
                }
                Some(Ok(ChatStreamEvent::End(end))) => return self.finish(&end),
                Some(Ok(
                    ChatStreamEvent::Start
                    | ChatStreamEvent::Chunk(_)
                    | ChatStreamEvent::ReasoningChunk(_)
                    | ChatStreamEvent::ThoughtSignatureChunk(_)
                    | ChatStreamEvent::ToolCallChunk(_)
                    | ChatStreamEvent::Heartbeat,
                )) => {}
            }
        }
    }

    /// genai fakes an end when the body of a Gemini, Ollama or Responses stream ends early, and accepts a `[DONE]`
    /// without a finish reason. A real end has a reason; Ollama's has counts (genai sets them only from the line with
    /// `"done": true`), since old versions send no reason.
    fn finish(&self, end: &StreamEnd) -> Result<ModelEvent, ProviderError> {
        let is_whole = match self.protocol {
            Protocol::OllamaChat => end.captured_usage.is_some(),
            Protocol::AnthropicMessages | Protocol::OpenAiChat | Protocol::OpenAiResponses | Protocol::Gemini => {
                end.captured_stop_reason.is_some()
            }
        };
        match &end.captured_stop_reason {
            _ if !is_whole => Err(errors::broken("the answer broke off before its end")),
            Some(StopReason::ContentFilter(reason)) if !self.wrote_text => Err(errors::withheld(reason)),
            _ => Ok(ModelEvent::Finished {
                usage: end.captured_usage.as_ref().map(usage).filter(|counted| *counted != TokenUsage::default()),
            }),
        }
    }
}

/// The adapter of genai that speaks the protocol.
fn adapter(protocol: Protocol) -> AdapterKind {
    match protocol {
        Protocol::AnthropicMessages => AdapterKind::Anthropic,
        Protocol::OpenAiChat => AdapterKind::OpenAI,
        Protocol::OpenAiResponses => AdapterKind::OpenAIResp,
        Protocol::Gemini => AdapterKind::Gemini,
        Protocol::OllamaChat => AdapterKind::Ollama,
    }
}

fn options(
    call: &ModelCall,
    protocol: Protocol,
    model: &str,
    key: Option<&str>,
    witness: &Arc<FrameObserver>,
) -> ChatOptions {
    ChatOptions {
        temperature: call.temperature,
        max_tokens: call.max_tokens,
        stream_header_timeout: Some(call.idle_timeout),
        stream_read_timeout: Some(call.idle_timeout),
        capture_usage: Some(true),
        raw_frame_sink: Some(witness.clone()),
        response_format: call
            .output_schema
            .clone()
            .map(|schema| ChatResponseFormat::JsonSpec(JsonSpec::new(SCHEMA_NAME, schema))),
        reasoning_effort: no_reasoning_effort(protocol, model),
        // genai sends no key to an Ollama; one behind a gateway needs it.
        extra_headers: match (protocol, key) {
            (Protocol::OllamaChat, Some(key)) => Some(Headers::from(("Authorization", format!("Bearer {key}")))),
            _ => None,
        },
        ..ChatOptions::default()
    }
}

/// The effort with which genai sends no effort.
///
/// Without one, genai cuts suffixes such as `-medium` and `-max` off a model's name and sends them as an effort, so
/// that `mistral-medium` becomes `mistral`. An explicit effort keeps the name whole. Each adapter omits the value here
/// from the request.
fn no_reasoning_effort(protocol: Protocol, model: &str) -> Option<ReasoningEffort> {
    match protocol {
        Protocol::OpenAiChat | Protocol::OpenAiResponses => Some(ReasoningEffort::Budget(0)),
        Protocol::Gemini => Some(ReasoningEffort::Zero),
        // Zero would switch off the thinking of models that think by default; none of them has such a name.
        Protocol::AnthropicMessages => ReasoningEffort::from_model_name(model).0.map(|_| ReasoningEffort::Zero),
        Protocol::OllamaChat => None,
    }
}

/// The authentication that genai uses. Without a key, genai needs the URL too; otherwise it refuses the call.
fn auth(protocol: Protocol, key: Option<&str>, root: &Url) -> Result<AuthData, ProviderError> {
    match (key, protocol) {
        (Some(key), _) => Ok(AuthData::from_single(key)),
        (None, Protocol::OpenAiChat) => {
            Ok(AuthData::RequestOverride { url: join(root, "chat/completions")?.into(), headers: Headers::default() })
        }
        (None, _) => Ok(AuthData::None),
    }
}

/// The URL of an endpoint under `root`; a query of the root stays.
fn join(root: &Url, endpoint: &str) -> Result<Url, ProviderError> {
    let mut url = root.join(endpoint).map_err(|error| {
        ProviderError::new(ProviderErrorKind::BadRequest, format!("the base URL is unusable: {error}"))
    })?;
    if let (None, Some(query)) = (url.query(), root.query()) {
        url.set_query(Some(query));
    }
    Ok(url)
}

/// The key without the space that comes along when it is pasted.
fn usable_key(provider: Provider, key: Option<&SecretString>) -> Result<Option<&str>, ProviderError> {
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

/// Converts genai's usage. Input is the whole prompt; output is all generated tokens, including thoughts:
///
/// - Anthropic's `input_tokens` excludes cache reads and writes, genai adds both; its `output_tokens` includes thoughts
///   (<https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching>).
/// - OpenAI's `prompt_tokens` includes cached tokens, `completion_tokens` includes reasoning tokens
///   (<https://platform.openai.com/docs/api-reference/chat/object>); Responses does the same.
/// - Gemini's `promptTokenCount` includes cached tokens, but `candidatesTokenCount` excludes thoughts: genai adds them,
///   except when there are only thoughts (<https://ai.google.dev/api/generate-content#UsageMetadata>).
/// - Ollama's `prompt_eval_count` and `eval_count` are complete (<https://docs.ollama.com/api/usage>).
fn usage(usage: &Usage) -> TokenUsage {
    let count = |tokens: Option<i32>| tokens.and_then(|tokens| u64::try_from(tokens).ok()).unwrap_or(0);
    let thoughts = usage.completion_tokens_details.as_ref().and_then(|details| details.reasoning_tokens);
    let cached = usage.prompt_tokens_details.as_ref().and_then(|details| details.cached_tokens);
    let input_tokens = count(usage.prompt_tokens);
    TokenUsage {
        input_tokens,
        output_tokens: count(usage.completion_tokens.or(thoughts)),
        cached_input_tokens: count(cached).min(input_tokens),
        ..TokenUsage::default()
    }
}
