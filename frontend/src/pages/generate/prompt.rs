//! The field for a sentence, and the call that begins a generation.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use sluice_types::{GenerateWorkflow, Generation};
use sluice_web_state::generation::{Cure, counter, cure, prompt_fault};

use crate::api::{self, ApiError};
use crate::browser::focus::focus_soon;
use crate::browser::ids::unique_key;
use crate::components::{Field, LinkButton, Message, Note, NoteKind, sends};

/// Begins generations. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct Starter {
    /// Whether sending was tried: what is missing is told only then.
    tried: RwSignal<bool>,
    /// Why it was refused.
    error: RwSignal<Option<ApiError>>,
    /// The last request with its key, so that one that is sent again is paid once.
    sent: StoredValue<Option<(GenerateWorkflow, String)>>,
    start: Action<(GenerateWorkflow, String), ()>,
}

impl Starter {
    /// `on_started` takes the generation that has begun.
    pub fn new(on_started: impl Fn(Generation) + Clone + 'static) -> Self {
        let error = RwSignal::new(None);
        let sent = StoredValue::new(None);
        let start = Action::new_unsync(move |(request, key): &(GenerateWorkflow, String)| {
            let (request, key, on_started) = (request.clone(), key.clone(), on_started.clone());
            async move {
                match api::generations::start(&request, &key).await {
                    // The page was left meanwhile: the generation is among the newest ones.
                    Ok(_) if error.is_disposed() => {}
                    Ok(generation) => {
                        // The same request once more is meant to begin another one.
                        sent.set_value(None);
                        on_started(generation);
                    }
                    Err(refused) => _ = error.try_set(Some(refused)),
                }
            }
        });
        Self { tried: RwSignal::new(false), error, sent, start }
    }

    /// Begins a generation, unless one is being begun or the prompt cannot be sent.
    pub fn send(self, request: GenerateWorkflow) {
        self.tried.set(true);
        if prompt_fault(&request.prompt).is_some() || self.start.pending().get_untracked() {
            return;
        }
        let key = self.key_for(&request);
        self.error.set(None);
        self.start.dispatch_local((request, key));
    }

    /// The key for a request: the one that it was sent with before, until something else is asked for.
    fn key_for(self, request: &GenerateWorkflow) -> String {
        let before = self
            .sent
            .with_value(|sent| sent.as_ref().filter(|(before, _)| before == request).map(|(_, key)| key.clone()));
        // A request that was refused was not kept under its key.
        let refused = self.error.with_untracked(|error| error.as_ref().is_some_and(|error| error.problem().is_some()));
        let key = before.filter(|_| !refused).unwrap_or_else(unique_key);
        self.sent.set_value(Some((request.clone(), key.clone())));
        key
    }

    /// Whether a generation is being begun.
    pub fn is_busy(self) -> Signal<bool> {
        self.start.pending().into()
    }

    /// Forgets that something was tried.
    pub fn reset(self) {
        self.tried.set(false);
        self.error.set(None);
    }
}

/// A sentence of several lines. Ctrl+Enter sends it.
#[component]
pub fn PromptField(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    #[prop(into)] prompt: Signal<String>,
    #[prop(default = 4)] rows: u32,
    starter: Starter,
    #[prop(into)] on_type: Callback<String>,
    #[prop(into)] on_send: Callback<()>,
) -> impl IntoView {
    let wrong = Memo::new(move |_| {
        let refused = starter.error.with(|error| error.as_ref().and_then(|error| error.field("/prompt")));
        let fault = prompt.with(|prompt| prompt_fault(prompt));
        // What is too long is told at once; that something is missing, when it is tried.
        fault.filter(|_| starter.tried.get() || prompt.with(|prompt| !prompt.trim().is_empty())).or(refused)
    });
    let left = Memo::new(move |_| prompt.with(|prompt| counter(prompt)));
    let field = StoredValue::new(id.clone());
    let keys = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            on_send.run(());
            if wrong.with_untracked(Option::is_some) {
                focus_soon(field.get_value());
            }
        }
    };
    view! {
        <Field label hint wrong=wrong id=id let:ids>
            <textarea
                id=ids.input
                class="textarea grows"
                dir="auto"
                rows=rows
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || prompt.get()
                on:input:target=move |event| on_type.run(event.target().value())
                on:keydown=keys
            ></textarea>
        </Field>
        <p class="small muted numbers" role="status" hidden=move || left.read().is_none()>
            {move || left.get()}
        </p>
    }
}

/// Why a generation was not begun, with what to do about it.
#[component]
pub fn StartFailure(starter: Starter) -> impl IntoView {
    // What is told at the field is not told twice.
    let error = move || starter.error.get().filter(|error| error.field("/prompt").is_none());
    move || error().map(|error| view! { <Refused error /> })
}

#[component]
fn Refused(error: ApiError) -> impl IntoView {
    let todo = error.code().map(cure);
    // The advice of a call that did not come through is its own.
    let advice = todo.filter(|_| error.problem().is_some()).map(Cure::advice);
    view! {
        <Note kind=NoteKind::Bad>
            <div class="stack tight">
                <strong>{error.title()}</strong>
                <p>
                    <Message text=error.advice() />
                    " "
                    {advice}
                </p>
                {(todo == Some(Cure::Key))
                    .then(|| {
                        view! {
                            <div>
                                <LinkButton small=true href="/settings/providers".to_owned()>
                                    "Open the settings"
                                </LinkButton>
                            </div>
                        }
                    })}
            </div>
        </Note>
    }
}
