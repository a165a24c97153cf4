//! The fields of an `agent` step: which agent, its task, and what it may do.

use leptos::prelude::*;
use sluice_types::edit::{AgentField, LlmField};
use sluice_types::limits::DEFAULT_TURNS;
use sluice_types::{Agent, AgentId, AgentStep, Approve, OnContextFull, Step, StepKind};
use sluice_web_state::agent::inherited_tools;
use sluice_web_state::editor::parse_turns;

use super::fields::{ChoiceField, ParsedField};
use super::findings::Found;
use super::prompt_editor::PromptEditor;
use super::step_fields::{ModelFindings, MoreOfModel, Pickers, newer_word};
use super::step_form::StepForm;
use crate::components::ToolChips;
use crate::session::Session;

fn agent(step: &Step) -> Option<&AgentStep> {
    match &step.kind {
        StepKind::Agent(agent) => Some(agent),
        StepKind::Llm(_)
        | StepKind::Tool(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

/// The agent, its task and its tools.
#[component]
pub fn AgentFields(form: StepForm) -> impl IntoView {
    let id = form.read(|step| agent(step).and_then(|agent| agent.agent_id.clone()));
    let named = named_agent(form);
    let prompt = form.read(|step| agent(step).map(|agent| agent.prompt.clone()).unwrap_or_default());
    let found = move |field: &str| form.found(Signal::stored(field.to_owned()));
    view! {
        <AgentPicker form id named />
        <Found findings=found("agent_id") builder=form.builder />
        <PromptEditor
            form
            field=Signal::stored("prompt".to_owned())
            label="Task"
            hint="What the agent should do. Type {{ to refer to the input or to an earlier step."
            text=prompt
            on_change=move |text| form.set(LlmField::Prompt(text))
        />
        <Tools form named />
        <Found findings=found("tools") builder=form.builder />
        <ModelFindings form />
    }
}

/// The bounds of the agent, its instructions, and what is rarely needed below.
#[component]
pub fn AgentSettings(form: StepForm) -> impl IntoView {
    let named = named_agent(form);
    view! {
        <Bounds form named />
        <Found findings=form.found(Signal::stored("max_turns".to_owned())) builder=form.builder />
        <Instructions form named />
        <Pickers form />
        <MoreOfModel form />
    }
}

/// The agent of the settings that the step names.
fn named_agent(form: StepForm) -> Memo<Option<Agent>> {
    let session = expect_context::<Session>();
    session.agents.want();
    let id = form.read(|step| agent(step).and_then(|agent| agent.agent_id.clone()));
    Memo::new(move |_| {
        let id = id.get()?;
        session.agents.with(|agents| agents?.iter().find(|agent| agent.id == id).cloned())
    })
}

/// An agent of the settings, or one that only this step has.
#[component]
fn AgentPicker(form: StepForm, id: Memo<Option<AgentId>>, named: Memo<Option<Agent>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let value = Signal::derive(move || id.get().map(|id| id.to_string()).unwrap_or_default());
    let options = move || {
        let agents = session.agents.get().unwrap_or_default();
        let chosen = id.get();
        let is_known = agents.iter().any(|agent| Some(&agent.id) == chosen.as_ref());
        let gone = chosen.clone().filter(|_| !is_known).map(|id| {
            view! { <option value=id.to_string() selected=true>{id.to_string()}</option> }
        });
        let all = agents.into_iter().map(|agent| {
            let selected = chosen.as_ref() == Some(&agent.id);
            view! { <option value=agent.id.to_string() selected=selected>{agent.name}</option> }
        });
        (gone, all.collect_view())
    };
    let about = move || {
        let agent = named.get()?;
        let text = if agent.description.trim().is_empty() {
            "The fields below that are left empty come from the agent.".to_owned()
        } else {
            agent.description
        };
        Some(view! { <p class="muted small break">{text}</p> })
    };
    view! {
        <div class="stack tight">
            <ChoiceField
                label="Agent"
                value
                on_choose=move |word: String| form.set(AgentField::Agent(AgentId::new(word).ok()))
            >
                <option value="">"Only for this step"</option>
                {options}
            </ChoiceField>
            {about}
            <p class="small">
                <a href="/settings/agents">"Manage agents"</a>
            </p>
        </div>
    }
}

/// The tools that it may call.
#[component]
fn Tools(form: StepForm, named: Memo<Option<Agent>>) -> impl IntoView {
    let tools = form.read(|step| agent(step).map(|agent| agent.tools.clone()).unwrap_or_default());
    let none = Signal::derive(move || match named.read().as_ref() {
        Some(agent) => inherited_tools(agent),
        None => "No tools yet: the agent can only answer.".to_owned(),
    });
    view! {
        <fieldset class="argument-group" id=form.field_id("tools") tabindex="-1">
            <legend class="label">"Tools"</legend>
            <ToolChips tools none on_change=move |tools| form.set(AgentField::Tools(tools)) />
        </fieldset>
    }
}

/// What a person approves, and how far the agent may go.
#[component]
fn Bounds(form: StepForm, named: Memo<Option<Agent>>) -> impl IntoView {
    let approve = form.read(|step| agent(step).and_then(|agent| agent.approve.clone()));
    let approve = Signal::derive(move || approve.get().map_or_else(String::new, String::from));
    let turns = form.read(|step| agent(step).and_then(|agent| agent.max_turns));
    let context = form.read(|step| agent(step).and_then(|agent| agent.on_context_full.clone()));
    let context = Signal::derive(move || context.get().map_or_else(String::new, String::from));
    let is_named = Memo::new(move |_| named.read().is_some());
    let most = named.read_untracked().as_ref().and_then(|agent| agent.max_turns).unwrap_or(DEFAULT_TURNS);
    let filled = |word: String| Some(word).filter(|word| !word.is_empty());
    let as_agent = move |own: &'static str| if is_named.get() { "As the agent" } else { own };
    view! {
        <div class="step-fields">
            <ChoiceField
                label="Ask a person before"
                hint="The run waits with the arguments of the call"
                value=approve
                on_choose=move |word| form.set(AgentField::Approve(filled(word).map(Approve::from)))
            >
                <option value="">{move || as_agent("Default: calls that write")}</option>
                <option value="writes">"Calls that write"</option>
                <option value="always">"Every call"</option>
                <option value="never">"No call"</option>
                {move || newer_word(approve.get(), Approve::WORDS)}
            </ChoiceField>
            <ParsedField
                id=form.field_id("max_turns")
                label="Max. turns"
                hint="Then it ends with what it has"
                placeholder=most.to_string()
                value=turns
                typed=form.typed("max_turns")
                read=parse_turns
                show=ToString::to_string
                on_change=move |value| form.set(AgentField::MaxTurns(value))
            />
            <ChoiceField
                label="If the conversation is too long"
                hint="For the model to read"
                value=context
                on_choose=move |word| form.set(AgentField::OnContextFull(filled(word).map(OnContextFull::from)))
            >
                <option value="">{move || as_agent("Default: fail")}</option>
                <option value="fail">"Fail"</option>
                <option value="drop_oldest_results">"Leave out the oldest results"</option>
                {move || newer_word(context.get(), OnContextFull::WORDS)}
            </ChoiceField>
        </div>
    }
}

/// How the agent is to behave.
#[component]
fn Instructions(form: StepForm, named: Memo<Option<Agent>>) -> impl IntoView {
    let text = form.read(|step| agent(step).and_then(|agent| agent.instructions.clone()).unwrap_or_default());
    let open = text.with_untracked(|text| !text.is_empty());
    let inherited = move || {
        let agent = named.get()?;
        Some(view! {
            <p class="muted small">{format!("Left empty, those of {} count:", agent.name)}</p>
            <p class="muted small excerpt break">{agent.instructions}</p>
        })
    };
    view! {
        <details class="more" open=open>
            <summary>"Instructions"</summary>
            <div class="inside">
                <PromptEditor
                    form
                    field=Signal::stored("instructions".to_owned())
                    label="Instructions"
                    hint="How the agent should behave, in every turn."
                    text
                    on_change=move |text| form.set(LlmField::SystemPrompt(text))
                />
                {inherited}
            </div>
        </details>
    }
}
