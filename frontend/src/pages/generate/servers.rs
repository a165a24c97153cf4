//! MCP servers that would help. None is set up by itself.

use leptos::prelude::*;
use sluice_types::SuggestedMcpServer;

use crate::components::{Icon, LinkButton};

/// The suggested servers, with the way to add one.
#[component]
pub fn Servers(suggested: Vec<SuggestedMcpServer>) -> impl IntoView {
    (!suggested.is_empty()).then(|| {
        let item = |server: SuggestedMcpServer| {
            view! {
                <li class="row top">
                    <Icon icon=icondata_lu::LuPlug />
                    <span class="stack tight grow">
                        <strong class="break" dir="auto">
                            {server.name}
                        </strong>
                        <span class="small muted" dir="auto">
                            {server.reason}
                        </span>
                    </span>
                </li>
            }
        };
        view! {
            <section class="card padded stack" aria-labelledby="servers">
                <div class="row wrap between">
                    <h2 id="servers">"MCP servers that would help"</h2>
                    <LinkButton small=true icon=icondata_lu::LuPlus href="/settings/mcp-servers".to_owned()>
                        "Add a server"
                    </LinkButton>
                </div>
                <p class="small muted">
                    "Steps with a missing tool run only when its server is there. Sluice adds no server by itself."
                </p>
                <ul class="stack">{suggested.into_iter().map(item).collect_view()}</ul>
            </section>
        }
    })
}
