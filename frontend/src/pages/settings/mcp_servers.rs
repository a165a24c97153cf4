//! All MCP servers: added from a list of well-known ones or by hand, tested, edited, deleted.

use leptos::prelude::*;
use sluice_types::{McpServer, McpServerResource};
use sluice_web_state::mcp_server::{McpServerForm, PRESETS, Preset, Reach};

use super::mcp_server::McpServerItem;
use super::mcp_server_form::NewMcpServer;
use crate::api;
use crate::browser::focus::use_title;
use crate::components::{
    Button, ButtonKind, CloseButton, Empty, FailureNote, Icon, ResourceList, Skeleton, has_unsaved,
};
use crate::session::{Session, all_pages};

/// What is known of the listings and the uses of each server.
pub type Listings = LocalResource<Vec<McpServerResource>>;

/// What is shown above the list.
#[derive(Debug, Clone, PartialEq)]
enum Adding {
    /// Nothing.
    Closed,
    /// The well-known servers.
    Choosing,
    /// The form, begun with these values.
    Writing(Box<McpServerForm>),
}

/// Programs and addresses that offer tools.
#[component]
pub fn McpServers() -> impl IntoView {
    use_title(|| "MCP servers · Settings".to_owned());
    let session = expect_context::<Session>();
    session.mcp_servers.want();
    let list = ResourceList::new(session.mcp_servers);
    let begun = has_unsaved::<McpServer>(None);
    let adding = RwSignal::new(if begun { Adding::Writing(Box::default()) } else { Adding::Closed });
    let is_closed = Memo::new(move |_| adding.with(|adding| *adding == Adding::Closed));
    let shown = Memo::new(move |_| list.shown());
    let none = move || list.is_here() && shown.with(Vec::is_empty) && is_closed.get();
    let listings: Listings = LocalResource::new(move || {
        session.mcp_servers.track();
        async {
            let page =
                |cursor| async { api::resources::mcp_servers(cursor).await.map(|page| (page.items, page.next_cursor)) };
            all_pages(page).await.unwrap_or_default()
        }
    });
    view! {
        <section class="stack loose" aria-labelledby="mcp-servers">
            <div class="row wrap between top">
                <div class="stack tight grow">
                    <h2 id="mcp-servers">"MCP servers"</h2>
                    <p class="muted">
                        "They bring tools that steps and agents can call: files, web pages, repositories, your own systems. Each speaks the Model Context Protocol."
                    </p>
                </div>
                <Show when=move || !none()>
                    <Button
                        icon=icondata_lu::LuPlus
                        disabled=Signal::derive(move || !is_closed.get())
                        on_press=move |_| adding.set(Adding::Choosing)
                    >
                        "Add a server"
                    </Button>
                </Show>
            </div>
            {move || list.failure().map(|error| view! { <FailureNote error on_retry=move |()| list.refetch() /> })}
            {move || match adding.get() {
                Adding::Closed => ().into_any(),
                Adding::Choosing => view! { <Choosing adding /> }.into_any(),
                Adding::Writing(form) => {
                    view! {
                        <div class="card padded">
                            <NewMcpServer begun=*form list on_close=move |()| adding.set(Adding::Closed) />
                        </div>
                    }
                        .into_any()
                }
            }}
            <Show when=move || !list.is_here() && list.failure().is_none()>
                <div class="card padded">
                    <Skeleton lines=6 />
                </div>
            </Show>
            <Show when=none>
                <NoServers adding />
            </Show>
            <ul class="stack" aria-label="MCP servers">
                <For each=move || shown.get() key=|server| server.id.clone() let:first>
                    <McpServerItem first list listings />
                </For>
            </ul>
        </section>
    }
}

/// In the place of a list without servers.
#[component]
fn NoServers(adding: RwSignal<Adding>) -> impl IntoView {
    view! {
        <Empty
            icon=icondata_lu::LuPlug
            title="No MCP servers yet"
            text="Add one, press Test to see its tools, and let a tool step or an agent call them. Some tools are built in and need no server: web requests, time, arithmetic."
        >
            <Button kind=ButtonKind::Primary icon=icondata_lu::LuPlus on_press=move |_| adding.set(Adding::Choosing)>
                "Add a server"
            </Button>
        </Empty>
    }
}

/// The servers to begin with.
#[component]
fn Choosing(adding: RwSignal<Adding>) -> impl IntoView {
    let row = move |preset: Preset| {
        let icon = match preset.form().reach {
            Reach::Program => icondata_lu::LuTerminal,
            Reach::Address => icondata_lu::LuGlobe,
        };
        view! {
            <li>
                <button
                    type="button"
                    class="preset"
                    on:click=move |_| adding.set(Adding::Writing(Box::new(preset.form())))
                >
                    <Icon icon />
                    <span class="stack tight">
                        <strong>{preset.name}</strong>
                        <span class="muted small">{preset.about}</span>
                        {(!preset.needs.is_empty()).then(|| view! { <span class="muted small">{preset.needs}</span> })}
                    </span>
                </button>
            </li>
        }
    };
    view! {
        <div class="card padded stack">
            <div class="row between">
                <h3>"Which server?"</h3>
                <CloseButton label="Close" on_press=move |_| adding.set(Adding::Closed) />
            </div>
            <ul class="presets">{PRESETS.map(row).into_iter().collect_view()}</ul>
        </div>
    }
}
