//! A designing model that answers by a script.

use std::sync::Mutex;

use serde_json::{Value, json};
use sluice_engine::EngineConfig;
use sluice_engine::generate::{Base, Design, DesignError, DesignProgress, DesignRequest};
use sluice_testing::{Script, ScriptedServer, TestDatabase};
use sluice_types::{Candidate, ErrorCode, ProviderName, TokenUsage, UpdateCredential};
use tokio_util::sync::CancellationToken;

use crate::support::TestEngine;

/// What each scripted answer counts.
pub const INPUT_TOKENS: u64 = 1_000;
pub const OUTPUT_TOKENS: u64 = 200;

/// A protocol with a provider and a model that speak it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    OpenAiChat,
    Anthropic,
    Gemini,
}

impl Speaks {
    pub fn candidate(self) -> Candidate {
        let (provider, model) = match self {
            Self::OpenAiChat => ("openai_compatible", "m"),
            Self::Anthropic => ("anthropic", "claude-sonnet-4-5"),
            Self::Gemini => ("google", "gemini-2.5-flash"),
        };
        Candidate { provider: provider.into(), model: model.into() }
    }

    /// An answer: text, or for Anthropic the arguments of the tool that the model must call.
    pub fn says(self, text: &str) -> Script {
        self.begins(text).bytes(self.ends(false))
    }

    /// An answer that is cut at its token limit.
    pub fn is_cut_after(self, text: &str) -> Script {
        self.begins(text).bytes(self.ends(true))
    }

    /// The beginning of an answer.
    pub fn begins(self, text: &str) -> Script {
        let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(at, _)| at);
        let pieces = [&text[..half], &text[half..]].map(|piece| match self {
            Self::OpenAiChat => {
                data(&json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]}))
            }
            Self::Anthropic => data(&json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "input_json_delta", "partial_json": piece}})),
            Self::Gemini => {
                data(&json!({"candidates": [{"content": {"parts": [{"text": piece}], "role": "model"}, "index": 0}]}))
            }
        });
        let start = match self {
            Self::Anthropic => {
                let usage = json!({"input_tokens": INPUT_TOKENS, "output_tokens": 1});
                let message =
                    json!({"id": "m", "role": "assistant", "content": [], "stop_reason": null, "usage": usage});
                let block = json!({"type": "tool_use", "id": "toolu_1", "name": "design_workflow", "input": {}});
                data(&json!({"type": "message_start", "message": message}))
                    + &data(&json!({"type": "content_block_start", "index": 0, "content_block": block}))
            }
            Self::OpenAiChat | Self::Gemini => String::new(),
        };
        Script::ok().bytes(start).bytes(pieces.concat())
    }

    fn ends(self, is_cut: bool) -> String {
        match self {
            Self::OpenAiChat => {
                let reason = if is_cut { "length" } else { "stop" };
                let usage = json!({"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS});
                data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
                    + &data(&json!({"choices": [], "usage": usage}))
                    + "data: [DONE]\n\n"
            }
            Self::Anthropic => {
                let reason = if is_cut { "max_tokens" } else { "tool_use" };
                data(&json!({"type": "content_block_stop", "index": 0}))
                    + &data(&json!({"type": "message_delta", "delta": {"stop_reason": reason},
                        "usage": {"output_tokens": OUTPUT_TOKENS}}))
                    + &data(&json!({"type": "message_stop"}))
            }
            Self::Gemini => {
                let reason = if is_cut { "MAX_TOKENS" } else { "STOP" };
                let usage = json!({"promptTokenCount": INPUT_TOKENS, "candidatesTokenCount": OUTPUT_TOKENS,
                    "totalTokenCount": INPUT_TOKENS + OUTPUT_TOKENS});
                data(&json!({"candidates": [{"content": {"parts": [{"text": ""}], "role": "model"}, "index": 0,
                    "finishReason": reason}], "usageMetadata": usage}))
            }
        }
    }
}

fn data(value: &Value) -> String {
    match value.get("type").and_then(Value::as_str) {
        Some(event) => format!("event: {event}\ndata: {value}\n\n"),
        None => format!("data: {value}\n\n"),
    }
}

/// An `llm` step, as a model writes it.
pub fn llm(id: &str, label: &str) -> Value {
    json!({"id": id, "label": label, "type": "llm", "prompt": "Write about {{ input.topic }}."})
}

/// An answer with these steps.
pub fn answer(steps: &Value) -> Value {
    json!({
        "explanation": "It writes.",
        "workflow": {"name": "Tea report", "description": "Writes about tea.", "tags": ["tea"], "definition": {
            "inputs": [{"name": "topic", "label": "Topic", "help": "What about.", "type": "text", "required": true}],
            "steps": steps}},
        "agents_to_create": [], "mcps_suggested": [], "reasons": [{"step_id": "write", "reason": "One call is enough."}],
    })
}

pub fn good() -> String {
    answer(&json!([llm("write", "Write")])).to_string()
}

/// An engine, and a model that answers its calls.
pub struct Designer {
    pub bench: TestEngine,
    pub server: ScriptedServer,
    pub speaks: Speaks,
    pub progress: Mutex<Vec<DesignProgress>>,
    pub cancelled: CancellationToken,
    /// Whether the first piece of text cancels the generation.
    pub cancels_at_text: bool,
    _database: TestDatabase,
}

impl Designer {
    pub async fn new(speaks: Speaks, scripts: impl IntoIterator<Item = Script>) -> Self {
        Self::with(speaks, scripts, EngineConfig::default()).await
    }

    pub async fn with(speaks: Speaks, scripts: impl IntoIterator<Item = Script>, config: EngineConfig) -> Self {
        let database = TestDatabase::sqlite();
        let bench = TestEngine::with(database.config(), config).await;
        let server = ScriptedServer::start(scripts).await;
        let (progress, cancelled) = (Mutex::default(), CancellationToken::new());
        let url = server.url().to_owned();
        let designer = Self { bench, server, speaks, progress, cancelled, cancels_at_text: false, _database: database };
        designer.call_at(&url).await;
        designer
    }

    /// Calls the model at a URL.
    pub async fn call_at(&self, url: &str) {
        let credential = UpdateCredential {
            api_key: Some(Some("sk-0123456789abcdef".into())),
            base_url: Some(Some(url.to_owned())),
            ..UpdateCredential::default()
        };
        let name: ProviderName = self.speaks.candidate().provider.parse().unwrap();
        let now = self.bench.engine.outside().clock.now();
        self.bench.engine.providers().put_credential(&self.bench.tenant, name, credential, now).await.unwrap();
    }

    pub async fn design(&self, prompt: &str) -> Result<Design, DesignError> {
        self.design_of(prompt, None).await
    }

    pub async fn design_of(&self, prompt: &str, base: Option<Base>) -> Result<Design, DesignError> {
        let request = DesignRequest { prompt: prompt.into(), base, candidate: self.speaks.candidate() };
        let progress = |progress: DesignProgress| {
            if self.cancels_at_text && matches!(progress, DesignProgress::Text { .. }) {
                self.cancelled.cancel();
            }
            self.progress.lock().unwrap().push(progress);
        };
        self.bench.engine.design(&self.bench.tenant, request, &progress, self.cancelled.clone()).await
    }

    /// The requests to the model, as texts.
    pub fn requests(&self) -> Vec<String> {
        self.server.requests().into_iter().map(|request| request.body.to_string()).collect()
    }

    /// What was told last of the cost.
    pub fn usage(&self) -> Option<(f64, TokenUsage)> {
        let told = self.progress.lock().unwrap();
        told.iter().rev().find_map(|progress| match progress {
            DesignProgress::Usage { cost_usd, token_usage } => Some((*cost_usd, *token_usage)),
            _ => None,
        })
    }

    pub fn calls(&self) -> usize {
        let told = self.progress.lock().unwrap();
        told.iter().filter(|progress| matches!(progress, DesignProgress::Call { .. })).count()
    }
}

/// Why a design failed.
pub fn code(outcome: Result<Design, DesignError>) -> Option<ErrorCode> {
    match outcome.unwrap_err() {
        DesignError::Failed(error) => Some(error.code),
        DesignError::Cancelled => None,
    }
}

/// The codes of the findings, the errors first.
pub fn codes(design: &Design) -> Vec<&str> {
    design.findings.iter().map(|finding| finding.code.as_str()).collect()
}
