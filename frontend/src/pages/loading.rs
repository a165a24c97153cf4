//! The page of a run, or the one that starts runs, while it loads and when it could not.

use leptos::prelude::*;

use crate::api::ApiError;
use crate::browser::focus::use_title;
use crate::components::{FailureNote, Skeleton};

/// The title of the page while its run is loading.
const TITLE: &str = "Run";

/// The shape of the page while what it shows is on its way.
#[component]
pub fn RunLoading(
    /// Lines of the shape of its largest part.
    lines: usize,
) -> impl IntoView {
    use_title(|| TITLE.to_owned());
    view! {
        <div class="run-skeleton">
            <h1 class="visually-hidden">{TITLE}</h1>
            <Skeleton lines=2 />
            <div class="card padded">
                <Skeleton lines />
            </div>
        </div>
    }
}

/// The page when what it shows did not come.
#[component]
pub fn RunUnavailable(error: ApiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    use_title(|| TITLE.to_owned());
    view! {
        <h1 class="visually-hidden">{TITLE}</h1>
        <FailureNote error on_retry />
    }
}
