//! A generation without a design: why, and what to do about it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{Generation, GenerationStatus};
use sluice_web_state::format::cost;
use sluice_web_state::generation::{Cure, Described, cure};

use crate::browser::storage;
use crate::components::{Button, ButtonKind, GENERATE, LinkButton, Message, Note, NoteKind};

/// Why there is no design, and ways on.
#[component]
pub fn DesignFailed(
    generation: Generation,
    /// What tries again; without it, the prompt is taken back to the page on which it is typed.
    #[prop(optional, into)]
    on_retry: Option<Callback<()>>,
) -> impl IntoView {
    let is_cancelled = generation.status == GenerationStatus::Cancelled;
    let todo = generation.error.as_ref().map_or(Cure::TryAgain, |error| cure(error.code));
    let spent = (generation.cost_usd > 0.0).then(|| format!("It has cost {}.", cost(generation.cost_usd)));
    let note = match generation.error {
        _ if is_cancelled => {
            view! { <Note kind=NoteKind::Info>"Nothing was created, and your prompt is kept. " {spent}</Note> }
                .into_any()
        }
        error => {
            let title = error.as_ref().map_or("The design failed", |error| error.code.title());
            let message = error.map_or_else(|| "The server does not say why.".to_owned(), |error| error.message);
            view! {
                <Note kind=NoteKind::Bad>
                    <div class="stack tight">
                        <strong>{title}</strong>
                        <p>
                            <Message text=message />
                        </p>
                        <p>{todo.advice()} " " {spent}</p>
                    </div>
                </Note>
            }
            .into_any()
        }
    };
    let navigate = use_navigate();
    let kept =
        Described { prompt: generation.prompt, provider: Some(generation.provider), model: Some(generation.model) };
    let again = move |_| {
        if let Some(on_retry) = on_retry {
            return on_retry.run(());
        }
        storage::keep(Described::KEY, kept.to_json().as_deref());
        navigate(GENERATE, NavigateOptions::default());
    };
    view! {
        <div class="stack">
            {note}
            <div class="row wrap">
                <Button kind=ButtonKind::Primary icon=icondata_lu::LuRefreshCw on_press=again>
                    {if is_cancelled { "Back to the prompt" } else { "Try again" }}
                </Button>
                {(todo == Cure::Key)
                    .then(|| {
                        view! { <LinkButton href="/settings/providers".to_owned()>"Open the settings"</LinkButton> }
                    })}
            </div>
        </div>
    }
}
