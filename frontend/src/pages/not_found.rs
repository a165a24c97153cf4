//! An address at which there is nothing, or nothing any more.

use leptos::prelude::*;

use crate::browser::focus::use_title;
use crate::components::{ButtonKind, Empty, LinkButton};

/// Says so, and leads back. `what` is looked for, as in "run"; `heading` names the page.
#[component]
pub fn Missing(heading: &'static str, what: &'static str) -> impl IntoView {
    use_title(move || heading.to_owned());
    view! {
        <h1 class="visually-hidden">{heading}</h1>
        <Empty
            icon=icondata_lu::LuSearchX
            title=["There is no ", what, " at this address"].concat()
            text="It may have been deleted, or the address may be wrong."
        >
            <LinkButton kind=ButtonKind::Primary href="/".to_owned()>
                "Go to your workflows"
            </LinkButton>
        </Empty>
    }
}

/// The page of an address that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! { <Missing heading="Page not found" what="page" /> }
}
