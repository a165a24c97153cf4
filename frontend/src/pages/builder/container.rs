//! What an open container holds: its own fields, and a lane for each of its lists.

use leptos::prelude::*;
use sluice_types::edit::{LoopField, ParallelField, StepField};
use sluice_types::{ConditionalStep, Language, LoopStep, OnError, ParallelStep, Slot, Step, StepId, StepKind};
use sluice_web_state::editor::{branch_to_add, parse_concurrency, parse_rounds};
use sluice_web_state::shared::Shared;

use super::condition_field::ConditionField;
use super::fields::{ChoiceField, LabelField, ParsedField};
use super::findings::Found;
use super::lane::Lane;
use super::model::Builder;
use super::prompt_editor::PromptEditor;
use super::step_fields::{NextField, newer_word};
use super::step_form::StepForm;
use super::try_step::TryPanel;
use crate::components::{Button, Switch};

/// The fields and lanes of a container.
#[component]
pub fn ContainerBody(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let form = StepForm::new(builder, id, step);
    let is_loop = form.read(|step| matches!(step.kind, StepKind::Loop(_)));
    let is_each = form.read(|step| parallel(step).is_some_and(|parallel| parallel.for_each.is_some()));
    let is_condition = form.read(|step| matches!(step.kind, StepKind::Conditional(_)));
    let slots = Memo::new(move |_| builder.slots(&form.id()));
    let add = move |_| {
        let edit = builder.tree.with_untracked(|tree| branch_to_add(tree, &form.id(), is_condition.get_untracked()));
        if let Some(edit) = edit {
            builder.edit(edit);
        }
    };
    let can_add = move || !is_loop.get() && !is_each.get();
    view! {
        <div class="block-body">
            <Show when=move || is_each.get()>
                <ForEachField form />
            </Show>
            <Show when=move || is_loop.get()>
                <LoopFields form />
            </Show>
            <For each=move || slots.get() key=Clone::clone let:slot>
                <Lane form part=slot slots is_condition />
            </For>
            <div class="row wrap">
                <Show when=can_add>
                    <Button small=true icon=icondata_lu::LuPlus on_press=add>
                        {move || if is_condition.get() { "case" } else { "branch" }}
                    </Button>
                </Show>
            </div>
            <Found findings=form.found(Signal::stored("cases".to_owned())) builder />
            <Found findings=form.found(Signal::stored("branches".to_owned())) builder />
            <Settings form />
            <Found findings=form.found(Signal::stored(String::new())) builder />
            <TryPanel form />
        </div>
    }
}

fn parallel(step: &Step) -> Option<&ParallelStep> {
    match &step.kind {
        StepKind::Parallel(parallel) => Some(parallel),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

fn looped(step: &Step) -> Option<&LoopStep> {
    match &step.kind {
        StepKind::Loop(body) => Some(body),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Unknown(_) => None,
    }
}

/// The cases of a step; none of another kind.
pub fn conditional(step: &Step) -> Option<&ConditionalStep> {
    match &step.kind {
        StepKind::Conditional(conditional) => Some(conditional),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => None,
    }
}

/// The list of a `for_each`.
#[component]
fn ForEachField(form: StepForm) -> impl IntoView {
    let list = form.read(|step| parallel(step).and_then(|parallel| parallel.for_each.clone()).unwrap_or_default());
    view! {
        <PromptEditor
            form
            field=Signal::stored("for_each".to_owned())
            label="For each item of"
            hint="A list, as input.documents or steps.Plan.output.claims. Prompts inside refer to item and index."
            language=Language::Expression
            text=list
            on_change=move |text| form.set(ParallelField::ForEach(Some(text)))
        />
    }
}

/// When a loop ends.
#[component]
fn LoopFields(form: StepForm) -> impl IntoView {
    let until = form.read(|step| looped(step).map(|body| body.until.clone()).unwrap_or_default());
    let rounds = form.read(|step| looped(step).map(|body| body.max_iterations).filter(|rounds| *rounds > 0));
    let set_rounds = move |rounds: Option<u32>| form.set(LoopField::MaxIterations(rounds.unwrap_or_default()));
    view! {
        <ConditionField
            form
            field=Signal::stored("until".to_owned())
            label="Repeat until"
            text=until
            on_change=move |text| form.set(LoopField::Until(text))
        />
        <div class="step-fields">
            <ParsedField
                id=form.field_id("max_iterations")
                label="Rounds at most"
                hint="The loop ends then, whatever the condition says"
                placeholder=""
                value=rounds
                typed=form.typed("max_iterations")
                read=parse_rounds
                show=ToString::to_string
                on_change=set_rounds
            />
        </div>
        <Found findings=form.found(Signal::stored("max_iterations".to_owned())) builder=form.builder />
    }
}

/// What is rarely changed.
#[component]
fn Settings(form: StepForm) -> impl IntoView {
    let enabled = form.read(|step| step.enabled);
    let is_parallel = form.read(|step| parallel(step).is_some());
    let begun = ["label", "max_concurrency"].into_iter().any(|field| form.typed(field).get_untracked().is_some());
    let found = |field: &str| form.found(Signal::stored(field.to_owned()));
    view! {
        <details class="more" open=begun>
            <summary>"Name and settings"</summary>
            <div class="inside">
                <div class="row wrap between">
                    <Switch label="Switched on" on=enabled on_change=move |on| form.set(StepField::Enabled(on)) />
                </div>
                <LabelField form />
                <div class="step-fields">
                    <Show when=move || is_parallel.get()>
                        <ParallelFields form />
                    </Show>
                    <NextField form />
                </div>
            </div>
        </details>
        <Found findings=found("label") builder=form.builder />
        <Found findings=found("max_concurrency") builder=form.builder />
        <Found findings=found("on_error") builder=form.builder />
        <Found findings=found("next") builder=form.builder />
    }
}

#[component]
fn ParallelFields(form: StepForm) -> impl IntoView {
    let most = form.read(|step| parallel(step).and_then(|parallel| parallel.max_concurrency));
    let on_error = form.read(|step| parallel(step).and_then(|parallel| parallel.on_error.clone()));
    let on_error = Signal::derive(move || String::from(on_error.get().unwrap_or(OnError::Fail)));
    // The default is left out.
    let choose = move |word: String| {
        form.set(ParallelField::OnError(Some(OnError::from(word)).filter(|word| *word != OnError::Fail)));
    };
    view! {
        <ParsedField
            id=form.field_id("max_concurrency")
            label="At once, at most"
            hint="Branches or items"
            placeholder="as many as the server allows"
            value=most
            typed=form.typed("max_concurrency")
            read=parse_concurrency
            show=ToString::to_string
            on_change=move |most| form.set(ParallelField::MaxConcurrency(most))
        />
        <ChoiceField label="If one fails" value=on_error on_choose=choose>
            <option value="fail">"Stop the others: the step fails"</option>
            <option value="continue">"The others go on"</option>
            {move || newer_word(on_error.get(), OnError::WORDS)}
        </ChoiceField>
    }
}

/// The list of a container that a lane shows: the prefix of its fields in findings.
pub fn lane_field(slots: &[Slot], slot: &Slot) -> String {
    let same_kind = |other: &&Slot| std::mem::discriminant(*other) == std::mem::discriminant(slot);
    let at = slots.iter().filter(same_kind).position(|other| other == slot).unwrap_or_default();
    match slot {
        Slot::Branch(_) => format!("branches/{at}"),
        Slot::Case(_) => format!("cases/{at}"),
        Slot::Otherwise => "otherwise".to_owned(),
        Slot::Each | Slot::Body => "steps".to_owned(),
    }
}
