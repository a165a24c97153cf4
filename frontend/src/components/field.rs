//! A label, what belongs to it, and what is wrong with it.

use std::sync::atomic::{AtomicU32, Ordering};

use leptos::prelude::*;

use super::text::Message;

static NEXT: AtomicU32 = AtomicU32::new(1);

/// An id that no other element of the page has.
pub fn fresh_id(prefix: &str) -> String {
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The ids that tie an input to its label and its messages.
#[derive(Debug, Clone)]
pub struct FieldIds {
    /// The input's own id.
    pub input: String,
    /// The ids of hint and error, for `aria-describedby`.
    pub described_by: String,
}

/// A labelled field. `children` draws the input with the ids it is given.
#[component]
pub fn Field<F, V>(
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] wrong: MaybeProp<String>,
    /// The input's id, where something leads to it.
    #[prop(optional, into)]
    id: Option<String>,
    children: F,
) -> impl IntoView
where
    F: FnOnce(FieldIds) -> V,
    V: IntoView + 'static,
{
    let input = id.unwrap_or_else(|| fresh_id("field"));
    let hint_id = format!("{input}-hint");
    let wrong_id = format!("{input}-wrong");
    let ids = FieldIds { input: input.clone(), described_by: format!("{wrong_id} {hint_id}") };
    view! {
        <div class="field">
            <label for=input>{label}</label>
            {children(ids)}
            <span class="wrong" id=wrong_id hidden=move || wrong.get().is_none()>
                {move || wrong.get().map(|text| view! { <Message text /> })}
            </span>
            <span class="hint" id=hint_id hidden=move || hint.get().is_none()>
                {move || hint.get()}
            </span>
        </div>
    }
}
