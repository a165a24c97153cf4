//! Against PyPI's `LiteLLM`, a gateway that we did not write: it stands between us and aimock, and translates each
//! provider's protocol into its own. `cargo xtask peers` installs it and runs this.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use sluice_providers::{Message, ModelCall, ProviderErrorKind as Kind, Tool};
use sluice_types::FinishReason;

use crate::wire::{call, hear};
use sluice_testing::aimock;

/// The models of the gateway, by the provider behind each.
const BEHIND: [(&str, &str); 4] = [
    ("chat", "openai/gpt-5-mini"),
    ("claude", "anthropic/claude-sonnet-4-5"),
    ("gemini", "gemini/gemini-2.5-flash"),
    ("llama", "ollama_chat/llama3.2"),
];

/// The protocols that the gateway speaks, by our provider for each. A stream that breaks off behind it is not tried: it
/// ends such a stream with `stop`, and nobody before it can know.
const BEFORE: [&str; 2] = ["openai_compatible", "anthropic"];

/// The gateway's process. It is ended by its id.
struct Gateway {
    process: Child,
    url: String,
    _config: tempfile::NamedTempFile,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn gateway() -> Gateway {
    let program = std::env::var("SLUICE_TEST_LITELLM").expect("`cargo xtask peers` names LiteLLM's program");
    let base = |name: &str| match name {
        "chat" => format!("{}/v1", aimock::url()),
        "gemini" => format!("{}/v1beta/models/gemini-2.5-flash", aimock::url()),
        _ => aimock::url().to_owned(),
    };
    let models = BEHIND.map(|(name, model)| {
        json!({"model_name": name, "litellm_params": {"model": model, "api_base": base(name), "api_key": "sk-test-key"}})
    });
    let mut config = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    // YAML holds JSON.
    write!(
        config,
        "{}",
        json!({"model_list": models, "router_settings": {"num_retries": 0, "disable_cooldowns": true}})
    )
    .unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let process = Command::new(program)
        .arg("--config")
        .arg(config.path())
        .args(["--host", "127.0.0.1", "--telemetry", "False", "--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("LiteLLM starts");
    let gateway = Gateway { process, url: format!("http://127.0.0.1:{port}"), _config: config };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let is_up = async {
        while http.get(format!("{}/health/liveliness", gateway.url)).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), is_up).await.expect("LiteLLM answers");
    gateway
}

#[tokio::test]
#[ignore = "needs LiteLLM: `cargo xtask peers`"]
async fn answers_of_a_gateway_are_told_apart() {
    let gateway = gateway().await;
    for (model, behind) in BEHIND {
        for provider in BEFORE {
            let ask = |prompt: &str| ModelCall { max_tokens: Some(256), ..call(provider, model, prompt, &gateway.url) };
            let case = format!("{provider} → gateway → {behind}");

            let (text, end) = hear(ask("answer in full")).await;
            let finish = end.unwrap_or_else(|error| panic!("{case}: {error:?}"));
            assert_eq!(text, "Water flows downhill; ünïcödé and 🌊 survive the trip.", "{case}");
            assert_eq!(finish.reason, FinishReason::Stop, "{case}");

            // aimock's Ollama says `stop` here.
            if model != "llama" {
                let (_, end) = hear(ask("answer at length")).await;
                assert_eq!(end.unwrap().reason, FinishReason::Length, "{case}");
            }

            // It makes status 500 of some refusals.
            let (_, end) = hear(ask("refuse the key")).await;
            let kind = end.unwrap_err().kind;
            assert!(matches!(kind, Kind::Unauthorized | Kind::ServerError), "{case}: {kind:?}");
        }
    }
}

#[tokio::test]
#[ignore = "needs LiteLLM: `cargo xtask peers`"]
async fn tools_are_called_through_a_gateway() {
    let gateway = gateway().await;
    let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    for provider in BEFORE {
        let asks = ModelCall {
            messages: vec![Message::User("call a tool".into())],
            tools: vec![Tool {
                name: "weather".into(),
                description: "Tells the weather.".into(),
                parameters: parameters.clone(),
            }],
            ..call(provider, "chat", "", &gateway.url)
        };
        let finish = hear(asks).await.1.unwrap();
        assert_eq!(finish.reason, FinishReason::ToolCalls, "{provider}");
        assert_eq!(finish.tool_calls[0].arguments, json!({"city": "Oslo"}), "{provider}");
    }
}
