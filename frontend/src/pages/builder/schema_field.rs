//! The JSON Schema that an answer must fit.

use leptos::prelude::*;
use sluice_types::json;

use super::llm_fields::llm;
use super::step_body::{Found, StepForm};
use crate::components::{Button, Field, Shown};
use crate::state::editor::{StepField, parse_schema};

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
    let schema = form.read(|step| llm(step).and_then(|llm| llm.output_schema.clone()));
    let typed = form.typed("schema");
    let written = move || {
        schema.with(|schema| schema.as_ref().and_then(|it| json::to_string_pretty(it).ok()).unwrap_or_default())
    };
    let wrong = Signal::derive(move || {
        let problem = parse_schema(&typed.get()?).err()?;
        Some(format!("{} (line {}, column {})", problem.message, problem.line, problem.column))
    });
    let take = move |text: String| {
        if let Ok(parsed) = parse_schema(&text)
            && parsed != schema.get_untracked()
        {
            form.set(StepField::Schema(parsed));
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
        <Shown is=empty>
            <div>
                <Button small=true on_press=move |_| take(EXAMPLE.to_owned())>
                    "Begin with an example"
                </Button>
            </div>
        </Shown>
        <Found findings=form.found("output_schema") builder=form.builder />
    }
}
