//! One step: its head, which is always there, and its fields, which open below it.

use leptos::prelude::*;
use sluice_types::edit::{Edit, LlmField, StepField};
use sluice_types::{Severity, Step, StepId, StepKind, StepType};
use sluice_web_state::editor::count;
use sluice_web_state::format::{cost_range, plural};
use sluice_web_state::shared::Shared;

use super::model::{Builder, handle_id, toggle_id};
use super::sorting::Sorting;
use super::step_fields::StepFields;
use super::step_form::llm;
use crate::components::{Icon, Menu, MenuItem, ModelChoice, ModelPicker, step_kind};

/// The card of a step.
#[component]
pub fn StepCard(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let off = move || step.with(|step| step.as_ref().is_some_and(|step| !step.enabled));
    let key = id.clone();
    let open = Memo::new(move |_| builder.open.with(|open| open.contains(&key)));
    let body_id = format!("body-{id}");
    let labelled = toggle_id(&id);
    view! {
        <article class="card step" class:off=off aria-labelledby=labelled>
            <div class="step-head">
                <Handle id=id.clone() step />
                <Toggle builder step id=id.clone() open body_id=body_id.clone() />
                <StepModel builder step id=id.clone() open />
                <Marks builder id=id.clone() />
                <StepMenu builder step id=id.clone() />
            </div>
            <div id=body_id hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <StepFields builder step id=id.clone() />
                </Show>
            </div>
        </article>
    }
}

fn label_of(step: Memo<Option<Shared<Step>>>) -> String {
    step.with(|step| step.as_ref().map(|step| step.label.clone()).unwrap_or_default())
}

/// The drag handle.
#[component]
fn Handle(id: StepId, step: Memo<Option<Shared<Step>>>) -> impl IntoView {
    let sorting = expect_context::<Sorting>();
    let own = StoredValue::new(id.clone());
    let pressed = move || own.with_value(|id| sorting.holds(id));
    view! {
        <button
            type="button"
            class="handle"
            id=handle_id(&id)
            aria-label=move || ["Move ", &label_of(step)].concat()
            aria-describedby="sort-help"
            aria-pressed=move || if pressed() { "true" } else { "false" }
            on:pointerdown=move |event| own.with_value(|id| sorting.press(id, &event))
            on:pointermove=move |event| sorting.movement(&event)
            on:pointerup=move |_| sorting.release()
            on:pointercancel=move |_| sorting.cancel()
            on:lostpointercapture=move |_| sorting.cancel()
            on:blur=move |_| sorting.cancel()
            on:keydown=move |event| own.with_value(|id| sorting.key(id, &event))
        >
            <Icon icon=icondata_lu::LuGripVertical />
        </button>
    }
}

/// The name of the step, which opens and closes its fields.
#[component]
fn Toggle(
    builder: Builder,
    step: Memo<Option<Shared<Step>>>,
    id: StepId,
    open: Memo<bool>,
    body_id: String,
) -> impl IntoView {
    let icon = Signal::derive(move || {
        step_kind(step.with(|step| step.as_ref().map_or(StepType::Llm, |step| step.step_type()))).icon
    });
    let button_id = toggle_id(&id);
    let own = id.clone();
    let number = move || builder.position(&own).map(|position| position + 1);
    view! {
        <button
            type="button"
            class="step-toggle"
            id=button_id
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-controls=body_id
            on:click=move |_| builder.toggle(&id)
        >
            <span class="icon turn">
                <Icon icon=icondata_lu::LuChevronRight />
            </span>
            <span class="step-number">{number}</span>
            <Icon icon />
            <span class="step-name">{move || label_of(step)}</span>
            <span class="step-summary">{move || step.with(|step| step.as_ref().map(|step| summary(step)))}</span>
        </button>
    }
}

/// A summary of the step in a few words.
fn summary(step: &Step) -> String {
    let first_line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    match &step.kind {
        StepKind::Review(review) if review.instructions.is_empty() => "A person decides".to_owned(),
        StepKind::Review(review) => first_line(&review.instructions),
        StepKind::Llm(llm) => first_line(&llm.prompt),
        StepKind::Parallel(parallel) => match &parallel.for_each {
            Some(items) => format!("For each of {items}"),
            None => parallel.branches.iter().map(|branch| branch.name.as_str()).collect::<Vec<_>>().join(", "),
        },
        StepKind::Conditional(conditional) => {
            conditional.cases.iter().map(|case| case.name.as_str()).collect::<Vec<_>>().join(", ")
        }
        StepKind::Loop(body) => format!("Until {}, at most {} rounds", body.until, body.max_iterations),
        StepKind::Unknown(_) => "Made by a newer version of Sluice".to_owned(),
    }
}

/// The model that a prompt is sent to; none for a review.
#[component]
fn StepModel(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId, open: Memo<bool>) -> impl IntoView {
    let of_step = move |step: &Option<Shared<Step>>| {
        let llm = llm(step.as_ref()?)?;
        Some(ModelChoice { provider: llm.provider.clone(), model: llm.model.clone() })
    };
    let calls = Memo::new(move |_| step.with(|step| of_step(step).is_some()));
    let chosen = Memo::new(move |_| step.with(|step| of_step(step).unwrap_or_default()));
    // The inherited model, which the step does not name.
    let own = id.clone();
    let called = Memo::new(move |_| {
        builder.analysis.with(|analysis| analysis.step_estimate(&own).and_then(|step| step.model.clone()))
    });
    let resolved =
        move || called.get().map_or_else(|| "Workflow's model".to_owned(), |model| format!("{model} (workflow's)"));
    let id = StoredValue::new(id);
    let choose = move |ModelChoice { provider, model }| {
        builder.edit(Edit::UpdateStep { id: id.get_value(), field: LlmField::Model { provider, model }.into() });
    };
    view! {
        <Show when=move || calls.get()>
            <div class="step-model">
                <ModelPicker
                    label=Signal::derive(move || ["Model of ", &label_of(step)].concat())
                    none=Signal::derive(resolved)
                    compact=true
                    ready=open
                    as_typed=true
                    chosen
                    on_choose=choose
                />
            </div>
        </Show>
    }
}

/// Findings and estimated cost of the step. Input that cannot be taken is a problem, too: its field may be folded away.
#[component]
fn Marks(builder: Builder, id: StepId) -> impl IntoView {
    let own = id.clone();
    let pending = Memo::new(move |_| {
        let problems = builder.pending_problems.read();
        problems.iter().filter(|problem| problem.step == own).map(|_| 1).sum::<u64>()
    });
    let own = id.clone();
    let found = Memo::new(move |_| {
        builder.analysis.with(|analysis| {
            let of = |severity| count(analysis.findings.of_step(&own), severity);
            let (errors, warnings) = (of(Severity::Error) + pending.get(), of(Severity::Warning));
            Some((errors, warnings)).filter(|(errors, warnings)| errors + warnings != 0)
        })
    });
    let cost = Memo::new(move |_| {
        builder.analysis.with(|analysis| analysis.step_estimate(&id).and_then(|step| step.cost_usd).map(cost_range))
    });
    view! {
        {move || found.get().map(|(errors, warnings)| {
            let (class, text) = if errors == 0 {
                ("badge warn", plural(warnings, "warning", "warnings"))
            } else {
                ("badge bad", plural(errors, "problem", "problems"))
            };
            view! { <span class=class>{text}</span> }
        })}
        {move || cost.get().map(|cost| view! { <span class="small muted numbers nowrap wide-only">{cost}</span> })}
    }
}

/// The menu of the step.
#[component]
fn StepMenu(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let id = StoredValue::new(id);
    let enabled = move || step.with_untracked(|step| step.as_ref().is_none_or(|step| step.enabled));
    let move_by = move |by: isize| id.with_value(|id| builder.move_by(id, by));
    let switch = move |_| {
        let field = StepField::Enabled(!enabled());
        builder.edit(Edit::UpdateStep { id: id.get_value(), field });
    };
    view! {
        <Menu label=Signal::derive(move || ["More for ", &label_of(step)].concat())>
            <MenuItem
                icon=icondata_lu::LuCopyPlus
                label="Duplicate"
                on_press=move |_| builder.edit_and_show(Edit::DuplicateStep(id.get_value()))
            />
            <MenuItem icon=icondata_lu::LuArrowUp label="Move up" on_press=move |_| move_by(-1) />
            <MenuItem icon=icondata_lu::LuArrowDown label="Move down" on_press=move |_| move_by(1) />
            <MenuItem icon=icondata_lu::LuPower label="Switch on or off" on_press=switch />
            <MenuItem
                icon=icondata_lu::LuTrash2
                label="Remove"
                danger=true
                on_press=move |_| builder.remove(&id.get_value())
            />
        </Menu>
    }
}
