//! The fields of a step that calls a model.

use leptos::prelude::*;
use sluice_types::fraction::shortest;
use sluice_types::limits::DEFAULT_OUTPUT_TOKENS;
use sluice_types::{LlmStep, Step, StepKind};

use super::fallbacks_field::FallbacksField;
use super::parsed_field::ParsedField;
use super::prompt_editor::PromptEditor;
use super::schema_field::SchemaField;
use super::step_body::{Found, StepForm};
use crate::components::PersonaPicker;
use crate::state::editor::{StepField, parse_max_tokens, parse_temperature};

/// The model's part of a step; none of a review.
pub fn llm(step: &Step) -> Option<&LlmStep> {
    match &step.kind {
        StepKind::Llm(llm) => Some(llm),
        StepKind::Review(_) => None,
    }
}

/// Prompt, voice, and what is rarely needed below. The model is chosen in the card's head.
#[component]
pub fn LlmFields(form: StepForm) -> impl IntoView {
    let prompt = form.read(|step| llm(step).map(|llm| llm.prompt.clone()).unwrap_or_default());
    let system = form.read(|step| llm(step).and_then(|llm| llm.system_prompt.clone()).unwrap_or_default());
    let has_system = system.with_untracked(|text| !text.is_empty());
    let has_schema = form.read(|step| llm(step).is_some_and(|llm| llm.output_schema.is_some())).get_untracked()
        || form.typed("schema").get_untracked().is_some();
    let has_fallbacks = form.read(|step| llm(step).is_some_and(|llm| !llm.fallbacks.is_empty())).get_untracked();
    view! {
        <Pickers form />
        <PromptEditor
            form
            label="Prompt"
            hint="Type {{ to refer to the input or to an earlier step."
            text=prompt
            on_change=move |text| form.set(StepField::Prompt(text))
            findings=form.found("prompt")
        />
        <details class="more" open=has_system>
            <summary>"System prompt"</summary>
            <div class="inside">
                <PromptEditor
                    form
                    label="System prompt"
                    hint="How the model is to behave. The persona's instructions come before it."
                    text=system
                    on_change=move |text| form.set(StepField::SystemPrompt(text))
                    findings=form.found("system_prompt")
                />
            </div>
        </details>
        <details class="more" open=has_schema>
            <summary>"Output schema"</summary>
            <div class="inside">
                <SchemaField form />
            </div>
        </details>
        <details class="more" open=has_fallbacks>
            <summary>"Fallback models"</summary>
            <div class="inside">
                <FallbacksField form />
            </div>
        </details>
    }
}

#[component]
fn Pickers(form: StepForm) -> impl IntoView {
    let persona = form.read(|step| llm(step).and_then(|llm| llm.persona_id.clone()));
    let temperature = form.read(|step| llm(step).and_then(|llm| llm.temperature));
    let max_tokens = form.read(|step| llm(step).and_then(|llm| llm.max_tokens));
    view! {
        <div class="step-pickers">
            <PersonaPicker chosen=persona on_choose=move |persona| form.set(StepField::Persona(persona)) />
            <ParsedField
                label="Temperature"
                hint="0 is strict, 2 is wild"
                placeholder="default"
                value=temperature
                typed=form.typed("temperature")
                read=parse_temperature
                show=|number| shortest(*number)
                on_change=move |value| form.set(StepField::Temperature(value))
            />
            <ParsedField
                label="Longest answer"
                hint="In tokens"
                placeholder=DEFAULT_OUTPUT_TOKENS.to_string()
                value=max_tokens
                typed=form.typed("max_tokens")
                read=parse_max_tokens
                show=ToString::to_string
                on_change=move |value| form.set(StepField::MaxTokens(value))
            />
        </div>
        <Found findings=form.found("model") builder=form.builder />
        <Found findings=form.found("provider") builder=form.builder />
        <Found findings=form.found("persona_id") builder=form.builder />
        <Found findings=form.found("max_tokens") builder=form.builder />
        <Found findings=form.found("temperature") builder=form.builder />
    }
}
