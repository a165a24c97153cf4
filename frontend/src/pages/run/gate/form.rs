//! The form of a gate: typed text and comment, and the decision's request.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{DecideGate, ErrorCode, Gate, ReviewDecision, StepPath};
use sluice_web_state::actions::decisions;

use crate::api::{self, ApiError, ApiResult};
use crate::browser::clipboard;
use crate::browser::focus::keep_focus;
use crate::components::Toasts;
use crate::pages::run::commands::is_outdated;
use crate::pages::run::ids::step_heading;
use crate::pages::run::store::RunStore;
use crate::pages::run::unsent::{TextOf, UnsentText, keep_unsent, unsent_text};

/// The form of a gate. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct GateForm {
    /// The gate.
    pub gate: Memo<Option<Gate>>,
    /// The typed text and comment, stored until they are sent.
    pub typed: RwSignal<UnsentText>,
    decisions: Memo<Vec<ReviewDecision>>,
    send: Action<DecideGate, ApiResult<()>>,
}

impl GateForm {
    /// The form of a gate, with what was typed and not sent.
    pub fn new(store: RunStore, path: StepPath, gate: Memo<Option<Gate>>) -> Self {
        let id = store.id();
        let typed = RwSignal::new(unsent_text(&id, &path, TextOf::Gate));
        let (keep_id, keep_path) = (id.clone(), path.clone());
        Effect::new(move || typed.with(|typed| keep_unsent(&keep_id, &keep_path, TextOf::Gate, typed)));
        let decisions = store.watch_step(&path, decisions);
        let toasts = expect_context::<Toasts>();
        let send = Action::new_unsync(move |request: &DecideGate| {
            let (id, path, request) = (id.clone(), path.clone(), request.clone());
            async move {
                match store.send(api::executions::review(&id, &path, &request)).await {
                    Ok(()) => {
                        // A text that goes back for revision is asked about again: the edit waits for that.
                        let edit = typed.try_get_untracked().filter(|_| request.decision == ReviewDecision::Revise);
                        let left = edit.map(|typed| UnsentText { comment: String::new(), ..typed }).unwrap_or_default();
                        typed.set(left.clone());
                        keep_unsent(&id, &path, TextOf::Gate, &left);
                        keep_focus(&step_heading(&path));
                        Ok(())
                    }
                    Err(error) if is_outdated(&error) => {
                        changed_meanwhile(toasts, &error, &request);
                        Ok(())
                    }
                    Err(error) => Err(error),
                }
            }
        });
        Self { gate, typed, decisions, send }
    }

    /// Whether a decision is on its way. Nothing is typed meanwhile: it would be lost with what is sent.
    pub fn busy(self) -> Signal<bool> {
        self.send.pending().into()
    }

    /// Why the decision was refused.
    pub fn error(self) -> Option<ApiError> {
        let is_answered = !self.send.pending().get();
        self.send.value().get().and_then(Result::err).filter(|_| is_answered)
    }

    /// The text to review.
    pub fn content(self) -> String {
        self.gate.read().as_ref().and_then(|gate| gate.content.clone()).unwrap_or_default()
    }

    /// Whether the gate takes a decision. Tracks changes.
    pub fn may(self, decision: ReviewDecision) -> bool {
        self.decisions.with(|decisions| decisions.contains(&decision))
    }

    /// Takes the text as it is being typed.
    pub fn write(self, text: String) {
        self.typed.update(|typed| typed.text = Some(text));
    }

    /// Sends a decision on what was looked at. What was typed is forgotten when it has arrived.
    pub fn decide(self, mut request: DecideGate) {
        request.opened_seq = self.gate.with_untracked(|gate| gate.as_ref().map(|gate| gate.opened_seq));
        self.send.dispatch_local(request);
    }
}

/// The text to review, to be edited.
#[component]
pub fn TextEditor(form: GateForm, label: &'static str, class: &'static str, text: Signal<String>) -> impl IntoView {
    view! {
        <textarea
            class=class
            aria-label=label
            readonly=form.busy()
            prop:value=move || text.get()
            on:input:target=move |event| form.write(event.target().value())
        ></textarea>
    }
}

/// Somebody else decided, or the gate was opened anew: says so, and gives back what was typed.
fn changed_meanwhile(toasts: Toasts, error: &ApiError, request: &DecideGate) {
    let what = match error.code() {
        Some(ErrorCode::GateDecided) => "Somebody decided meanwhile, or the question was asked anew.",
        _ => "The run has changed meanwhile.",
    };
    let text = request.content.clone().or_else(|| request.comment.clone());
    match text {
        Some(text) => {
            let copy = move || {
                let text = text.clone();
                spawn_local(async move { _ = clipboard::copy(&text).await });
            };
            let said = format!("{what} The page shows how it stands now. What you typed is kept.");
            toasts.with_action(said, "Copy it", copy);
        }
        None => toasts.failed(format!("{what} The page shows how it stands now.")),
    }
}
