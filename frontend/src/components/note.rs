//! Notes beside what they are about, what a failed call shows, and what is on its way.

use icondata_core::IconData;
use leptos::prelude::*;

use super::button::Button;
use super::icon::Icon;
use super::text::Message;
use crate::api::{ApiError, ApiResult};

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
    let is_unreadable = matches!(error, ApiError::Unreadable { .. });
    view! {
        <Note kind=NoteKind::Bad>
            <div class="stack tight">
                <strong>{error.title()}</strong>
                <p class="break">
                    <Message text=error.advice() />
                </p>
                {is_unreadable.then(|| view! { <ReloadButton /> })}
                {on_retry.filter(|_| !is_unreadable).map(|retry| {
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

/// A placeholder for content that only a newer version of this page can show.
#[component]
pub fn NewerServer() -> impl IntoView {
    view! {
        <Note kind=NoteKind::Info>
            <div class="stack tight">
                <p>"A newer version of Sluice has made this, and this page cannot show it. It is kept, and so is what you typed."</p>
                <ReloadButton />
            </div>
        </Note>
    }
}

/// Brings the page that fits the server.
#[component]
pub fn ReloadButton() -> impl IntoView {
    let reload = move |_| _ = window().location().reload();
    view! {
        <div>
            <Button small=true icon=icondata_lu::LuRefreshCw on_press=reload>
                "Reload the page"
            </Button>
        </div>
    }
}

/// Draws what is fetched; until then its shape, and what went wrong with a way to try again.
#[component]
pub fn Loaded<T, F, V>(
    resource: LocalResource<ApiResult<T>>,
    /// Lines of the shape that is shown until the answer is there.
    #[prop(default = 4)]
    lines: usize,
    children: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> V + 'static + Send,
    V: IntoView + 'static,
{
    move || match resource.get() {
        None => view! { <Skeleton lines /> }.into_any(),
        Some(Err(error)) => view! { <FailureNote error on_retry=move |()| resource.refetch() /> }.into_any(),
        Some(Ok(value)) => children(value).into_any(),
    }
}

/// Grey lines in the place of a text.
#[component]
pub fn Skeleton(#[prop(default = 3)] lines: usize) -> impl IntoView {
    view! {
        <div class="stack" role="status">
            <span class="visually-hidden">"Loading"</span>
            {(0..lines).map(|_| view! { <span class="skeleton"></span> }).collect_view()}
        </div>
    }
}

/// A calm page in the place of a list without items. `children` is the way out.
#[component]
pub fn Empty(
    icon: &'static IconData,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon icon />
            <h2>{title}</h2>
            <p>{text}</p>
            <div class="row wrap">{children.map(|children| children())}</div>
        </div>
    }
}
