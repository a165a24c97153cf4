//! The panel in the card of a step: where values come from, what a try costs, and what came of the last one.

use leptos::ev::{KeyboardEvent, keydown};
use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use sluice_types::{StepId, StepKind};
use sluice_web_state::format::{PRICE_NOT_KNOWN, cost_range};
use sluice_web_state::try_step::LiveTry;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::history::Earlier;
use super::model::{Tries, panel_id};
use super::result::TryResult;
use super::values::{PinList, ValueFields};
use crate::components::{Button, ButtonKind, Dialog, FailureNote, Icon, Note, NoteKind};
use crate::pages::builder::step_form::StepForm;

/// Opens the panel of a step, in its card.
#[component]
pub fn TryPanel(form: StepForm) -> impl IntoView {
    let tries = expect_context::<Tries>();
    let id = form.id();
    let key = id.clone();
    let open = Memo::new(move |_| tries.open.with(|open| open.contains(&key)));
    let (button, body) = (panel_id(&id), format!("try-body-{id}"));
    let key = StoredValue::new(id.clone());
    let toggle = move |_| {
        key.with_value(|key| {
            tries.open.update(|open| {
                if !open.remove(key) {
                    open.insert(key.clone());
                }
            });
        });
    };
    view! {
        <div class="try">
            <button
                type="button"
                class="button small"
                id=button
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls=body.clone()
                on:click=toggle
            >
                <Icon icon=icondata_lu::LuFlaskConical />
                "Try this step"
            </button>
            <div id=body hidden=move || !open.get()>
                <Show when=move || open.get()>
                    <Opened form id=key.get_value() />
                </Show>
            </div>
        </div>
    }
}

/// The panel: of a workflow that is saved, or with the button that saves it.
#[component]
fn Opened(form: StepForm, id: StepId) -> impl IntoView {
    let tries = expect_context::<Tries>();
    let is_saved = Memo::new(move |_| tries.workflow().is_some());
    let id = StoredValue::new(id);
    view! {
        <Show when=move || is_saved.get() fallback=move || view! { <SaveFirst tries /> }>
            <Panel form id=id.get_value() />
        </Show>
    }
}

/// A step is tried in a workflow, which keeps the tries and their cost.
#[component]
fn SaveFirst(tries: Tries) -> impl IntoView {
    view! {
        <Note kind=NoteKind::Info>
            <div class="row wrap between">
                <span>"Save first: the workflow keeps its tries and what they cost."</span>
                <Button
                    small=true
                    kind=ButtonKind::Primary
                    busy=Signal::derive(move || tries.saver().is_busy())
                    on_press=move |_| tries.saver().save(false)
                >
                    "Save"
                </Button>
            </div>
        </Note>
    }
}

#[component]
fn Panel(form: StepForm, id: StepId) -> impl IntoView {
    let tries = expect_context::<Tries>();
    if tries.runs.with_untracked(Option::is_none) {
        tries.read_runs();
    }
    let key = id.clone();
    let needs = Memo::new(move |_| tries.needs(&key));
    let key = id.clone();
    let busy = Memo::new(move |_| {
        tries.starting.with(|starting| starting.contains(&key))
            || tries.lives.with(|lives| lives.get(&key).is_some_and(LiveTry::is_under_way))
    });
    let key = id.clone();
    let failure = Memo::new(move |_| tries.failures.with(|failures| failures.get(&key).cloned()));
    let asking = RwSignal::new(false);
    let own = StoredValue::new(id.clone());
    let start = move || own.with_value(|id| tries.start(id));
    let begin = move || {
        if busy.get_untracked() {
        } else if needs.with_untracked(|needs| needs.writes) {
            asking.set(true);
        } else {
            start();
        }
    };
    let by_key = move |event: KeyboardEvent| {
        let wants = event.key() == "Enter" && (event.ctrl_key() || event.meta_key());
        if wants && own.with_value(|id| is_in_card(&event, id)) {
            event.prevent_default();
            begin();
        }
    };
    let _stop = use_event_listener(document(), keydown, by_key);
    let label = Signal::derive(move || if busy.get() { "Trying" } else { "Try" });
    view! {
        <div class="stack try-body">
            <ValueFields tries id=id.clone() needs />
            <div class="row wrap">
                <Button
                    small=true
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuPlay
                    busy
                    on_press=move |_| begin()
                >
                    {move || label.get()}
                </Button>
                <Show when=move || busy.get()>
                    <Button small=true icon=icondata_lu::LuSquare on_press=move |_| own.with_value(|id| tries.cancel(id))>
                        "Cancel"
                    </Button>
                </Show>
                <Price form id=id.clone() />
            </div>
            {move || {
                failure.get().map(|error| view! { <FailureNote error /> })
            }}
            <TryResult tries id=id.clone() />
            <PinList tries />
            <Earlier tries id />
            <AskWrites asking on_yes=move |()| start() />
        </div>
    }
}

/// Whether a key was pressed in the card of a step, and in no card inside it.
fn is_in_card(event: &KeyboardEvent, id: &StepId) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let panel = document().get_element_by_id(&panel_id(id));
    let card_of = |element: Element| element.closest(".card.step, .canvas-card").ok().flatten();
    match (target.and_then(card_of), panel.and_then(card_of)) {
        (Some(pressed), Some(own)) => pressed == own,
        _ => false,
    }
}

/// What a try costs about, and which model it calls.
#[component]
fn Price(form: StepForm, id: StepId) -> impl IntoView {
    let tries = expect_context::<Tries>();
    let calls = form.read(|step| step.kind.model_use().is_some());
    let is_agent = form.read(|step| matches!(step.kind, StepKind::Agent(_)));
    let text = move || {
        tries.builder().analysis.with(|analysis| {
            let estimate = analysis.step_estimate(&id)?;
            let cost = estimate.cost_usd.map_or_else(|| PRICE_NOT_KNOWN.to_owned(), cost_range);
            let model = estimate.model.clone().unwrap_or_else(|| "the first available model".to_owned());
            let each = if is_agent.get() { " for a turn" } else { "" };
            Some(format!("Calls {model}: {cost}{each}"))
        })
    };
    view! {
        <Show when=move || calls.get()>
            <span class="small muted numbers">{text.clone()}</span>
        </Show>
    }
}

/// Asks before a try that changes something elsewhere.
#[component]
fn AskWrites(asking: RwSignal<bool>, #[prop(into)] on_yes: Callback<()>) -> impl IntoView {
    let yes = move |_| {
        asking.set(false);
        on_yes.run(());
    };
    view! {
        <Dialog open=asking on_close=move |()| asking.set(false) title="Really carry it out?">
            <div class="body">
                <p>"This step may change something elsewhere, as by sending or writing. A try does it as a run does."</p>
            </div>
            <footer>
                <Button on_press=move |_| asking.set(false)>"Cancel"</Button>
                <Button kind=ButtonKind::Danger on_press=yes>
                    "Try it"
                </Button>
            </footer>
        </Dialog>
    }
}
