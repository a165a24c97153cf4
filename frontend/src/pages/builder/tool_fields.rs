//! The fields of a `tool` step: which tool, and its arguments.

use std::sync::Arc;

use leptos::prelude::*;
use serde_json::{Map, Value};
use sluice_types::edit::ToolField;
use sluice_types::{Step, StepKind, ToolResource, ToolStep};
use sluice_web_state::arguments::{Field, fields};
use sluice_web_state::draft::pending_key;

use super::findings::Found;
use super::prompt_editor::PromptEditor;
use super::step_form::StepForm;
use crate::components::{
    ArgumentsForm, ArgumentsJson, ArgumentsModel, Button, ButtonKind, EffectBadge, Icon, Segments, TextSpec, ToolDialog,
};
use crate::session::Session;

fn tool_step(step: &Step) -> Option<&ToolStep> {
    match &step.kind {
        StepKind::Tool(tool) => Some(tool),
        StepKind::Llm(_)
        | StepKind::Agent(_)
        | StepKind::Review(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

/// Tool and arguments.
#[component]
pub fn ToolFields(form: StepForm) -> impl IntoView {
    let session = expect_context::<Session>();
    session.tools.want();
    let id = form.read(|step| tool_step(step).map(|tool| tool.tool.clone()).unwrap_or_default());
    let tool = Memo::new(move |_| {
        session.tools.with(|tools| id.with(|id| tools?.iter().find(|tool| tool.id == *id).cloned()))
    });
    view! {
        <ChosenTool form id tool />
        <Found findings=form.found(Signal::stored("tool".to_owned())) builder=form.builder />
        <Show when=move || !id.with(String::is_empty)>
            <Arguments form tool />
        </Show>
        <Found findings=form.found(Signal::stored("arguments".to_owned())) builder=form.builder />
    }
}

/// The tool, and a button to choose another one.
#[component]
fn ChosenTool(form: StepForm, id: Memo<String>, tool: Memo<Option<ToolResource>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let open = RwSignal::new(false);
    let chosen = Signal::derive(move || vec![id.get()]);
    let is_chosen = Memo::new(move |_| !id.with(String::is_empty));
    let about = move || match tool.get() {
        Some(tool) => tool.description,
        None if session.tools.is_awaited() => String::new(),
        None => "It was not listed yet, or its server is gone. The arguments can be written as JSON.".to_owned(),
    };
    view! {
        <div class="chosen-tool" role="group" aria-label="Tool" id=form.field_id("tool") tabindex="-1">
            <Show
                when=move || is_chosen.get()
                fallback=move || {
                    view! {
                        <Button kind=ButtonKind::Plain icon=icondata_lu::LuWrench on_press=move |_| open.set(true)>
                            "Choose a tool"
                        </Button>
                        <p class="muted small">"What the step calls: a tool that is built in, or one of an MCP server."</p>
                    }
                }
            >
                <div class="row wrap between">
                    <span class="row wrap">
                        <Icon icon=icondata_lu::LuWrench />
                        <span class="mono break">{move || id.get()}</span>
                        {move || tool.get().map(|tool| view! { <EffectBadge effect=tool.effect /> })}
                    </span>
                    <Button small=true on_press=move |_| open.set(true)>
                        "Change"
                    </Button>
                </div>
                <p class="muted small break">{about}</p>
            </Show>
        </div>
        <ToolDialog open chosen on_press=move |id| form.set(ToolField::Tool(id)) />
    }
}

/// How arguments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Form,
    Json,
}

/// The arguments as a form of the tool's schema, or as JSON.
#[component]
fn Arguments(form: StepForm, tool: Memo<Option<ToolResource>>) -> impl IntoView {
    let session = expect_context::<Session>();
    let model = arguments_model(form);
    // A listing that is read again draws nothing anew unless the schema is another.
    let shape: Memo<Option<Vec<Field>>> =
        Memo::new(move |_| tool.with(|tool| tool.as_ref().and_then(|tool| fields(&tool.input_schema))));
    let can_show = Memo::new(move |_| shape.with(Option::is_some));
    let begun = form.typed("arguments").get_untracked().is_some();
    let way = RwSignal::new(if begun { Way::Json } else { Way::Form });
    let shows_form = Memo::new(move |_| way.get() == Way::Form && can_show.get());
    let is_awaited = Memo::new(move |_| session.tools.is_awaited());
    view! {
        <div class="arguments stack" role="group" aria-label="Arguments">
            <div class="row wrap between">
                <span class="label" aria-hidden="true">
                    "Arguments"
                </span>
                <Show when=move || can_show.get()>
                    <Segments
                        label="How to write the arguments"
                        choices=vec![(Way::Form, "Form"), (Way::Json, "JSON")]
                        chosen=way
                        on_choose=move |chosen| way.set(chosen)
                    />
                </Show>
            </div>
            {move || match (is_awaited.get(), shows_form.get()) {
                (true, _) => view! { <crate::components::Skeleton lines=3 /> }.into_any(),
                (false, true) => {
                    let fields = shape.get().unwrap_or_default();
                    view! { <ArgumentsForm model fields /> }.into_any()
                }
                (false, false) => view! { <ArgumentsJson model id=form.field_id("arguments") /> }.into_any(),
            }}
        </div>
    }
}

fn arguments_model(form: StepForm) -> ArgumentsModel {
    let builder = form.builder;
    let value = form.read(|step| tool_step(step).map(|tool| tool.arguments.clone()).unwrap_or_default());
    let pending = move |field: String| {
        let key = pending_key(&form.id(), &field);
        builder.pending.with(|pending| pending.get(&key).cloned())
    };
    let set_pending = move |(field, text): (String, Option<String>)| {
        // A field is left also when it goes away.
        let key = pending_key(&form.id(), &field);
        builder.pending.try_update(|pending| match text {
            Some(text) => pending.insert(key, text),
            None => pending.remove(&key),
        });
    };
    ArgumentsModel {
        value: value.into(),
        set: Callback::new(move |arguments: Map<String, Value>| form.set(ToolField::Arguments(arguments))),
        pending: Callback::new(pending),
        set_pending: Callback::new(set_pending),
        references: true,
        control: StoredValue::new(Arc::new(move |spec| view! { <TextField form spec /> }.into_any())),
    }
}

/// A text of the arguments, with completions.
#[component]
fn TextField(form: StepForm, spec: TextSpec) -> impl IntoView {
    let TextSpec { field, label, hint, placeholder, is_short, text, wrong, on_change, .. } = spec;
    let default = (!placeholder.is_empty()).then(|| format!("{placeholder} when it is empty."));
    let hint =
        [Some(hint), default].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    view! {
        <div class="stack tight">
            <PromptEditor form field=Signal::stored(field) label hint is_short text on_change />
            <p class="wrong" hidden=move || wrong.read().is_none()>{move || wrong.get()}</p>
        </div>
    }
}
