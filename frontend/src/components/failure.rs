//! Notes beside what they are about, and what a failed call shows.

use leptos::prelude::*;

use super::button::Button;
use super::icon::Icon;
use crate::api::ApiError;

/// How a note is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// Worth knowing.
    Info,
    /// It is well.
    Good,
    /// Look before going on.
    Warn,
    /// Something is wrong.
    Bad,
}

/// A note. Only what is wrong is told to screen readers at once.
#[component]
pub fn Note(kind: NoteKind, children: Children) -> impl IntoView {
    let (class, icon) = match kind {
        NoteKind::Info => ("note info", icondata_lu::LuInfo),
        NoteKind::Good => ("note good", icondata_lu::LuCheck),
        NoteKind::Warn => ("note warn", icondata_lu::LuTriangleAlert),
        NoteKind::Bad => ("note bad", icondata_lu::LuCircleAlert),
    };
    view! {
        <div class=class role=(kind == NoteKind::Bad).then_some("alert")>
            <Icon icon />
            <div class="grow">{children()}</div>
        </div>
    }
}

/// A call that failed: what happened, what to do, and a way to try again.
#[component]
pub fn FailureNote(error: ApiError, #[prop(optional, into)] on_retry: Option<Callback<()>>) -> impl IntoView {
    view! {
        <Note kind=NoteKind::Bad>
            <div class="stack tight">
                <strong>{error.title()}</strong>
                <p>{error.advice()}</p>
                {on_retry.map(|retry| {
                    view! {
                        <div>
                            <Button small=true icon=icondata_lu::LuRefreshCw on_press=move |_| retry.run(())>
                                "Try again"
                            </Button>
                        </div>
                    }
                })}
            </div>
        </Note>
    }
}
