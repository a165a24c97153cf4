//! Fields whose text becomes something else: a choice, a number, a label, a schema, a list of models.

use leptos::prelude::*;
use sluice_types::StepId;
use sluice_types::edit::{Edit, LlmField, label_problem};
use sluice_web_state::editor::{Named, parse_schema};

use super::findings::Found;
use super::model::PendingInput;
use super::step_form::StepForm;
use crate::components::{Button, FallbackList, Field};

/// A list of which one is chosen; its children are the options.
#[component]
pub fn ChoiceField(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    /// The value of the option that is chosen.
    #[prop(into)]
    value: Signal<String>,
    #[prop(into)] on_choose: Callback<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <Field
            label
            hint
            children=move |ids| view! {
                <select
                    id=ids.input
                    class="select"
                    aria-describedby=ids.described_by
                    prop:value=move || value.get()
                    on:change:target=move |event| on_choose.run(event.target().value())
                >
                    {children()}
                </select>
            }
        />
    }
}

/// An option for each step.
pub fn step_options(steps: Memo<Vec<Named>>, chosen: Memo<Option<StepId>>) -> impl Fn() -> AnyView {
    move || {
        let chosen = chosen.get();
        let option = |(id, label): Named| {
            let selected = chosen.as_ref() == Some(&id);
            view! { <option value=id.to_string() selected=selected>{label}</option> }
        };
        steps.get().into_iter().map(option).collect_view().into_any()
    }
}

/// A text input for a value that `read` makes of the text and `show` writes back.
#[component]
pub fn ParsedField<T>(
    /// The id of the input.
    id: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    /// The default that an empty field means.
    #[prop(into)]
    placeholder: String,
    #[prop(into)] value: Signal<Option<T>>,
    /// The pending input, until it parses and the field is left.
    typed: PendingInput,
    read: fn(&str) -> Result<Option<T>, String>,
    show: fn(&T) -> String,
    #[prop(into)] on_change: Callback<Option<T>>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let written = move || value.with(|value| value.as_ref().map(show).unwrap_or_default());
    let wrong = Signal::derive(move || read(&typed.get()?).err());
    let take = move |text: String| {
        if let Ok(parsed) = read(&text)
            && parsed != value.get_untracked()
        {
            on_change.run(parsed);
        }
        typed.set(Some(text));
    };
    // Pending input that parses is replaced by the value's canonical spelling.
    let leave = move |_| {
        if wrong.get_untracked().is_none() {
            typed.set(None);
        }
    };
    view! {
        <Field
            id
            label
            hint
            wrong
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input numbers"
                    autocomplete="off"
                    placeholder=placeholder
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || typed.get().unwrap_or_else(written)
                    on:input:target=move |event| take(event.target().value())
                    on:blur=leave
                />
            }
        />
    }
}

/// The label, which people read and prompts refer to.
#[component]
pub fn LabelField(form: StepForm) -> impl IntoView {
    let label = form.read(|step| step.label.clone());
    let typed = form.typed("label");
    let shown = move || typed.get().unwrap_or_else(|| label.get());
    let wrong = Signal::derive(move || {
        let typed = typed.get()?;
        form.builder.index.with(|index| label_problem(index, &form.id(), &typed))
    });
    let take = move || {
        let Some(text) = typed.get_untracked() else { return };
        if wrong.get_untracked().is_some() {
            return;
        }
        typed.set(None);
        if text.trim() != label.get_untracked() {
            form.builder.edit(Edit::RenameStep { id: form.id(), label: text });
        }
    };
    view! {
        <Field
            id=form.field_id("label")
            label="Label"
            wrong
            hint="Prompts refer to the step by its label. Renaming it rewrites them."
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input"
                    maxlength="200"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=shown
                    on:input:target=move |event| typed.set(Some(event.target().value()))
                    on:change=move |_| take()
                    on:keydown=move |event| if event.key() == "Escape" { typed.set(None) }
                />
            }
        />
    }
}

const EXAMPLE: &str = r#"{
  "type": "object",
  "properties": {
    "title": { "type": "string" },
    "score": { "type": "number" }
  },
  "required": ["title", "score"],
  "additionalProperties": false
}"#;

/// A text that is read as JSON. While it cannot be read, the schema stays as it was.
#[component]
pub fn SchemaField(form: StepForm) -> impl IntoView {
    let schema = form.read(|step| step.kind.model_use().and_then(|model| model.output_schema.cloned()));
    let typed = form.typed("schema");
    let written = move || {
        schema.with(|schema| schema.as_ref().and_then(|it| serde_json::to_string_pretty(it).ok()).unwrap_or_default())
    };
    let wrong = Signal::derive(move || {
        let problem = parse_schema(&typed.get()?).err()?;
        Some(format!("{} (line {}, column {})", problem.message, problem.line, problem.column))
    });
    let take = move |text: String| {
        if let Ok(parsed) = parse_schema(&text)
            && parsed != schema.get_untracked()
        {
            form.set(LlmField::Schema(parsed));
        }
        typed.set(Some(text));
    };
    let leave = move |_| {
        if wrong.get_untracked().is_none() {
            typed.set(None);
        }
    };
    let empty = move || schema.with(Option::is_none) && typed.get().is_none_or(|typed| typed.is_empty());
    view! {
        <Field
            id=form.field_id("output_schema")
            label="JSON Schema of the answer"
            hint="With a schema, the output is JSON and later prompts can use its fields."
            wrong
            children=move |ids| view! {
                <textarea
                    id=ids.input
                    class="textarea mono"
                    rows="6"
                    spellcheck="false"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || typed.get().unwrap_or_else(written)
                    on:input:target=move |event| take(event.target().value())
                    on:blur=leave
                ></textarea>
            }
        />
        <Show when=empty>
            <div>
                <Button small=true on_press=move |_| take(EXAMPLE.to_owned())>
                    "Begin with an example"
                </Button>
            </div>
        </Show>
        <Found findings=form.found(Signal::stored("output_schema".to_owned())) builder=form.builder />
    }
}

/// The models to try when the first one fails.
#[component]
pub fn FallbacksField(form: StepForm) -> impl IntoView {
    let fallbacks = form.read(|step| step.kind.model_use().map(|model| model.fallbacks.to_vec()).unwrap_or_default());
    view! {
        <FallbackList fallbacks on_change=move |all| form.set(LlmField::Fallbacks(all)) />
        <Found findings=form.found(Signal::stored("fallbacks".to_owned())) builder=form.builder />
    }
}
