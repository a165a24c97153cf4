//! The form as a whole: its options and the start.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::StartExecution;
use sluice_web_state::run_text::{budget_of, expected_cost};
use wasm_bindgen::JsCast;

use super::fields::InputFields;
use super::kept_input;
use super::model::StartState;
use crate::api;
use crate::browser::ids::unique_key;
use crate::browser::view::keys_here;
use crate::components::{Button, ButtonKind, FailureNote, Field, Note, NoteKind, Switch};

/// The input, the options and the button that starts.
#[component]
pub fn StartForm(state: StartState) -> impl IntoView {
    let navigate = use_navigate();
    // The same request sent again must not start a second run.
    let sent = StoredValue::new(None::<(StartExecution, String)>);
    let blocked = Memo::new(move |_| state.blocked());
    let send = Action::new_unsync(move |(request, key): &(StartExecution, String)| {
        let (id, request, key, navigate) = (state.id.get_value(), request.clone(), key.clone(), navigate.clone());
        async move {
            match api::executions::start(&id, &request, &key).await {
                Ok(execution) => {
                    kept_input::forget(&id);
                    navigate(&format!("/runs/{}", execution.id), NavigateOptions::default());
                }
                Err(error) => state.error.set(Some(error)),
            }
        }
    });
    let start = move || {
        state.touched.set(true);
        let (Ok(input), Ok(budget_usd)) = (state.value.get_untracked(), budget_of(&state.budget.read_untracked()))
        else {
            state.error.set(None);
            focus_wrong();
            return;
        };
        if blocked.get_untracked().is_some() || send.pending().get_untracked() {
            return;
        }
        let yolo = Some(state.yolo.get_untracked());
        let triggered_by = Some("web".to_owned());
        let request = StartExecution { input, yolo, budget_usd, triggered_by, ..StartExecution::default() };
        let key = key_for(sent, &request);
        send.dispatch_local((request, key));
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            start();
        }
    };
    view! {
        <section class="card padded stack" aria-labelledby="input-heading" on:keydown=keys>
            <InputFields state />
            <Options state />
            {move || state.error.get().map(|error| view! { <FailureNote error /> })}
            {move || blocked.get().map(|why| view! { <Note kind=NoteKind::Warn>{why}</Note> })}
            <div class="row wrap">
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuPlay
                    busy=send.pending()
                    disabled=Signal::derive(move || blocked.get().is_some())
                    on_press=move |_| start()
                >
                    "Start"
                </Button>
                <span class="small muted numbers">
                    {move || {
                        let estimate = state.estimate.get();
                        estimate.map(|estimate| format!("Expected cost: {}. ", expected_cost(&estimate).0))
                    }}
                    <span class="by-keys">{keys_here("Ctrl Enter")} " does the same."</span>
                </span>
            </div>
        </section>
    }
}

/// Puts the focus on the first field that is wrong, once it is marked.
fn focus_wrong() {
    request_animation_frame(|| {
        let field = document().query_selector("main [aria-invalid=true]").ok().flatten();
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _focused = field.focus();
        }
    });
}

/// The key for a request: the one that it was sent with before, until something else is asked for.
fn key_for(sent: StoredValue<Option<(StartExecution, String)>>, request: &StartExecution) -> String {
    if let Some((before, key)) = sent.get_value()
        && before == *request
    {
        return key;
    }
    let key = unique_key();
    sent.set_value(Some((request.clone(), key.clone())));
    key
}

/// The budget, and whether reviews are skipped.
#[component]
pub fn Options(state: StartState) -> impl IntoView {
    let wrong = Memo::new(move |_| {
        let refused = state.error.with(|error| error.as_ref().and_then(|error| error.field("/budget_usd")));
        budget_of(&state.budget.read()).err().or(refused)
    });
    view! {
        <div class="two">
            <Field
                label="Budget in US dollars (optional)"
                hint="Before a call that would go beyond it, the run asks you."
                wrong=wrong
                let:ids
            >
                <input
                    class="input"
                    id=ids.input
                    inputmode="decimal"
                    placeholder="no limit"
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.read().is_some().then_some("true")
                    prop:value=move || state.budget.get()
                    on:input:target=move |event| state.budget.set(event.target().value())
                />
            </Field>
            <div class="field">
                <div>
                    <Switch
                        label="Skip reviews"
                        title="Also called YOLO: the run goes on without asking"
                        on=state.yolo
                        on_change=move |on| state.yolo.set(on)
                    />
                </div>
                <span class="hint">
                    {move || {
                        if state.yolo.get() {
                            "Reviews are skipped: the run goes on without asking."
                        } else {
                            "The run waits for your decision at each review."
                        }
                    }}
                </span>
            </div>
        </div>
    }
}
