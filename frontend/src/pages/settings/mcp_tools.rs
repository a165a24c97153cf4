//! The tools of an MCP server, with their schemas, and which of them may be called.

use leptos::prelude::*;
use sluice_types::{McpTool, PatchMcpServer};
use sluice_web_state::mcp_server::allowed_after;

use super::mcp_server::ServerCard;
use crate::api;
use crate::components::{EffectBadge, Loaded, Toasts};

/// All tools, read when they are looked at: that starts the server.
#[component]
pub fn ServerTools(card: ServerCard) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details class="more" on:toggle:target=move |event| open.set(event.target().open())>
            <summary>"Tools"</summary>
            <Show when=move || open.get()>
                <Listed card />
            </Show>
        </details>
    }
}

#[component]
fn Listed(card: ServerCard) -> impl IntoView {
    let tools = LocalResource::new(move || {
        // A test reads the list anew.
        let _tested = card.check.version().get();
        let id = card.server.with_untracked(|server| server.id.clone());
        async move { Ok(api::mcp_servers::tools(&id).await?.items) }
    });
    view! {
        <div class="inside">
            <Loaded resource=tools lines=4 let:tools>
                {if tools.is_empty() {
                    view! { <p class="muted small">"It has no tools."</p> }.into_any()
                } else {
                    let names: Vec<String> = tools.iter().map(|tool| tool.name.clone()).collect();
                    let names = StoredValue::new(names);
                    view! {
                        <p class="muted small">"Steps and agents may call those that are ticked."</p>
                        <ul class="server-tools" aria-label="Tools">
                            {tools.into_iter().map(|tool| view! { <ToolItem card tool names /> }).collect_view()}
                        </ul>
                    }
                        .into_any()
                }}
            </Loaded>
        </div>
    }
}

#[component]
fn ToolItem(card: ServerCard, tool: McpTool, names: StoredValue<Vec<String>>) -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let name = StoredValue::new(tool.name.clone());
    let allowed = Memo::new(move |_| {
        let has = |all: &Vec<String>| all.is_empty() || name.with_value(|name| all.contains(name));
        card.server.with(|server| has(&server.allowed_tools))
    });
    let refused = RwSignal::new(0_u32);
    let tick = move |allow: bool| {
        let known = card.server.with_untracked(|server| server.allowed_tools.clone());
        let after = names.with_value(|names| name.with_value(|name| allowed_after(names, &known, name, allow)));
        if let Some(allowed) = after {
            card.change(PatchMcpServer { allowed_tools: Some(Some(allowed)), ..PatchMcpServer::default() });
        } else {
            // The box shows again what holds.
            refused.update(|count| *count += 1);
            toasts.notice("One tool has to stay. To stop using a server, delete it.");
        }
    };
    // What the server says itself, where an admin has not said that it counts.
    let claims = match (tool.annotations.read_only, tool.annotations.destructive) {
        (Some(true), _) => Some("says that it only reads"),
        (_, Some(true)) => Some("says that it may delete"),
        (Some(false), _) => Some("says that it writes"),
        (None, _) => None,
    };
    let schema = serde_json::to_string_pretty(&tool.input_schema).unwrap_or_default();
    let label = format!("Schema of {}", tool.name);
    view! {
        <li class="stack tight">
            <label class="tick">
                <input
                    type="checkbox"
                    disabled=card.is_changing()
                    prop:checked=move || {
                        refused.track();
                        allowed.get()
                    }
                    on:change:target=move |event| tick(event.target().checked())
                />
                <span class="row wrap">
                    <span class="mono break">{tool.name.clone()}</span>
                    <EffectBadge effect=tool.effect />
                    {claims.map(|claims| view! { <span class="muted small">{claims}</span> })}
                </span>
            </label>
            <p class="muted small tool-about break">{tool.description}</p>
            <details class="disclosure">
                <summary>"Arguments"</summary>
                <pre class="text-box" tabindex="0" role="region" aria-label=label>
                    {schema}
                </pre>
            </details>
        </li>
    }
}
