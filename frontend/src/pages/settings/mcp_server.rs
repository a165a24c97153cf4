//! The card of an MCP server: how it is reached, whether it answers, what it may do, and its tools and log.

use leptos::prelude::*;
use sluice_types::{McpCheck, McpServer, McpServerResource, McpTransport, PatchMcpServer};
use sluice_web_state::agent::server_used_by;
use sluice_web_state::format::{duration, plural};
use sluice_web_state::mcp_server::reach_words;

use super::mcp_log::ServerLog;
use super::mcp_server_form::EditMcpServer;
use super::mcp_servers::Listings;
use super::mcp_tools::ServerTools;
use crate::api::{self, ApiResult};
use crate::browser::focus::focus_soon;
use crate::components::{
    Button, ButtonKind, Confirm, FailureNote, Note, NoteKind, ResourceList, Switch, Toasts, When, forget_unsaved,
    has_unsaved,
};
use crate::session::Session;

/// One server. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct ServerCard {
    /// The server as it is stored.
    pub server: Memo<McpServer>,
    list: ResourceList<McpServer>,
    /// Connects to it and lists its tools.
    pub check: Action<(), ApiResult<McpCheck>>,
    change: Action<PatchMcpServer, ()>,
}

impl ServerCard {
    fn new(server: Memo<McpServer>, list: ResourceList<McpServer>, listings: Listings) -> Self {
        let (session, toasts) = (expect_context::<Session>(), expect_context::<Toasts>());
        let check = Action::new_unsync(move |&()| {
            let id = server.with_untracked(|server| server.id.clone());
            async move {
                let checked = api::mcp_servers::check(&id).await;
                // What it listed is what steps can choose from.
                session.tools.refetch();
                listings.refetch();
                checked
            }
        });
        let change = Action::new_unsync(move |patch: &PatchMcpServer| {
            let (id, version) = server.with_untracked(|server| (server.id.clone(), server.version));
            let patch = patch.clone();
            async move {
                match api::mcp_servers::patch(&id, version, &patch).await {
                    Ok(server) => list.saved(server),
                    Err(error) => {
                        toasts.call_failed("It was not changed", &error);
                        list.refetch();
                    }
                }
                session.tools.refetch();
            }
        });
        Self { server, list, check, change }
    }

    /// Changes a part of it at once.
    pub fn change(self, patch: PatchMcpServer) {
        if !self.is_changing().get_untracked() {
            self.change.dispatch_local(patch);
        }
    }

    /// Whether a change is on its way.
    pub fn is_changing(self) -> Signal<bool> {
        self.change.pending().into()
    }
}

/// A server's card, or its form.
#[component]
pub fn McpServerItem(first: McpServer, list: ResourceList<McpServer>, listings: Listings) -> impl IntoView {
    let id = first.id.clone();
    let heading = format!("mcp-{id}");
    let editing = RwSignal::new(has_unsaved::<McpServer>(Some(&id)));
    let server = Memo::new(move |_| list.find(&id).unwrap_or_else(|| first.clone()));
    let card = ServerCard::new(server, list, listings);
    let back = StoredValue::new(heading.clone());
    let close = move |()| {
        editing.set(false);
        // A test of what was there before says nothing of what is there now.
        card.check.clear();
        focus_soon(back.get_value());
    };
    view! {
        <li class="card padded">
            {move || {
                if editing.get() {
                    view! { <EditMcpServer server=server.get_untracked() list on_close=close /> }.into_any()
                } else {
                    view! { <Reading card heading=heading.clone() editing listings /> }.into_any()
                }
            }}
        </li>
    }
}

#[component]
fn Reading(card: ServerCard, heading: String, editing: RwSignal<bool>, listings: Listings) -> impl IntoView {
    let server = card.server;
    let name = move || server.with(|server| server.name.clone());
    let about =
        Memo::new(move |_| server.with(|server| listings.get()?.iter().find(|known| known.id == server.id).cloned()));
    view! {
        <div class="stack">
            <div class="row between top wrap">
                <div class="row wrap">
                    <h3 id=heading tabindex="-1" class="break" dir="auto">
                        {name}
                    </h3>
                    <Answers card about />
                </div>
                <div class="row">
                    <Button
                        small=true
                        icon=icondata_lu::LuPlugZap
                        label=Signal::derive(move || format!("Test {}", name()))
                        busy=card.check.pending()
                        on_press=move |_| _ = card.check.dispatch_local(())
                    >
                        "Test"
                    </Button>
                    <Button
                        small=true
                        label=Signal::derive(move || format!("Edit {}", name()))
                        on_press=move |_| editing.set(true)
                    >
                        "Edit"
                    </Button>
                    <DeleteButton card about />
                </div>
            </div>
            <Facts card about />
            <Checked card />
            <Trust card />
            <ServerTools card />
            <ServerLog card />
        </div>
    }
}

/// Whether it answered when it was asked last.
#[component]
fn Answers(card: ServerCard, about: Memo<Option<McpServerResource>>) -> impl IntoView {
    move || {
        let tested = match card.check.value().get() {
            Some(Ok(checked)) => Some(checked.ok),
            Some(Err(_)) => Some(false),
            None => about.with(|about| {
                let about = about.as_ref()?;
                about.listing_error.as_ref().map(|_| false).or_else(|| about.listed_at.map(|_| true))
            }),
        };
        let (class, word) = match tested {
            Some(true) => ("badge good", "Answers"),
            Some(false) => ("badge bad", "Does not answer"),
            None => ("badge", "Not tested"),
        };
        view! { <span class=class>{word}</span> }
    }
}

#[component]
fn DeleteButton(card: ServerCard, about: Memo<Option<McpServerResource>>) -> impl IntoView {
    let name = move || card.server.with(|server| server.name.clone());
    let uses = move || about.with(|about| about.as_ref().map_or((0, 0), uses_of));
    let asks = RwSignal::new(false);
    let delete = move || {
        let server = card.server.get_untracked();
        forget_unsaved::<McpServer>(&server.id);
        card.list.delete(&server);
    };
    let press = move |_| {
        if untrack(uses) == (0, 0) {
            delete();
        } else {
            asks.set(true);
        }
    };
    view! {
        <Button
            kind=ButtonKind::Ghost
            small=true
            icon=icondata_lu::LuTrash2
            label=Signal::derive(move || format!("Delete {}", name()))
            on_press=press
        />
        <Confirm
            open=asks
            title=Signal::derive(move || format!("Delete {}?", name()))
            verb="Delete server"
            on_confirm=move |()| delete()
        >
            <p>
                {move || server_used_by(uses().0, uses().1)}
                " A step that calls one of its tools fails until it calls another one."
            </p>
        </Confirm>
    }
}

/// How many workflows and agents name it.
const fn uses_of(about: &McpServerResource) -> (i64, i64) {
    (about.used_by_count, about.used_by_agent_count)
}

/// How it is reached, and what was last known of it.
#[component]
fn Facts(card: ServerCard, about: Memo<Option<McpServerResource>>) -> impl IntoView {
    let description = move || {
        let text = card.server.with(|server| server.description.clone());
        (!text.trim().is_empty()).then(|| view! { <p class="break" dir="auto">{text}</p> })
    };
    let reach = move || card.server.with(|server| reach_words(&server.transport));
    let secrets = move || {
        let (word, names) = card.server.with(|server| match &server.transport {
            McpTransport::Stdio(stdio) => ("Environment: ", stdio.env_names.join(", ")),
            McpTransport::Http(http) => ("Headers: ", http.header_names.join(", ")),
        });
        (!names.is_empty()).then(|| view! { <span class="break">{word} <span class="mono">{names}</span></span> })
    };
    let listed = move || {
        let about = about.get()?;
        let count = plural(u64::try_from(about.tool_count).unwrap_or(0), "tool", "tools");
        let at = about.listed_at?;
        Some(view! { <span>{count} ", listed " <When at=at /></span> })
    };
    let failed = move || {
        let error = about.get()?.listing_error.filter(|_| card.check.value().read().is_none())?;
        Some(view! { <p class="wrong break">{error}</p> })
    };
    let uses = move || {
        about.get().map(|about| view! { <span>{server_used_by(about.used_by_count, about.used_by_agent_count)}</span> })
    };
    let prefix = move || card.server.with(|server| format!("{}:…", server.id));
    view! {
        <div class="stack tight">
            {description}
            <p class="mono small break server-reach">{reach}</p>
            <p class="facts small muted">
                <span>"Its tools are called " <span class="mono">{prefix}</span></span>
                {secrets}
                {listed}
                {uses}
            </p>
            {failed}
        </div>
    }
}

/// What the last test found.
#[component]
fn Checked(card: ServerCard) -> impl IntoView {
    let again = move |()| _ = card.check.dispatch_local(());
    view! {
        <div class="tested" role="status">
            {move || match card.check.value().get() {
                None => ().into_any(),
                Some(Err(error)) => view! { <FailureNote error on_retry=again /> }.into_any(),
                Some(Ok(checked)) => view! { <CheckResult checked /> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn CheckResult(checked: McpCheck) -> impl IntoView {
    let took = duration(checked.latency_ms);
    if !checked.ok {
        let error = checked.error.unwrap_or_else(|| "It does not answer.".to_owned());
        return view! {
            <Note kind=NoteKind::Bad>
                <div class="stack tight">
                    <strong>{format!("It did not answer ({took})")}</strong>
                    <p class="break">{error}</p>
                    <p>"What it said meanwhile is in its log below."</p>
                </div>
            </Note>
        }
        .into_any();
    }
    let name = [checked.name, checked.version].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let count = plural(u64::try_from(checked.tools.len()).unwrap_or(u64::MAX), "tool", "tools");
    let protocol = checked.protocol.map(|protocol| format!(" It speaks protocol {protocol}.")).unwrap_or_default();
    view! { <Note kind=NoteKind::Good>{format!("{name} answers: {count} in {took}.{protocol}")}</Note> }.into_any()
}

/// Whether what it says of its tools' effects counts.
#[component]
fn Trust(card: ServerCard) -> impl IntoView {
    let trusted = Memo::new(move |_| card.server.with(|server| server.trusted));
    let says = move || {
        if trusted.get() {
            "What it says about its tools counts: a tool that it calls read-only runs without approval and may be repeated."
        } else {
            "Each of its tools counts as one that writes: an agent asks before every call. Switch this on when you know that it tells the truth about which tools only read."
        }
    };
    view! {
        <div class="stack tight">
            <Switch
                label="Trust what it says about its tools"
                on=trusted
                disabled=card.is_changing()
                on_change=move |trusted| card.change(PatchMcpServer { trusted: Some(trusted), ..PatchMcpServer::default() })
            />
            <p class="muted small">{says}</p>
        </div>
    }
}
