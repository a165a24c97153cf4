//! The fields of one step.

use leptos::prelude::*;
use sluice_types::edit::{LlmField, StepField};
use sluice_types::limits::{DEFAULT_OUTPUT_TOKENS, DEFAULT_RETRIES, DEFAULT_TIMEOUT_SECONDS};
use sluice_types::{OnTruncated, ReasoningEffort, Step, StepEffect, StepId, StepType};
use sluice_web_state::editor::{
    Named, jump_targets, parse_idle_timeout, parse_max_tokens, parse_retries, parse_temperature, parse_timeout,
};
use sluice_web_state::shared::Shared;

use super::agent_fields::{AgentFields, AgentSettings};
use super::fields::{ChoiceField, FallbacksField, LabelField, ParsedField, SchemaField, step_options};
use super::findings::Found;
use super::model::Builder;
use super::prompt_editor::PromptEditor;
use super::review_fields::ReviewFields;
use super::settings_row::{OF_CALLS, OF_REVIEW, SettingsRow};
use super::step_form::{StepForm, llm};
use super::tool_fields::ToolFields;
use super::try_step::TryPanel;
use crate::components::{Note, NoteKind, PersonaPicker, ReloadButton, Segments, Switch, step_kind};

/// The kinds that a step can be changed to.
const KINDS: [StepType; 4] = [StepType::Llm, StepType::Agent, StepType::Tool, StepType::Review];

/// All fields of a step: what it is written in first, then its name and kind, and the others in one closed row.
#[component]
pub fn StepFields(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let form = StepForm::new(builder, id, step);
    let kind = form.read(|step| Some(step.step_type()));
    let step_type = Signal::derive(move || kind.get().unwrap_or(StepType::Llm));
    view! {
        <div class="step-body">
            <div class="step-part">
                {move || main_fields(form, step_type.get())}
                <TryPanel form />
            </div>
            <div class="step-part">
                <NameAndKind form step_type />
                {move || settings(form, step_type.get())}
                <Found findings=form.found(Signal::stored(String::new())) builder />
            </div>
        </div>
    }
}

/// What a step is written in. A container has a body of its own.
fn main_fields(form: StepForm, step_type: StepType) -> AnyView {
    match step_type {
        StepType::Review => view! { <ReviewFields form /> }.into_any(),
        StepType::Llm => view! { <PromptField form /> }.into_any(),
        StepType::Agent => view! { <AgentFields form /> }.into_any(),
        StepType::Tool => view! { <ToolFields form /> }.into_any(),
        StepType::Parallel | StepType::Conditional | StepType::Loop => ().into_any(),
        StepType::Unknown => {
            let findings = form.found(Signal::stored("type".to_owned()));
            view! { <NewerStep /> <Found findings builder=form.builder /> }.into_any()
        }
    }
}

/// The row of the fields that are rarely changed.
fn settings(form: StepForm, step_type: StepType) -> AnyView {
    let row = |fields, settings: AnyView| view! { <SettingsRow form fields>{settings}</SettingsRow> }.into_any();
    match step_type {
        StepType::Review => row(OF_REVIEW, view! { <NextField form /> }.into_any()),
        StepType::Llm => row(OF_CALLS, view! { <PromptSettings form /> <CommonFields form /> }.into_any()),
        StepType::Agent => row(OF_CALLS, view! { <AgentSettings form /> <CommonFields form /> }.into_any()),
        StepType::Tool => row(OF_CALLS, view! { <CommonFields form /> }.into_any()),
        StepType::Parallel | StepType::Conditional | StepType::Loop | StepType::Unknown => ().into_any(),
    }
}

/// What people call the step, its kind, and whether it runs.
#[component]
fn NameAndKind(form: StepForm, step_type: Signal<StepType>) -> impl IntoView {
    let enabled = form.read(|step| step.enabled);
    // A container cannot become another kind: it would lose its steps.
    let can_change = Memo::new(move |_| KINDS.contains(&step_type.get()));
    view! {
        <div class="step-naming">
            <LabelField form />
            <div class="row wrap">
                <Show when=move || can_change.get()>
                    <Segments
                        label="Kind of step"
                        choices=KINDS.map(|kind| (kind, step_kind(kind).word)).to_vec()
                        chosen=step_type
                        on_choose=move |chosen| form.set(StepField::Type(chosen))
                    />
                </Show>
                <Switch label="Switched on" on=enabled on_change=move |on| form.set(StepField::Enabled(on)) />
            </div>
        </div>
    }
}

/// In the place of fields that only a newer version knows.
#[component]
fn NewerStep() -> impl IntoView {
    view! {
        <Note kind=NoteKind::Info>
            <div class="stack tight">
                <p>"A newer version of Sluice has made this step. Here it can be renamed, moved, switched off and removed. The rest of it is kept as it is. If the server has been updated since this page was opened, reload the page."</p>
                <ReloadButton />
            </div>
        </Note>
    }
}

/// Retries, timeouts, what an interruption does, and where to go on.
#[component]
pub fn CommonFields(form: StepForm) -> impl IntoView {
    let retries = form.read(|step| step.max_retries);
    let timeout = form.read(|step| step.timeout);
    let idle_timeout = form.read(|step| step.idle_timeout);
    let found = |field: &str| form.found(Signal::stored(field.to_owned()));
    view! {
        <div class="step-fields">
            <ParsedField
                id=form.field_id("max_retries")
                label="Retries"
                hint="For each model, after the first attempt"
                placeholder=DEFAULT_RETRIES.to_string()
                value=retries
                typed=form.typed("retries")
                read=parse_retries
                show=ToString::to_string
                on_change=move |value| form.set(StepField::Retries(value))
            />
            <ParsedField
                id=form.field_id("timeout")
                label="Timeout"
                hint="For one attempt, as 90s or 10m"
                placeholder=format!("{DEFAULT_TIMEOUT_SECONDS}s")
                value=timeout
                typed=form.typed("timeout")
                read=parse_timeout
                show=|seconds| format!("{seconds}s")
                on_change=move |value| form.set(StepField::Timeout(value))
            />
            <ParsedField
                id=form.field_id("idle_timeout")
                label="Longest silence"
                hint="Of the provider, as 90s or 10m"
                placeholder="as the timeout"
                value=idle_timeout
                typed=form.typed("idle_timeout")
                read=parse_idle_timeout
                show=|seconds| format!("{seconds}s")
                on_change=move |value| form.set(StepField::IdleTimeout(value))
            />
            <EffectField form />
            <NextField form />
        </div>
        <Found findings=found("max_retries") builder=form.builder />
        <Found findings=found("timeout") builder=form.builder />
        <Found findings=found("idle_timeout") builder=form.builder />
        <Found findings=found("next") builder=form.builder />
    }
}

#[component]
fn EffectField(form: StepForm) -> impl IntoView {
    let effect = form.read(|step| step.effect.clone());
    let value = Signal::derive(move || effect.get().map_or_else(String::new, String::from));
    let choose = move |value: String| {
        form.set(StepField::Effect(Some(value).filter(|word| !word.is_empty()).map(StepEffect::from)));
    };
    view! {
        <ChoiceField label="If interrupted" hint="When the server stops in the middle of the step" value on_choose=choose>
            <option value="">"Default for its kind"</option>
            <option value="pure">"Run again: it only computes"</option>
            <option value="reads">"Run again: it only reads"</option>
            <option value="writes">"Ask first: it changes something"</option>
            {move || newer_word(value.get(), StepEffect::WORDS)}
        </ChoiceField>
    }
}

/// The option of a word that a newer version has added, so that the field shows it.
pub fn newer_word(word: String, known: &[&str]) -> Option<impl IntoView + use<>> {
    let is_newer = !word.is_empty() && !known.contains(&word.as_str());
    let value = word.clone();
    is_newer.then(|| view! { <option value=value selected=true>{word}</option> })
}

/// The steps that a step can go on with.
pub fn jumps_of(form: StepForm) -> Memo<Vec<Named>> {
    Memo::new(move |_| form.builder.index.with(|index| jump_targets(index, &form.id())))
}

/// The step to go on with.
#[component]
pub fn NextField(form: StepForm) -> impl IntoView {
    let next = form.read(|step| step.next.clone());
    let later = jumps_of(form);
    let is_inside = Memo::new(move |_| form.builder.is_inside(&form.id()));
    view! {
        <ChoiceField
            label="Then go to"
            value=Signal::derive(move || next.get().map(|id| id.to_string()).unwrap_or_default())
            on_choose=move |id: String| form.set(StepField::Next(StepId::new(id).ok()))
        >
            <option value="">"The next step"</option>
            {step_options(later, next)}
            <option value="end">{move || if is_inside.get() { "End of this list" } else { "End of the run" }}</option>
        </ChoiceField>
    }
}

/// The prompt. The model is chosen in the card's head.
#[component]
fn PromptField(form: StepForm) -> impl IntoView {
    let prompt = form.read(|step| llm(step).map(|llm| llm.prompt.clone()).unwrap_or_default());
    view! {
        <PromptEditor
            form
            field=Signal::stored("prompt".to_owned())
            label="Prompt"
            hint="Type {{ to refer to the input or to an earlier step."
            text=prompt
            on_change=move |text| form.set(LlmField::Prompt(text))
        />
        <ModelFindings form />
    }
}

/// Voice, system prompt, and what is rarely needed below.
#[component]
fn PromptSettings(form: StepForm) -> impl IntoView {
    let system = form.read(|step| llm(step).and_then(|llm| llm.system_prompt.clone()).unwrap_or_default());
    let has_system = system.with_untracked(|text| !text.is_empty());
    view! {
        <Pickers form />
        <details class="more" open=has_system>
            <summary>"System prompt"</summary>
            <div class="inside">
                <PromptEditor
                    form
                    field=Signal::stored("system_prompt".to_owned())
                    label="System prompt"
                    hint="How the model should behave. The persona's instructions come before it."
                    text=system
                    on_change=move |text| form.set(LlmField::SystemPrompt(text))
                />
            </div>
        </details>
        <MoreOfModel form />
    }
}

/// What was found of the model, which is chosen in the card's head.
#[component]
pub fn ModelFindings(form: StepForm) -> impl IntoView {
    view! {
        <Found findings=form.found(Signal::stored("model".to_owned())) builder=form.builder />
        <Found findings=form.found(Signal::stored("provider".to_owned())) builder=form.builder />
    }
}

/// The schema of the answer, and the models to try when the first one fails.
#[component]
pub fn MoreOfModel(form: StepForm) -> impl IntoView {
    let has = form.read(|step| {
        step.kind
            .model_use()
            .map_or((false, false), |model| (model.output_schema.is_some(), !model.fallbacks.is_empty()))
    });
    let (has_schema, has_fallbacks) = has.get_untracked();
    let has_schema = has_schema || form.typed("schema").get_untracked().is_some();
    view! {
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

/// Persona and settings of the model.
#[component]
pub fn Pickers(form: StepForm) -> impl IntoView {
    let persona = form.read(|step| step.kind.model_use().and_then(|model| model.persona_id.cloned()));
    let temperature = form.read(|step| step.kind.model_use().and_then(|model| model.temperature));
    let max_tokens = form.read(|step| step.kind.model_use().and_then(|model| model.max_tokens));
    view! {
        <div class="step-pickers">
            <PersonaPicker chosen=persona on_choose=move |persona| form.set(LlmField::Persona(persona)) />
            <ParsedField
                id=form.field_id("temperature")
                label="Temperature"
                hint="0 is strict, 2 is wild"
                placeholder="default"
                value=temperature
                typed=form.typed("temperature")
                read=parse_temperature
                show=ToString::to_string
                on_change=move |value| form.set(LlmField::Temperature(value))
            />
            <ParsedField
                id=form.field_id("max_tokens")
                label="Max. answer length"
                hint="In tokens"
                placeholder=DEFAULT_OUTPUT_TOKENS.to_string()
                value=max_tokens
                typed=form.typed("max_tokens")
                read=parse_max_tokens
                show=ToString::to_string
                on_change=move |value| form.set(LlmField::MaxTokens(value))
            />
        </div>
        <AnswerFields form />
        <Found findings=form.found(Signal::stored("persona_id".to_owned())) builder=form.builder />
        <Found findings=form.found(Signal::stored("max_tokens".to_owned())) builder=form.builder />
        <Found findings=form.found(Signal::stored("temperature".to_owned())) builder=form.builder />
        <Found findings=form.found(Signal::stored("reasoning".to_owned())) builder=form.builder />
        <Found findings=form.found(Signal::stored("on_truncated".to_owned())) builder=form.builder />
    }
}

/// How long the model thinks, and what an answer counts as that was cut.
#[component]
fn AnswerFields(form: StepForm) -> impl IntoView {
    let reasoning = form.read(|step| step.kind.model_use().and_then(|model| model.reasoning.cloned()));
    let is_prompt = form.read(|step| llm(step).is_some());
    let on_truncated = form.read(|step| llm(step).and_then(|llm| llm.on_truncated.clone()));
    let reasoning = Signal::derive(move || reasoning.get().map_or_else(String::new, String::from));
    let on_truncated = Signal::derive(move || String::from(on_truncated.get().unwrap_or(OnTruncated::Warn)));
    let think = move |word: String| {
        form.set(LlmField::Reasoning(Some(word).filter(|word| !word.is_empty()).map(ReasoningEffort::from)));
    };
    // The default is left out.
    let count = move |word: String| {
        form.set(LlmField::OnTruncated(Some(OnTruncated::from(word)).filter(|word| *word != OnTruncated::Warn)));
    };
    view! {
        <div class="step-fields">
            <ChoiceField label="Reasoning" hint="For models that think first" value=reasoning on_choose=think>
                <option value="">"The model's default"</option>
                <option value="low">"Low: briefly"</option>
                <option value="medium">"Medium"</option>
                <option value="high">"High: thoroughly"</option>
                {move || newer_word(reasoning.get(), ReasoningEffort::WORDS)}
            </ChoiceField>
            <Show when=move || is_prompt.get()>
                <ChoiceField
                    label="If the answer is cut"
                    hint="With an output schema the step always fails"
                    value=on_truncated
                    on_choose=count
                >
                    <option value="warn">"Keep it, with a warning"</option>
                    <option value="fail">"Fail, then try the next model"</option>
                    {move || newer_word(on_truncated.get(), OnTruncated::WORDS)}
                </ChoiceField>
            </Show>
        </div>
    }
}
