//! One step: its head, which is always there, and what opens below it: its fields, or its lists of steps.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use sluice_types::edit::{Edit, LlmField};
use sluice_types::{BlockAddress, Severity, Step, StepId, StepKind};
use sluice_web_state::editor::{Counts, FieldAt, count, summary};
use sluice_web_state::format::{cost_range, plural};
use sluice_web_state::model_list::PresentCall;
use sluice_web_state::shared::Shared;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::container::ContainerBody;
use super::model::{Builder, handle_id, toggle_id};
use super::selection::Picking;
use super::sorting::Sorting;
use super::step_fields::StepFields;
use super::step_menu::StepMenu;
use super::try_step::PinMark;
use crate::components::{Icon, ModelChoice, ModelPicker, step_look};
use crate::session::Session;

/// The card of a step.
#[component]
pub fn StepCard(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let off = move || step.with(|step| step.as_ref().is_some_and(|step| !step.enabled));
    let key = id.clone();
    let open = Memo::new(move |_| builder.open.with(|open| open.contains(&key)));
    let is_container = Memo::new(move |_| step.with(|step| step.as_ref().is_some_and(|step| step.kind.is_container())));
    let body_id = format!("body-{id}");
    let labelled = toggle_id(&id);
    let closed = id.to_string();
    let picking = expect_context::<Picking>();
    let key = id.clone();
    let picked = Memo::new(move |_| picking.picked(&key));
    let by_key = {
        let id = id.clone();
        move |event: KeyboardEvent| {
            if begins_selection(&event, &id) {
                picking.select_by_key(&id, &event);
            }
        }
    };
    view! {
        <article
            class="card step"
            class:off=off
            class:block=move || is_container.get()
            class:picked=move || picked.get() == Some(true)
            aria-labelledby=labelled
            data-closed=move || (is_container.get() && !open.get()).then(|| closed.clone())
        >
            <div class="step-head" on:keydown=by_key>
                <Handle id=id.clone() step />
                <PickBox id=id.clone() step picked />
                <Toggle builder step id=id.clone() open body_id=body_id.clone() />
                <StepModel builder step id=id.clone() />
                <PinMark id=id.clone() />
                <Marks builder id=id.clone() open />
                <StepMenu builder step id=id.clone() />
            </div>
            <div id=body_id hidden=move || !open.get()>
                {move || {
                    let id = id.clone();
                    match (open.get(), is_container.get()) {
                        (false, _) => ().into_any(),
                        (true, false) => view! { <StepFields builder step id /> }.into_any(),
                        (true, true) => view! { <ContainerBody builder step id /> }.into_any(),
                    }
                }}
            </div>
        </article>
    }
}

/// Whether a key was pressed on what a step is moved or opened by: its other fields have keys of their own.
fn begins_selection(event: &KeyboardEvent, id: &StepId) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.id() == toggle_id(id) || target.id() == handle_id(id))
}

/// The box that takes a step into a selection, once there is one in its list.
#[component]
fn PickBox(id: StepId, step: Memo<Option<Shared<Step>>>, picked: Memo<Option<bool>>) -> impl IntoView {
    let picking = expect_context::<Picking>();
    let id = StoredValue::new(id);
    let has_box = Memo::new(move |_| picked.get().is_some());
    view! {
        <Show when=move || has_box.get()>
            <input
                type="checkbox"
                class="pick"
                aria-label=move || ["Select ", &label_of(step)].concat()
                prop:checked=move || picked.get() == Some(true)
                on:change=move |_| id.with_value(|id| picking.toggle_picked(id))
            />
        </Show>
    }
}

/// The label of a step. Tracks changes.
pub fn label_of(step: Memo<Option<Shared<Step>>>) -> String {
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

/// The name of the step, which opens and closes what is below.
#[component]
fn Toggle(
    builder: Builder,
    step: Memo<Option<Shared<Step>>>,
    id: StepId,
    open: Memo<bool>,
    body_id: String,
) -> impl IntoView {
    let icon = Signal::derive(move || {
        step.with(|step| step.as_ref().map_or(icondata_lu::LuMessageSquare, |step| step_look(step).icon))
    });
    let picking = expect_context::<Picking>();
    let button_id = toggle_id(&id);
    let own = id.clone();
    let number = move || builder.number(&own);
    let own = id.clone();
    // The steps inside are counted only where they cannot be seen.
    let inside = Memo::new(move |_| (!open.get()).then(|| builder.tree.with(|tree| tree.steps_inside(&own))));
    view! {
        <button
            type="button"
            class="step-toggle"
            id=button_id
            aria-expanded=move || if open.get() { "true" } else { "false" }
            aria-controls=body_id
            // Otherwise the press would select the text of the page, and move the focus that the selection begins at.
            on:mousedown=move |event| {
                if event.shift_key() {
                    event.prevent_default();
                }
            }
            on:click=move |event| if event.shift_key() { picking.select_up_to(&id) } else { builder.toggle(&id) }
        >
            <span class="icon turn">
                <Icon icon=icondata_lu::LuChevronRight />
            </span>
            <span class="step-number">{number}</span>
            <Icon icon />
            <span class="step-text">
                <span class="step-name">{move || label_of(step)}</span>
                <span class="step-summary">
                    {move || step.with(|step| step.as_ref().map(|step| summary(step, inside.get())))}
                </span>
            </span>
        </button>
    }
}

/// The model that a prompt or an agent calls; none for other steps.
#[component]
pub fn StepModel(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId) -> impl IntoView {
    let of_step = move |step: &Option<Shared<Step>>| {
        let model = step.as_ref()?.kind.model_use()?;
        Some(ModelChoice { provider: model.provider.cloned(), model: model.model.cloned() })
    };
    let calls = Memo::new(move |_| step.with(|step| of_step(step).is_some()));
    let chosen = Memo::new(move |_| step.with(|step| of_step(step).unwrap_or_default()));
    // The inherited model, which the step does not name.
    let own = id.clone();
    let call = Memo::new(move |_| {
        builder.analysis.with(|analysis| {
            let step = analysis.step_estimate(&own)?;
            Some(PresentCall {
                model: ModelChoice { provider: step.provider.clone(), model: step.model.clone() },
                input_tokens: step.input_tokens.high,
                output_tokens: step.output_tokens.high,
            })
        })
    });
    let session = expect_context::<Session>();
    // An agent of the settings may have a model of its own.
    let of_agent = Memo::new(move |_| {
        let id = step.with(|step| match &step.as_ref()?.kind {
            StepKind::Agent(agent) => agent.agent_id.clone(),
            _ => None,
        })?;
        session.agents.with(|agents| agents?.iter().find(|agent| agent.id == id)?.model.clone())
    });
    let called = Memo::new(move |_| of_agent.get().or_else(|| call.with(|call| call.as_ref()?.model.model.clone())));
    let resolved = move || match (called.get(), of_agent.with(Option::is_some)) {
        (Some(model), true) => format!("{model} (from the agent)"),
        (Some(model), false) => format!("{model} (from the workflow)"),
        (None, _) => "The workflow's model".to_owned(),
    };
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
                    none_shown=Signal::derive(move || called.get())
                    compact=true
                    present=call
                    as_typed=true
                    chosen
                    on_choose=choose
                />
            </div>
        </Show>
    }
}

/// Findings and estimated cost of the step, and of the steps in a closed container. Input that cannot be taken is a
/// problem, too: its field may be folded away.
#[component]
fn Marks(builder: Builder, id: StepId, open: Memo<bool>) -> impl IntoView {
    let own = id.clone();
    let pending = Memo::new(move |_| {
        let problems = builder.pending_problems.read();
        let is_own = |at: &FieldAt| at.step().is_some_and(|(step, _)| *step == own);
        problems.iter().filter(|problem| is_own(&problem.at)).map(|_| 1).sum::<u64>()
    });
    let own = id.clone();
    let found = Memo::new(move |_| {
        let lists = if open.get() { Vec::new() } else { builder.slots(&own) };
        builder.analysis.with(|analysis| {
            let of = |severity| count(analysis.findings.of_step(&own), severity);
            let mut counts = Counts { errors: of(Severity::Error) + pending.get(), warnings: of(Severity::Warning) };
            for slot in lists {
                let inside = analysis.inside(&BlockAddress::Inner { parent: own.clone(), slot });
                counts.errors += inside.errors;
                counts.warnings += inside.warnings;
            }
            counts
        })
    });
    let cost = Memo::new(move |_| {
        builder.analysis.with(|analysis| analysis.step_estimate(&id).and_then(|step| step.cost_usd).map(cost_range))
    });
    view! {
        <CountsBadge counts=found />
        {move || cost.get().map(|cost| view! { <span class="small muted numbers nowrap wide-only">{cost}</span> })}
    }
}

/// Errors, or else warnings, as a badge; nothing when there are none.
#[component]
pub fn CountsBadge(#[prop(into)] counts: Signal<Counts>) -> impl IntoView {
    move || {
        let (class, text) = match counts.get() {
            Counts { errors: 0, warnings: 0 } => return None,
            Counts { errors: 0, warnings } => ("badge warn", plural(warnings, "warning", "warnings")),
            Counts { errors, .. } => ("badge bad", plural(errors, "problem", "problems")),
        };
        Some(view! { <span class=class>{text}</span> })
    }
}
