//! Agents, MCP servers, the tools that these list, and the workflows that name them.

use rstest::rstest;
use serde_json::{Value, json};
use sluice_store::{
    Listing, ResourceKind, ResourceUpdate, Store, StoreError, StoredMcpServer, ToolFilter, WorkflowFilter,
};
use sluice_testing::{TestDatabase, postgres, sqlite};
use sluice_types::{Agent, AgentId, McpServer, McpServerId, McpTool, StepEffect, TenantId, Workflow, WorkflowId};

use crate::support::{idempotency_key, now, with_workflow, workflow};

fn agent(id: &str) -> Agent {
    let fields = json!({"name": "Scout", "description": "Looks around.", "instructions": "Look.", "tools": ["files:*"],
        "approve": "always", "max_turns": 4, "provider": "demo", "temperature": 0.5, "output_schema": {"type": "object"},
        "fallbacks": [{"provider": "demo", "model": "demo-echo"}]});
    Agent::new(AgentId::new(id).unwrap(), serde_json::from_value(fields).unwrap(), now())
}

fn server(id: &str) -> StoredMcpServer {
    let server = json!({"id": id, "name": "Files", "description": "Notes.", "allowed_tools": [], "trusted": false, "timeout": 9,
        "transport": {"type": "stdio", "command": "npx", "args": ["-y", "x"], "env_names": ["TOKEN"], "cwd": null},
        "version": 1, "created_at": now(), "updated_at": now()});
    let server = serde_json::from_value(server).unwrap();
    StoredMcpServer { server, sealed_secrets: Some(vec![1, 2]), revision: 7, listing: Listing::default() }
}

fn id(id: &str) -> McpServerId {
    McpServerId::new(id).unwrap()
}

fn tool(server: &str, name: &str, effect: &str) -> McpTool {
    let tool = json!({"id": format!("{server}:{name}"), "name": name, "title": null, "description": "Of a file.",
        "input_schema": {"type": "object"}, "output_schema": null, "effect": effect, "allowed": true,
        "annotations": {"read_only": effect == "reads", "destructive": null, "idempotent": null, "open_world": null}});
    serde_json::from_value(tool).unwrap()
}

async fn listed(store: &Store, tenant: &TenantId, filter: ToolFilter) -> Vec<(String, StepEffect)> {
    let tools = store.listed_tools(tenant, ToolFilter { limit: 50, ..filter }).await.unwrap();
    tools.into_iter().map(|tool| (tool.id, tool.effect)).collect()
}

async fn other_tenant(store: &Store) -> TenantId {
    let other: TenantId = "other".parse().unwrap();
    store.ensure_tenant(&other, "Other", now()).await.unwrap();
    other
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_is_read_as_it_was_written(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let other = other_tenant(&store).await;
    let first = agent("scout");
    store.create_agent(&tenant, first.clone(), None).await.unwrap();
    let again = store.create_agent(&tenant, first.clone(), None).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    assert_eq!(store.agent(&tenant, &first.id).await.unwrap(), Some(first.clone()));
    let bare = Agent::new(
        AgentId::new("bare").unwrap(),
        serde_json::from_value(json!({"name": "B", "instructions": ""})).unwrap(),
        now(),
    );
    let key = idempotency_key("key", "create_agent", "hash");
    store.create_agent(&tenant, bare.clone(), Some(key.clone())).await.unwrap();
    let used = store.create_agent(&tenant, agent("third"), Some(key)).await;
    assert!(matches!(used, Err(StoreError::KeyUsed)), "{used:?}");
    assert_eq!(store.agents(&tenant, None, None, 10).await.unwrap().0, [bare.clone(), first.clone()]);
    assert_eq!(store.agents(&tenant, Some("AROUND".into()), None, 10).await.unwrap().0, std::slice::from_ref(&first));
    let (page, next) = store.agents(&tenant, None, None, 1).await.unwrap();
    assert_eq!(page, [bare]);
    let cursor = sluice_store::Cursor::decode(&next.unwrap());
    assert_eq!(store.agents(&tenant, None, cursor, 1).await.unwrap(), (vec![first.clone()], None));
    // Nothing crosses tenants.
    assert_eq!(store.agent(&other, &first.id).await.unwrap(), None);
    assert_eq!(store.agents(&other, None, None, 10).await.unwrap().0, []);
    let renamed = Agent { name: "Spy".into(), version: 2, ..first.clone() };
    assert_eq!(store.update_agent(&other, renamed.clone()).await.unwrap(), ResourceUpdate::NotFound);
    assert_eq!(store.delete_agent(&other, &first.id, None).await.unwrap(), ResourceUpdate::NotFound);
    assert_eq!(store.update_agent(&tenant, renamed.clone()).await.unwrap(), ResourceUpdate::Saved);
    assert_eq!(store.update_agent(&tenant, renamed.clone()).await.unwrap(), ResourceUpdate::Stale(2));
    assert_eq!(store.agent(&tenant, &first.id).await.unwrap(), Some(renamed));
    assert_eq!(store.delete_agent(&tenant, &first.id, Some(1)).await.unwrap(), ResourceUpdate::Stale(2));
    assert_eq!(store.delete_agent(&tenant, &first.id, Some(2)).await.unwrap(), ResourceUpdate::Saved);
    assert_eq!(store.delete_agent(&tenant, &first.id, None).await.unwrap(), ResourceUpdate::NotFound);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listing_is_shown_as_its_server_is_trusted_and_allows(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let other = other_tenant(&store).await;
    let first = server("files");
    store.create_mcp_server(&tenant, first.clone(), None).await.unwrap();
    store.create_mcp_server(&other, first.clone(), None).await.unwrap();
    assert_eq!(store.mcp_server(&tenant, &id("files")).await.unwrap(), Some(first.clone()));
    let tools = vec![tool("files", "write", "writes"), tool("files", "read", "reads"), tool("files", "read", "writes")];
    store.put_listing(&tenant, &id("files"), 6, Ok(tools.clone()), now()).await.unwrap();
    assert_eq!(listed(&store, &tenant, ToolFilter::default()).await, [], "of a server that was changed since");
    store.put_listing(&tenant, &id("files"), 7, Ok(tools), now()).await.unwrap();
    let (read, write) = ("files:read".to_owned(), "files:write".to_owned());
    let all = [(read.clone(), StepEffect::Writes), (write.clone(), StepEffect::Writes)];
    assert_eq!(listed(&store, &tenant, ToolFilter::default()).await, all);
    let after = Some(("files".to_owned(), "read".to_owned()));
    assert_eq!(listed(&store, &tenant, ToolFilter { after, ..ToolFilter::default() }).await, all[1..]);
    let reads = ToolFilter { effect: Some(StepEffect::Reads), ..ToolFilter::default() };
    assert_eq!(listed(&store, &tenant, reads.clone()).await, []);
    assert_eq!(listed(&store, &other, ToolFilter::default()).await, []);
    // A change of what counts is seen at once.
    let trusted = McpServer { trusted: true, allowed_tools: vec!["read".into()], version: 2, ..first.server.clone() };
    let saved = store.update_mcp_server(&tenant, StoredMcpServer { server: trusted, ..first.clone() }).await.unwrap();
    assert_eq!(saved, ResourceUpdate::Saved);
    let only = [(read, StepEffect::Reads)];
    assert_eq!(listed(&store, &tenant, reads).await, only);
    assert_eq!(listed(&store, &tenant, ToolFilter { words: Some("FILE".into()), ..ToolFilter::default() }).await, only);
    let of_server = store.tools_of_server(&tenant, &id("files")).await.unwrap();
    assert_eq!(of_server.iter().map(|tool| tool.allowed).collect::<Vec<_>>(), [true, false]);
    assert_eq!(store.tool_counts(&tenant, vec!["files".into()]).await.unwrap()["files"], 1);
    // A failed listing keeps the tools.
    store.put_listing(&tenant, &id("files"), 7, Err("gone".into()), now()).await.unwrap();
    let stored = store.mcp_server(&tenant, &id("files")).await.unwrap().unwrap();
    let listing = Listing { listed_at: Some(now()), error: Some("gone".into()), failed_at: Some(now()) };
    assert_eq!((stored.listing.clone(), listed(&store, &tenant, ToolFilter::default()).await.len()), (listing, 1));
    // Another way to reach it forgets them.
    let server = McpServer { version: 3, ..stored.server.clone() };
    store.update_mcp_server(&tenant, StoredMcpServer { server, revision: 8, ..stored }).await.unwrap();
    assert_eq!(listed(&store, &tenant, ToolFilter::default()).await, []);
    assert_eq!(store.mcp_server(&tenant, &id("files")).await.unwrap().unwrap().listing, Listing::default());
    store.delete_mcp_server(&tenant, &id("files"), None).await.unwrap();
    assert!(store.mcp_server(&other, &id("files")).await.unwrap().is_some());
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_counted_by_the_tools_that_they_name(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let other = other_tenant(&store).await;
    let naming =
        |id: &str, tools: &[&str]| Agent { tools: tools.iter().map(|&tool| tool.into()).collect(), ..agent(id) };
    for agent in [
        naming("all", &["files:*", "files:read"]),
        naming("one", &["files:read", "native:wait"]),
        naming("similar", &["files-2:read"]),
        naming("none", &[]),
    ] {
        store.create_agent(&tenant, agent, None).await.unwrap();
    }
    let counts = async |tenant: &TenantId, kind: ResourceKind, ids: &[&str]| {
        let named = ids.iter().map(|&id| id.to_owned()).collect();
        let counts = store.agents_naming(tenant, kind, named).await.unwrap();
        ids.iter().map(|&id| counts.get(id).copied().unwrap_or(0)).collect::<Vec<_>>()
    };
    let servers = ["files", "files-2", "native", "gone"];
    assert_eq!(counts(&tenant, ResourceKind::McpServer, &servers).await, [2, 1, 1, 0]);
    let tools = ["files:read", "files:write", "files-2:read", "native:wait"];
    assert_eq!(counts(&tenant, ResourceKind::Tool, &tools).await, [2, 1, 1, 1]);
    assert_eq!(counts(&other, ResourceKind::McpServer, &servers).await, [0; 4]);
    store.delete_agent(&tenant, &AgentId::new("all").unwrap(), None).await.unwrap();
    assert_eq!(counts(&tenant, ResourceKind::Tool, &tools).await, [1, 0, 1, 1]);
}

#[rstest(database, case::sqlite(sqlite()), case::postgres(postgres()))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workflows_are_found_by_what_they_name(#[future(awt)] database: TestDatabase) {
    let store = database.open().await;
    let tenant = with_workflow(&store).await;
    let naming = |id: &str, version: i64, steps: Value| Workflow {
        id: WorkflowId::new(id).unwrap(),
        version,
        definition: serde_json::from_value(json!({"steps": steps})).unwrap(),
        ..workflow()
    };
    let call = |tool: &str| json!({"label": "T", "type": "tool", "tool": tool});
    let scout =
        json!({"label": "A", "type": "agent", "prompt": "x", "agent_id": "scout", "tools": ["files:*", "files:read"]});
    store.create_workflow(&tenant, naming("all", 1, json!([scout]))).await.unwrap();
    store.create_workflow(&tenant, naming("one", 1, json!([call("files:read")]))).await.unwrap();
    let count = async |kind: ResourceKind, id: &str| {
        store.workflows_naming(&tenant, kind, vec![id.to_owned()]).await.unwrap().get(id).copied().unwrap_or(0)
    };
    assert_eq!(count(ResourceKind::Agent, "scout").await, 1);
    assert_eq!(count(ResourceKind::McpServer, "files").await, 2);
    assert_eq!(count(ResourceKind::Tool, "files:read").await + count(ResourceKind::Tool, "files:*").await, 2);
    let found = async |kind: ResourceKind, ids: &[&str]| {
        let names = vec![(kind, ids.iter().map(|id| (*id).to_owned()).collect())];
        let filter = WorkflowFilter {
            limit: 10,
            names,
            sort: sluice_store::SortOrder::OldestFirst,
            ..WorkflowFilter::default()
        };
        let page = store.workflows(&tenant, filter).await.unwrap();
        page.items.into_iter().map(|workflow| workflow.id.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found(ResourceKind::Tool, &["files:read", "files:*"]).await, ["all", "one"]);
    assert_eq!(found(ResourceKind::Agent, &["scout"]).await, ["all"]);
    let other = other_tenant(&store).await;
    assert!(store.workflows_naming(&other, ResourceKind::Agent, vec!["scout".into()]).await.unwrap().is_empty());
    // A save notes anew, and a deleted workflow counts no more.
    store.update_workflow(&tenant, naming("all", 2, json!([call("native:wait")]))).await.unwrap();
    assert_eq!((count(ResourceKind::Agent, "scout").await, count(ResourceKind::McpServer, "files").await), (0, 1));
    store.delete_workflow(&tenant, &WorkflowId::new("one").unwrap(), None).await.unwrap();
    assert_eq!(count(ResourceKind::McpServer, "files").await, 0);
    assert_eq!(database.count("workflow_resources").await, 1);
}
