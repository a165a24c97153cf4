//! One step: its head, which is always there, and its fields, which open below it.

use leptos::prelude::*;
use sluice_types::{Severity, StepId, StepKind, StepType};
use sluice_web_state::editor::{Edit, StepField, count};
use sluice_web_state::format::{cost_range, plural};

use super::model::{Builder, PositionedStep, handle_id, toggle_id};
use super::sorting::Sorting;
use super::step_fields::StepFields;
use super::step_form::llm;
use crate::components::{Icon, Menu, MenuItem, ModelChoice, ModelPicker, step_kind};

/// The card of a step.
#[component]
pub fn StepCard(
    builder: Builder,
    positioned: Memo<Option<PositionedStep>>,
    index: Memo<usize>,
    id: StepId,
) -> impl IntoView {
    let off =
        move || positioned.with(|positioned| positioned.as_ref().is_some_and(|positioned| !positioned.step.enabled));
    let key = id.clone();
    let open = Memo::new(move |_| builder.open.with(|open| open.contains(&key)));
    let body_id = format!("body-{id}");
    let labelled = toggle_id(&id);
    view! {
        <article class="card step" class:off=off aria-labelledby=labelled>
            <div class="step-head">
                <Handle index id=id.clone() positioned />
                <Toggle builder positioned index id=id.clone() open body_id=body_id.clone() />
                <StepModel builder positioned id=id.clone() open />
                <Marks builder index id=id.clone() />
                <StepMenu builder positioned index id=id.clone() />
            </div>
            <div id=body_id hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <StepFields builder positioned index id=id.clone() />
                </Show>
            </div>
        </article>
    }
}

fn label_of(positioned: Memo<Option<PositionedStep>>) -> String {
    positioned
        .with(|positioned| positioned.as_ref().map(|positioned| positioned.step.label.clone()).unwrap_or_default())
}

/// The drag handle.
#[component]
fn Handle(index: Memo<usize>, id: StepId, positioned: Memo<Option<PositionedStep>>) -> impl IntoView {
    let sorting = expect_context::<Sorting>();
    view! {
        <button
            type="button"
            class="handle"
            id=handle_id(&id)
            aria-label=move || ["Move ", &label_of(positioned)].concat()
            aria-describedby="sort-help"
            aria-pressed=move || if sorting.holds(index.get()) { "true" } else { "false" }
            on:pointerdown=move |event| sorting.press(index.get_untracked(), &event)
            on:pointermove=move |event| sorting.movement(&event)
            on:pointerup=move |_| sorting.release()
            on:pointercancel=move |_| sorting.cancel()
            on:lostpointercapture=move |_| sorting.cancel()
            on:blur=move |_| sorting.cancel()
            on:keydown=move |event| sorting.key(index.get_untracked(), &event)
        >
            <Icon icon=icondata_lu::LuGripVertical />
        </button>
    }
}

/// The name of the step, which opens and closes its fields.
#[component]
fn Toggle(
    builder: Builder,
    positioned: Memo<Option<PositionedStep>>,
    index: Memo<usize>,
    id: StepId,
    open: Memo<bool>,
    body_id: String,
) -> impl IntoView {
    let icon = Signal::derive(move || {
        let kind = positioned
            .with(|positioned| positioned.as_ref().map_or(StepType::Llm, |positioned| positioned.step.step_type()));
        step_kind(kind).icon
    });
    let button_id = toggle_id(&id);
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
            <span class="step-number">{move || index.get() + 1}</span>
            <Icon icon />
            <span class="step-name">{move || label_of(positioned)}</span>
            <span class="step-summary">{move || positioned.with(|positioned| positioned.as_ref().map(summary))}</span>
        </button>
    }
}

/// A summary of the step in a few words.
fn summary(positioned: &PositionedStep) -> String {
    let step = &positioned.step;
    let first_line = |text: &str| text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    match &step.kind {
        StepKind::Review(review) if review.instructions.is_empty() => "A person decides".to_owned(),
        StepKind::Review(review) => first_line(&review.instructions),
        StepKind::Llm(llm) => first_line(&llm.prompt),
    }
}

/// The model that a prompt is sent to; none for a review.
#[component]
fn StepModel(
    builder: Builder,
    positioned: Memo<Option<PositionedStep>>,
    id: StepId,
    open: Memo<bool>,
) -> impl IntoView {
    let of_step = move |positioned: &Option<PositionedStep>| {
        let llm = llm(&positioned.as_ref()?.step)?;
        Some(ModelChoice { provider: llm.provider.clone(), model: llm.model.clone() })
    };
    let calls = Memo::new(move |_| positioned.with(|positioned| of_step(positioned).is_some()));
    let chosen = Memo::new(move |_| positioned.with(|positioned| of_step(positioned).unwrap_or_default()));
    // The inherited model, which the step does not name.
    let own = id.clone();
    let called = Memo::new(move |_| {
        builder.analysis.with(|analysis| analysis.step_estimate(&own).and_then(|step| step.model.clone()))
    });
    let resolved =
        move || called.get().map_or_else(|| "Workflow's model".to_owned(), |model| format!("{model} (workflow's)"));
    let id = StoredValue::new(id);
    let choose = move |ModelChoice { provider, model }| {
        builder.edit(Edit::UpdateStep { id: id.get_value(), field: StepField::Model { provider, model } });
    };
    view! {
        <Show when=move || calls.get()>
            <div class="step-model">
                <ModelPicker
                    label=Signal::derive(move || ["Model of ", &label_of(positioned)].concat())
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

/// Findings and estimated cost of the step.
#[component]
fn Marks(builder: Builder, index: Memo<usize>, id: StepId) -> impl IntoView {
    let found = Memo::new(move |_| {
        builder.analysis.with(|analysis| {
            let findings = analysis.findings.step(index.get())?;
            let errors = count(findings.all(), Severity::Error);
            let warnings = count(findings.all(), Severity::Warning);
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
fn StepMenu(
    builder: Builder,
    positioned: Memo<Option<PositionedStep>>,
    index: Memo<usize>,
    id: StepId,
) -> impl IntoView {
    let id = StoredValue::new(id);
    let enabled = move || {
        positioned.with_untracked(|positioned| positioned.as_ref().is_none_or(|positioned| positioned.step.enabled))
    };
    let step = move |by: isize| {
        let from = index.get_untracked();
        if let Some(to) = from.checked_add_signed(by).filter(|to| *to < builder.order.with_untracked(Vec::len)) {
            builder.edit_and_show(Edit::MoveStep { from, to });
        }
    };
    let switch = move |_| {
        let field = StepField::Enabled(!enabled());
        builder.edit(Edit::UpdateStep { id: id.get_value(), field });
    };
    view! {
        <Menu label=Signal::derive(move || ["More for ", &label_of(positioned)].concat())>
            <MenuItem
                icon=icondata_lu::LuCopyPlus
                label="Duplicate"
                on_press=move |_| builder.edit_and_show(Edit::DuplicateStep(id.get_value()))
            />
            <MenuItem icon=icondata_lu::LuArrowUp label="Move up" on_press=move |_| step(-1) />
            <MenuItem icon=icondata_lu::LuArrowDown label="Move down" on_press=move |_| step(1) />
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
