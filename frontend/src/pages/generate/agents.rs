//! The agents that a design needs and that are not there: looked at, changed, or left out.

use leptos::prelude::*;
use sluice_types::limits::MAX_NAME_CHARS;
use sluice_types::{AgentId, CreateAgent, Index, ReuseItem, ReuseKind};
use sluice_web_state::generation::AgentEdit;

use super::result::DesignState;
use crate::components::{Field, Icon, Switch};

/// The new agents, each with its instructions.
#[component]
pub fn NewAgents(state: DesignState) -> impl IntoView {
    let agents = state.read(|generation| generation.agents_to_create.clone());
    (!agents.is_empty()).then(|| {
        let item = |(at, agent)| view! { <NewAgent state at agent /> };
        view! {
            <section class="stack" aria-labelledby="new-agents">
                <h2 id="new-agents">"New agents"</h2>
                <p class="small muted">
                    "They are created together with the workflow. Other workflows can use them, too."
                </p>
                <ul class="stack">{agents.into_iter().enumerate().map(item).collect_view()}</ul>
            </section>
        }
    })
}

/// A new agent. A copy is a handle to the same one.
#[derive(Clone, Copy)]
struct Edited {
    state: DesignState,
    at: usize,
    edit: Memo<AgentEdit>,
}

impl Edited {
    fn new(state: DesignState, at: usize) -> Self {
        let edit =
            move |_: Option<&AgentEdit>| state.design.with(|design| design.agents.get(at).cloned().unwrap_or_default());
        Self { state, at, edit: Memo::new(edit) }
    }

    fn change(self, change: impl FnOnce(&mut AgentEdit)) {
        self.state.design.update(|design| {
            if let Some(agent) = design.agents.get_mut(self.at) {
                change(agent);
            }
        });
    }
}

#[component]
fn NewAgent(state: DesignState, at: usize, agent: CreateAgent) -> impl IntoView {
    let edited = Edited::new(state, at);
    let used_by = StoredValue::new(used_by(state, &agent));
    let tools = (!agent.tools.is_empty()).then(|| {
        let tool = |tool: String| view! { <li class="tag mono">{tool}</li> };
        view! { <ul class="row wrap" aria-label="Tools">{agent.tools.into_iter().map(tool).collect_view()}</ul> }
    });
    let created = Signal::derive(move || edited.edit.with(|edit| !edit.left_out));
    let name = Signal::derive(move || edited.edit.with(|edit| edit.name.clone()));
    let consequence = move || {
        let steps = used_by.get_value();
        if created.get() {
            format!("Used by {steps}.")
        } else {
            format!("It is not created: its instructions and tools go into {steps}.")
        }
    };
    view! {
        <li class="card padded stack new-agent" class:off=move || !created.get()>
            <div class="row wrap between">
                <h3 class="row break" dir="auto">
                    <Icon icon=icondata_lu::LuBot />
                    {move || name.with(|name| if name.trim().is_empty() { "New agent".to_owned() } else { name.clone() })}
                </h3>
                <Switch
                    label="Create this agent"
                    on=created
                    on_change=move |on: bool| edited.change(|agent| agent.left_out = !on)
                />
            </div>
            <p class="small muted" dir="auto">
                {agent.description}
            </p>
            <p class="small muted">{consequence}</p>
            {tools}
            <details class="more">
                <summary>"Name and instructions"</summary>
                <div class="inside">
                    <AgentFields edited name />
                </div>
            </details>
        </li>
    }
}

#[component]
fn AgentFields(edited: Edited, name: Signal<String>) -> impl IntoView {
    let Edited { state, at, edit } = edited;
    let faults =
        Memo::new(move |_| state.design.with(|design| design.faults().agents.get(at).cloned().unwrap_or_default()));
    let name_wrong = Memo::new(move |_| faults.with(|faults| faults.0.clone()));
    let instructions_wrong = Memo::new(move |_| faults.with(|faults| faults.1.clone()));
    view! {
        <Field label="Name" wrong=name_wrong let:ids>
            <input
                id=ids.input
                class="input"
                maxlength=MAX_NAME_CHARS.to_string()
                autocomplete="off"
                dir="auto"
                aria-describedby=ids.described_by
                aria-invalid=move || name_wrong.read().is_some().then_some("true")
                prop:value=move || name.get()
                on:input:target=move |event| edited.change(|agent| agent.name = event.target().value())
            />
        </Field>
        <Field label="Instructions" wrong=instructions_wrong let:ids>
            <textarea
                id=ids.input
                class="textarea grows"
                rows="5"
                dir="auto"
                aria-describedby=ids.described_by
                aria-invalid=move || instructions_wrong.read().is_some().then_some("true")
                prop:value=move || edit.with(|edit| edit.instructions.clone())
                on:input:target=move |event| edited.change(|agent| agent.instructions = event.target().value())
            ></textarea>
        </Field>
    }
}

/// The labels of the steps that name an agent.
fn used_by(state: DesignState, agent: &CreateAgent) -> String {
    let labels = state.read(|generation| {
        let definition = generation.workflow.as_ref().map(|workflow| workflow.definition.clone()).unwrap_or_default();
        let index = Index::of(&definition);
        let is_its = |item: &&ReuseItem| {
            item.kind == ReuseKind::NewAgent && item.resource_id.as_deref() == agent.id.as_ref().map(AgentId::as_str)
        };
        let steps = generation.reuse.iter().filter(is_its);
        steps.filter_map(|item| Some(index.place(&item.step_id)?.step.label.clone())).collect::<Vec<_>>()
    });
    if labels.is_empty() { "no step".to_owned() } else { labels.join(", ") }
}
