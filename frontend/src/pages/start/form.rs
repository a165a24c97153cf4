//! The form as a whole: its options, the start, and what the browser keeps of it.

use std::collections::BTreeMap;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_types::{
    Definition, Estimate, Known, LintReport, Provider, StartExecution, TemplateInput, Workflow, WorkflowId, lint,
};
use sluice_web_state::input::{InputError, InputForm, Mode};
use sluice_web_state::run_text::{budget_of, estimated_total};
use wasm_bindgen::JsCast;

use super::fields::InputFields;
use crate::api::{self, ApiError};
use crate::browser::clock::unique_key;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, FailureNote, Field, Note, NoteKind, Switch};
use crate::pages::run::draft_storage::take_again;
use crate::session::Session;

/// What the page knows and what was typed.
#[derive(Clone, Copy)]
pub struct StartState {
    /// The workflow.
    pub id: StoredValue<WorkflowId>,
    /// What it runs.
    pub definition: StoredValue<Definition>,
    is_active: bool,
    /// The input, as it is written.
    pub form: RwSignal<InputForm>,
    /// The budget, as it is typed.
    pub budget: RwSignal<String>,
    /// Whether reviews are skipped.
    pub yolo: RwSignal<bool>,
    /// The input to start with, or what is wrong with it.
    pub value: Memo<Result<Value, InputError>>,
    /// What is wrong with the definition.
    pub report: Memo<LintReport>,
    /// Whether something was typed or tried, so that what is missing may be said.
    pub touched: RwSignal<bool>,
    /// Why the start was refused.
    pub error: RwSignal<Option<ApiError>>,
    /// What the run is expected to cost.
    pub estimate: RwSignal<Option<Estimate>>,
    /// Whether the input is that of an earlier run.
    pub is_again: bool,
}

impl StartState {
    /// The form as it was left, or with the input of an earlier run.
    pub fn new(workflow: &Workflow, described: &[TemplateInput]) -> Self {
        let mut form = InputForm::new(described, &workflow.definition);
        let kept = Kept::load(&workflow.id);
        if let Some(kept) = &kept {
            kept.fill(&mut form);
        }
        let again = take_again(workflow.id.as_str());
        if let Some(input) = &again {
            form.fill(input);
        }
        let form = RwSignal::new(form);
        let budget = RwSignal::new(kept.map(|kept| kept.budget).unwrap_or_default());
        let id = workflow.id.clone();
        let definition = StoredValue::new(workflow.definition.clone());
        let mut before = None;
        Effect::new(move || {
            let now = form.with(|form| Kept::of(form, &budget.read()));
            if before.as_ref().is_some_and(|before| *before != now) {
                now.save(&id);
            }
            before = Some(now);
        });
        Self {
            id: StoredValue::new(workflow.id.clone()),
            is_active: workflow.is_active,
            yolo: RwSignal::new(workflow.definition.yolo),
            definition,
            form,
            budget,
            value: Memo::new(move |_| form.with(InputForm::value)),
            report: report_of(definition),
            touched: RwSignal::new(again.is_some()),
            error: RwSignal::new(None),
            estimate: RwSignal::new(None),
            is_again: again.is_some(),
        }
    }

    /// Why no run can be started, whatever the input.
    pub fn blocked(self) -> Option<&'static str> {
        if !self.is_active {
            return Some("The workflow is switched off. Switch it on in the builder to run it.");
        }
        let empty = self.definition.with_value(|definition| definition.steps.is_empty());
        if empty {
            return Some("The workflow has no steps yet. Add one in the builder.");
        }
        self.report
            .with(|report| !report.valid)
            .then_some("The workflow cannot run as it is. Mend what is listed above in the builder.")
    }
}

fn report_of(definition: StoredValue<Definition>) -> Memo<LintReport> {
    let session = expect_context::<Session>();
    Memo::new(move |_| {
        let available = |all: Vec<Provider>| {
            all.into_iter().filter(|it| it.available).map(|it| it.name.as_str().to_owned()).collect()
        };
        let known = Known {
            providers: session.providers.get().map(available),
            personas: session.personas.get().map(|all| all.into_iter().map(|persona| persona.id).collect()),
        };
        definition.with_value(|definition| lint(definition, &known, None))
    })
}

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
                    forget(&id);
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
        let request = StartExecution { input, yolo, budget_usd, triggered_by: Some("web".to_owned()) };
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
                        estimate.map(|estimate| format!("Expected cost: {}. ", estimated_total(&estimate)))
                    }}
                    "Ctrl+Enter starts, too."
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

/// The budget and the YOLO switch.
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
                    <Switch label="YOLO" on=state.yolo on_change=move |on| state.yolo.set(on) />
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

/// What is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    mode: Option<String>,
    text: String,
    values: BTreeMap<String, String>,
    json: String,
    /// The budget as typed.
    #[serde(default)]
    pub budget: String,
}

const fn word(mode: Mode) -> &'static str {
    match mode {
        Mode::Text => "text",
        Mode::Form => "form",
        Mode::Json => "json",
    }
}

fn mode_of(word: &str) -> Option<Mode> {
    [Mode::Text, Mode::Form, Mode::Json].into_iter().find(|&mode| self::word(mode) == word)
}

fn key(workflow: &WorkflowId) -> String {
    format!("sluice.input.{workflow}")
}

impl Kept {
    /// What is in a form now.
    pub fn of(form: &InputForm, budget: &str) -> Self {
        Self {
            mode: Some(word(form.mode).to_owned()),
            text: form.text.clone(),
            values: form.values.clone(),
            json: form.json.clone(),
            budget: budget.to_owned(),
        }
    }

    /// What was kept for a workflow.
    pub fn load(workflow: &WorkflowId) -> Option<Self> {
        serde_json::from_str(&storage::get(&key(workflow))?).ok()
    }

    /// Puts it back into a form.
    pub fn fill(&self, form: &mut InputForm) {
        form.text.clone_from(&self.text);
        form.values.clone_from(&self.values);
        form.json.clone_from(&self.json);
        // Fields may be gone since: then there is no form to go back to.
        let mode = self.mode.as_deref().and_then(mode_of);
        if let Some(mode) = mode.filter(|&mode| mode != Mode::Form || !form.fields.is_empty()) {
            form.mode = mode;
        }
    }

    /// Keeps it.
    pub fn save(&self, workflow: &WorkflowId) {
        if let Ok(text) = serde_json::to_string(self) {
            storage::set(&key(workflow), &text);
        }
    }
}

/// Forgets it: a run was started with it.
pub fn forget(workflow: &WorkflowId) {
    storage::remove(&key(workflow));
}
