//! What is there only while something holds.

use leptos::prelude::*;

/// Draws its children while `is` holds, and `otherwise` while it does not. It does what `Show` does,
/// but is compiled once instead of once for each place: there are many, and each is sent to the browser.
#[component]
pub fn Shown(
    #[prop(into)] is: Signal<bool>,
    #[prop(optional, into)] otherwise: ViewFn,
    children: ChildrenFn,
) -> impl IntoView {
    let is = Memo::new(move |_| is.get());
    move || if is.get() { children() } else { otherwise.run() }
}
