//! What comes from the server: on its way, failed, or there.

use leptos::prelude::*;

use super::failure::FailureNote;
use super::skeleton::Skeleton;
use crate::api::ApiResult;
use crate::browser::fetched::Fetched;

/// Draws what is fetched; until then its shape, and what went wrong with a way to try again.
#[component]
pub fn Loaded<T, F, V>(
    resource: Fetched<ApiResult<T>>,
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
