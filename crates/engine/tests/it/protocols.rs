//! Agents over each wire protocol: a model calls a tool, is sent the result, and answers. The answers are recordings.

use std::path::Path;

use rstest::rstest;
use serde_json::{Value, json};
use sluice_testing::{Script, ScriptedServer, TestDatabase, aimock};
use sluice_types::{AgentFinish, ExecutionStatus, ProviderName, UpdateCredential};

use crate::support::{TestEngine, run_of};

/// An engine that calls a provider at a URL.
async fn bench(database: &TestDatabase, provider: &str, url: &str) -> TestEngine {
    let bench = TestEngine::open(database.config()).await;
    let credential = UpdateCredential {
        api_key: Some(Some("sk-0123456789abcdef".into())),
        base_url: Some(Some(url.to_owned())),
        ..UpdateCredential::default()
    };
    let name: ProviderName = provider.parse().unwrap();
    let now = bench.engine.outside().clock.now();
    bench.engine.providers().put_credential(&bench.tenant, name, credential, now).await.unwrap();
    bench
}

fn agent(provider: &str, model: &str, prompt: &str) -> Value {
    json!({"id": "scout", "label": "Scout", "type": "agent", "provider": provider, "model": model,
        "prompt": prompt, "instructions": "Be brief.", "tools": ["native:calculate"], "max_retries": 0})
}

/// A recorded answer. Its calls of `add` become calls of a native tool.
fn recording(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../providers/fuzz/corpus").join(format!("{name}.txt"));
    std::fs::read_to_string(path)
        .unwrap()
        .replace(r#""{\"a\": [1]}""#, r#""{\"expression\": \"6*7\"}""#)
        .replace(r#""{\"a\": ""#, r#""{\"expression\": ""#)
        .replace(r#""[1, 2]}""#, r#""\"6*7\"}""#)
        .replace(r#""[1]}""#, r#""\"6*7\"}""#)
        .replace(r#"{"a": [1]}"#, r#"{"expression": "6*7"}"#)
        .replace(r#""add""#, r#""native__calculate""#)
}

#[rstest]
#[case::openai_chat("openai_compatible", "m", "openai_chat/tool_calls", "openai_chat/stop", "call_1")]
#[case::openai_responses(
    "openai",
    "gpt-5.4-pro",
    "openai_responses/tool_calls",
    "openai_responses/completed",
    "function_call_output"
)]
#[case::anthropic(
    "anthropic",
    "claude-sonnet-4-5",
    "anthropic_messages/tool_use",
    "anthropic_messages/end_turn",
    "toolu_1"
)]
#[case::gemini("google", "gemini-2.5-flash", "gemini/function_call", "gemini/stop", "Ci0B")]
#[case::ollama("ollama", "m", "ollama_chat/tool_calls", "ollama_chat/stop", "hm")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_works_over_each_protocol(
    #[case] provider: &str,
    #[case] model: &str,
    #[case] calls: &str,
    #[case] answer: &str,
    #[case] sent_back: &str,
) {
    let database = TestDatabase::sqlite();
    let server = ScriptedServer::start([calls, answer].map(|name| Script::ok().bytes(recording(name)))).await;
    let bench = bench(&database, provider, server.url()).await;
    let started = bench.run(&[agent(provider, model, "What is 6 times 7?")]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let scout = run_of(&done, "scout");
    assert!(!scout.content.as_ref().unwrap().is_empty());
    let told = scout.agent.clone().unwrap();
    assert_eq!((told.turns, told.finished), (Some(2), Some(AgentFinish::Answered)));
    let requests = server.requests();
    let [first, second] = &requests[..] else { panic!("{requests:#?}") };
    assert!(first.body.to_string().contains("native__calculate") && first.body.to_string().contains("Be brief."));
    let second = second.body.to_string();
    // The result, and what the provider wants back.
    assert!(second.contains("42") && second.contains(sent_back), "{second}");
}

/// The server checks the requests of each protocol, and answers only when it reads the last result in them.
#[rstest]
#[case::openai_chat("openai", "gpt-5-mini")]
#[case::openai_responses("openai", "gpt-5-pro")]
#[case::openai_compatible("openai_compatible", "some-model")]
#[case::anthropic("anthropic", "claude-sonnet-4-5")]
#[case::gemini("google", "gemini-2.5-flash")]
#[case::ollama("ollama", "llama3.2")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_calls_a_tool_twice_at_once_and_answers(#[case] provider: &str, #[case] model: &str) {
    let database = TestDatabase::sqlite();
    let bench = bench(&database, provider, aimock::url()).await;
    let started = bench.run(&[agent(provider, model, "Please multiply twice.")]).await;
    let done = bench.settled(&started.id).await;
    assert_eq!(done.status, ExecutionStatus::Completed, "{:?}", done.error);
    let scout = run_of(&done, "scout");
    assert_eq!(scout.content.as_deref(), Some("Both products are there."));
    let told = scout.agent.clone().unwrap();
    assert_eq!((told.turns, told.finished), (Some(2), Some(AgentFinish::Answered)));
    let runs = bench.all_runs(&started.id).await;
    let told: Vec<_> = runs.iter().map(|run| (run.path.to_string(), run.output.clone())).collect();
    let calls = [("scout.1.0", 42), ("scout.1.1", 48)].map(|(at, product)| (at.to_owned(), Some(json!(product))));
    assert_eq!((told.len(), &told[2..4]), (5, &calls[..]), "{told:?}");
}
