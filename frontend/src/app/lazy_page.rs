//! A page whose code is in a module of its own.

use std::future::Future;

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;
use wasm_bindgen::JsCast;
use wasm_split_helpers::SplitLoaderError;
use web_sys::{Element, Event, HtmlAnchorElement};

use super::modules::{Draw, preload};
use crate::browser::focus::use_title;
use crate::components::{Button, Note, NoteKind, ReloadButton, Skeleton};

/// Lines of the shape of a page that is being loaded.
const LINES: usize = 6;

/// Loads a page with a function of [`super::modules`] and draws it. Until then it shows a skeleton, and after a failure
/// the ways out.
#[component]
pub fn LazyPage<L, F>(
    /// The title until the page sets its own.
    title: &'static str,
    /// The page around it has the heading of level 1.
    #[prop(optional)]
    inner: bool,
    load: L,
) -> impl IntoView
where
    L: Fn() -> F + 'static,
    F: Future<Output = Result<Draw, SplitLoaderError>> + 'static,
{
    let page = LocalResource::new(load);
    move || match page.get() {
        None => view! { <Loading title inner /> }.into_any(),
        Some(Err(_)) => view! { <Unavailable title inner on_retry=move |()| page.refetch() /> }.into_any(),
        Some(Ok(draw)) => draw(),
    }
}

#[component]
fn Loading(title: &'static str, inner: bool) -> impl IntoView {
    use_title(move || title.to_owned());
    view! {
        <Heading title inner />
        <Skeleton lines=LINES />
    }
}

/// The heading of a page that is not there yet, for screen readers: one of level 1 on each page.
#[component]
fn Heading(title: &'static str, inner: bool) -> impl IntoView {
    (!inner).then(|| view! { <h1 class="visually-hidden">{title}</h1> })
}

/// The module did not come: the browser is offline, or the server has another version of the app by now.
#[component]
fn Unavailable(title: &'static str, inner: bool, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    use_title(move || title.to_owned());
    view! {
        <Heading title inner />
        <Note kind=NoteKind::Bad>
            <div class="stack tight">
                <strong>"This page could not be loaded"</strong>
                <p>
                    "The connection may be gone: then try again. Or Sluice was updated since you opened it: then reload the page. What you typed is kept."
                </p>
                <div class="row wrap">
                    <Button small=true on_press=move |_| on_retry.run(())>
                        "Try again"
                    </Button>
                    <ReloadButton />
                </div>
            </div>
        </Note>
    }
}

/// Loads the module of a page when a link to it is pointed at or gets the focus: it is often there before the click.
pub fn preload_linked_pages() {
    let preload_linked = |event: Event| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
            preload(&link.pathname());
        }
    };
    let _stop = use_event_listener(document(), leptos::ev::pointerover, move |event| preload_linked(event.into()));
    let _stop = use_event_listener(document(), leptos::ev::focusin, move |event| preload_linked(event.into()));
}
