//! All agents: to read, to edit in their place, to delete.

use leptos::prelude::*;
use sluice_types::{Agent, AgentId, AgentResource};
use sluice_web_state::agent::used_by;
use sluice_web_state::model_choice::called;

use super::agent_form::{EditAgent, NewAgent};
use crate::api;
use crate::browser::focus::{focus_soon, use_title};
use crate::components::{
    Button, ButtonKind, Confirm, Empty, FailureNote, ResourceList, Skeleton, forget_unsaved, has_unsaved,
};
use crate::session::{Session, all_pages};

/// How many workflows use each agent.
type Uses = LocalResource<Vec<AgentResource>>;

/// A model with instructions and tools, for steps of several workflows.
#[component]
pub fn Agents() -> impl IntoView {
    use_title(|| "Agents · Settings".to_owned());
    let session = expect_context::<Session>();
    session.agents.want();
    let list = ResourceList::new(session.agents);
    let creating = RwSignal::new(has_unsaved::<Agent>(None));
    let shown = Memo::new(move |_| list.shown());
    let none = move || list.is_here() && shown.with(Vec::is_empty) && !creating.get();
    let uses: Uses = LocalResource::new(move || {
        session.agents.track();
        async {
            let page =
                |cursor| async { api::resources::agents(cursor).await.map(|page| (page.items, page.next_cursor)) };
            all_pages(page).await.unwrap_or_default()
        }
    });
    view! {
        <section class="stack loose" aria-labelledby="agents">
            <div class="row wrap between top">
                <div class="stack tight grow">
                    <h2 id="agents">"Agents"</h2>
                    <p class="muted">
                        "An agent is a model with instructions and tools. It calls the tools, turn after turn, until its task is done. Agent steps of any workflow can use it."
                    </p>
                </div>
                <Show when=move || !none()>
                    <Button icon=icondata_lu::LuPlus disabled=creating on_press=move |_| creating.set(true)>
                        "New agent"
                    </Button>
                </Show>
            </div>
            {move || list.failure().map(|error| view! { <FailureNote error on_retry=move |()| list.refetch() /> })}
            <Show when=move || creating.get()>
                <div class="card padded">
                    <NewAgent list on_close=move |()| creating.set(false) />
                </div>
            </Show>
            <Show when=move || !list.is_here() && list.failure().is_none()>
                <div class="card padded">
                    <Skeleton lines=6 />
                </div>
            </Show>
            <Show when=none>
                <Empty
                    icon=icondata_lu::LuBot
                    title="No agents yet"
                    text="Make one that several workflows share, as “Scout: looks into our folders and answers with sources”. An agent for one step alone is written in the step itself."
                >
                    <Button kind=ButtonKind::Primary icon=icondata_lu::LuPlus on_press=move |_| creating.set(true)>
                        "New agent"
                    </Button>
                </Empty>
            </Show>
            <ul class="stack" aria-label="Agents">
                <For each=move || shown.get() key=|agent| agent.id.clone() let:first>
                    <AgentItem first list uses />
                </For>
            </ul>
        </section>
    }
}

/// An agent's card.
#[component]
fn AgentItem(first: Agent, list: ResourceList<Agent>, uses: Uses) -> impl IntoView {
    let id = first.id.clone();
    let heading = format!("agent-{id}");
    let editing = RwSignal::new(has_unsaved::<Agent>(Some(&id)));
    let agent = Memo::new(move |_| list.find(&id).unwrap_or_else(|| first.clone()));
    let back = StoredValue::new(heading.clone());
    let close = move |()| {
        editing.set(false);
        focus_soon(back.get_value());
    };
    view! {
        <li class="card padded">
            {move || {
                if editing.get() {
                    view! { <EditAgent agent=agent.get_untracked() list on_close=close /> }.into_any()
                } else {
                    view! { <Reading agent heading=heading.clone() list editing uses /> }.into_any()
                }
            }}
        </li>
    }
}

fn count_of(uses: Uses, id: &AgentId) -> Option<i64> {
    uses.get()?.iter().find(|agent| agent.id == *id).map(|agent| agent.used_by_count)
}

#[component]
fn Reading(
    agent: Memo<Agent>,
    heading: String,
    list: ResourceList<Agent>,
    editing: RwSignal<bool>,
    uses: Uses,
) -> impl IntoView {
    let name = move || agent.with(|agent| agent.name.clone());
    let count = Memo::new(move |_| agent.with(|agent| count_of(uses, &agent.id)));
    let asks = RwSignal::new(false);
    let delete = move || {
        let agent = agent.get_untracked();
        forget_unsaved::<Agent>(&agent.id);
        list.delete(&agent);
    };
    let press = move |_| {
        if count.get_untracked().unwrap_or(0) > 0 {
            asks.set(true);
        } else {
            delete();
        }
    };
    view! {
        <div class="stack tight">
            <div class="row between top">
                <h3 id=heading tabindex="-1" class="break" dir="auto">
                    {name}
                </h3>
                <div class="row">
                    <Button
                        small=true
                        label=Signal::derive(move || format!("Edit {}", name()))
                        on_press=move |_| editing.set(true)
                    >
                        "Edit"
                    </Button>
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        icon=icondata_lu::LuTrash2
                        label=Signal::derive(move || format!("Delete {}", name()))
                        on_press=press
                    />
                </div>
            </div>
            <Facts agent count />
        </div>
        <Confirm
            open=asks
            title=Signal::derive(move || format!("Delete {}?", name()))
            verb="Delete agent"
            on_confirm=move |()| delete()
        >
            <p>
                {move || used_by(count.get().unwrap_or(0))}
                " A step that names it cannot run until it names another one. Runs that are under way keep what they have."
            </p>
        </Confirm>
    }
}

/// What it is for, what it calls, and what it may do.
#[component]
fn Facts(agent: Memo<Agent>, count: Memo<Option<i64>>) -> impl IntoView {
    move || {
        let agent = agent.get();
        let model = called(agent.provider.as_deref(), agent.model.as_deref());
        let model = if model.is_empty() { "the workflow's model".to_owned() } else { model };
        let tools = match agent.tools.len() {
            0 => "No tools".to_owned(),
            _ => agent.tools.join(", "),
        };
        view! {
            {(!agent.description.trim().is_empty())
                .then(|| view! { <p class="break" dir="auto">{agent.description.clone()}</p> })}
            <p class="muted small excerpt persona-text" dir="auto">
                {agent.instructions}
            </p>
            <p class="facts small muted">
                <span>"Id: " <span class="mono">{agent.id.to_string()}</span></span>
                <span>"Model: " <span class="mono break">{model}</span></span>
                <span class="break">"Tools: " <span class="mono">{tools}</span></span>
                {count.get().map(|count| view! { <span>{used_by(count)}</span> })}
            </p>
        }
    }
}
