//! What a page shows where there is nothing yet: why, and what to do about it.

use icondata_core::IconData;
use leptos::prelude::*;

use super::icon::Icon;

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
