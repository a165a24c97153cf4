//! Agents, tools and models: what is reused, what is new, what is missing.

use serde_json::{Value, json};
use sluice_engine::EngineConfig;
use sluice_types::{
    Agent, AgentId, Candidate, ErrorCode, HttpTransport, McpServer, McpServerId, McpTransport, ReuseKind, StepId,
    UpdateAgent,
};

use super::answers::{Designer, Speaks, answer, codes};
use crate::support::refusal;

async fn agent(designer: &Designer, id: &str) {
    let fields = UpdateAgent {
        name: id.into(),
        description: "Looks things up.".into(),
        instructions: "Look.".into(),
        ..UpdateAgent::default()
    };
    let now = designer.bench.engine.outside().clock.now();
    let agent = Agent::new(AgentId::new(id).unwrap(), fields, now);
    designer.bench.engine.store().create_agent(&designer.bench.tenant, agent, None).await.unwrap();
}

async fn server(designer: &Designer, id: &str) {
    let now = designer.bench.engine.outside().clock.now();
    let server = McpServer {
        id: McpServerId::new(id).unwrap(),
        name: id.into(),
        description: String::new(),
        transport: McpTransport::Http(HttpTransport { url: "http://127.0.0.1:9".into(), header_names: Vec::new() }),
        allowed_tools: Vec::new(),
        trusted: false,
        timeout: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let set = serde_json::from_value(json!({"type": "http", "url": "http://127.0.0.1:9"})).unwrap();
    designer.bench.engine.mcp_servers().create(&designer.bench.tenant, server, set, None).await.unwrap();
}

fn agent_step(id: &str, agent: &str) -> Value {
    json!({"id": id, "label": id.to_uppercase(), "type": "agent", "agent_id": agent, "prompt": "{{ input.topic }}"})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_exists_is_reused_and_what_is_new_gets_a_free_id() {
    let speaks = Speaks::OpenAiChat;
    let tool = json!({"id": "t", "label": "T", "type": "tool", "tool": "files:read", "arguments": {}});
    let time = json!({"id": "n", "label": "N", "type": "tool", "tool": "native:current_time", "arguments": {}});
    let steps = json!([agent_step("a", "scout"), agent_step("b", "writer"), tool, time]);
    let mut said = answer(&steps);
    let new = |id: &str| json!({"id": id, "name": "Writer", "description": "", "instructions": "Write.", "tools": ["files:*"]});
    // The scout is there: it is not created again. Nothing names the idler.
    said["agents_to_create"] = json!([new("scout"), new("writer"), new("idler")]);
    said["mcps_suggested"] = json!([{"name": "web-search", "reason": "To find pages.", "step_ids": ["a", "gone"]}]);
    let designer = Designer::new(speaks, [speaks.says(&said.to_string())]).await;
    agent(&designer, "scout").await;
    server(&designer, "files").await;
    let design = designer.design("Scout and write").await.unwrap();
    assert_eq!(codes(&design), Vec::<&str>::new(), "{:?}", design.findings);
    let ids = |ids: &[AgentId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&design.existing_agents_used), ["scout"]);
    let [writer] = &design.agents_to_create[..] else { panic!("{:?}", design.agents_to_create) };
    assert_eq!(writer.id.as_ref().map(AgentId::as_str), Some("writer"));
    assert_eq!(design.existing_mcps_used.iter().map(McpServerId::as_str).collect::<Vec<_>>(), ["files"]);
    assert_eq!(design.mcps_suggested[0].step_ids.iter().map(StepId::as_str).collect::<Vec<_>>(), ["a"]);
    let kinds: Vec<_> =
        design.reuse.iter().map(|it| (it.kind, it.resource_id.as_deref().unwrap_or_default())).collect();
    assert_eq!(
        kinds,
        [
            (ReuseKind::ExistingAgent, "scout"),
            (ReuseKind::NewAgent, "writer"),
            (ReuseKind::ExistingTool, "files:read"),
            (ReuseKind::NativeTool, "native:current_time"),
        ]
    );
    assert_eq!(design.estimate.steps.len(), 2);
    assert!(designer.requests()[0].contains("Looks things up."));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_is_neither_there_nor_designed_is_missing() {
    let speaks = Speaks::OpenAiChat;
    let said = answer(&json!([agent_step("a", "nobody")])).to_string();
    let designer = Designer::new(speaks, (0..4).map(|_| speaks.says(&said))).await;
    let design = designer.design("Let nobody write about tea").await.unwrap();
    assert_eq!(
        (design.reuse[0].kind, design.reuse[0].resource_id.as_deref()),
        (ReuseKind::MissingAgent, Some("nobody"))
    );
    assert_eq!((design.agents_to_create.len(), design.existing_agents_used.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_made_free_beside_agents_that_the_model_was_not_told_of() {
    let speaks = Speaks::OpenAiChat;
    let mut said = answer(&json!([agent_step("a", "zz")]));
    said["agents_to_create"] = json!([{"id": "zz", "name": "Z", "description": "", "instructions": "Z.", "tools": []}]);
    let designer = Designer::new(speaks, [speaks.says(&said.to_string())]).await;
    // They fill the inventory, and come before the last one.
    for at in 0..400 {
        agent(&designer, &format!("a{at}-{}", "x".repeat(80))).await;
    }
    agent(&designer, "zz").await;
    designer.bench.workflow("tea-report", json!({"steps": []})).await;
    let design = designer.design("Write about tea").await.unwrap();
    assert_eq!(codes(&design), Vec::<&str>::new());
    assert_eq!(design.agents_to_create[0].id.as_ref().map(AgentId::as_str), Some("zz-2"));
    assert_eq!(design.reuse[0].resource_id.as_deref(), Some("zz-2"));
    assert_eq!(design.workflow.id.as_ref().map(ToString::to_string).as_deref(), Some("tea-report-2"));
    assert!(designer.requests()[0].contains("are not listed here"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_missing_is_told_for_each_step() {
    let speaks = Speaks::OpenAiChat;
    let step = json!({"id": "a", "label": "A", "type": "llm", "provider": "openai", "model": "gpt-5.4",
        "prompt": "{{ input.topic }}"});
    let said = answer(&json!([step])).to_string();
    let designer = Designer::new(speaks, (0..4).map(|_| speaks.says(&said))).await;
    let design = designer.design("Write about tea with gpt-5.4").await.unwrap();
    assert_eq!(design.reuse[0].missing_key.as_deref(), Some("openai"));
    assert_eq!(design.reuse[0].resource_id.as_deref(), Some("openai/gpt-5.4"));
    assert!(codes(&design).contains(&"provider_not_available"));
}

fn named(provider: &str, model: &str) -> Candidate {
    Candidate { provider: provider.into(), model: model.into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_model_is_that_of_the_request_then_of_the_setting_then_the_first_that_can() {
    let setting = |model: Candidate| EngineConfig { generate_model: Some(model), ..EngineConfig::default() };
    let choose = async |designer: &Designer, provider: Option<&str>, model: Option<&str>| {
        designer.bench.engine.designer(&designer.bench.tenant, provider, model).await
    };
    let designer = Designer::with(Speaks::Anthropic, [], setting(named("demo", "demo-slow"))).await;
    assert_eq!(choose(&designer, None, None).await.unwrap(), named("demo", "demo-slow"));
    assert_eq!(choose(&designer, Some("anthropic"), None).await.unwrap(), named("anthropic", "claude-sonnet-5-5"));
    assert_eq!(choose(&designer, None, Some("demo-instant")).await.unwrap(), named("demo", "demo-instant"));
    let other = named("anthropic", "claude-of-next-year");
    assert_eq!(choose(&designer, Some("anthropic"), Some("claude-of-next-year")).await.unwrap(), other);
    let refused = [
        (Some("nobody"), None, ErrorCode::UnknownProvider),
        (Some("openai"), None, ErrorCode::ProviderNotAvailable),
        (Some("demo"), Some("gpt-5.4"), ErrorCode::UnknownModel),
        (None, Some("model-of-nobody"), ErrorCode::UnknownModel),
        (Some("demo"), Some(" "), ErrorCode::UnknownModel),
    ];
    for (provider, model, expected) in refused {
        assert_eq!(refusal(choose(&designer, provider, model).await), expected, "{provider:?} {model:?}");
    }
    // A setting that this tenant has no key for does not count.
    let designer = Designer::with(Speaks::Gemini, [], setting(named("openai", "gpt-5.4"))).await;
    assert_eq!(choose(&designer, None, None).await.unwrap().provider, "google");
}
