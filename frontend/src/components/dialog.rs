//! Dialogs: the browser's own, which keeps the focus inside and closes on Escape.

use leptos::html;
use leptos::prelude::*;

use super::button::{Button, ButtonKind, CloseButton};

/// A dialog that is there while `open` is. Its `children` are made anew each time it opens.
#[component]
pub fn Dialog(
    #[prop(into)] open: Signal<bool>,
    /// Called when a person closes it.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] wide: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let element: NodeRef<html::Dialog> = NodeRef::new();
    Effect::new(move || {
        let Some(dialog) = element.get() else { return };
        if open.get() && !dialog.open() {
            // It fails only where the dialog is shown already.
            let _shown_already = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let closed = move |_| {
        if open.get_untracked() {
            on_close.run(());
        }
    };
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=element
            class=if wide { "dialog wide" } else { "dialog" }
            aria-label=move || title.get()
            on:close=closed
        >
            <Show when=move || open.get()>
                <header>
                    <h2>{move || title.get()}</h2>
                    <CloseButton label="Close" on_press=move |_| on_close.run(()) />
                </header>
                {children.with_value(|children| children())}
            </Show>
        </dialog>
    }
}

/// Asks before something that cannot be undone.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// The verb on the button that does it.
    #[prop(into)]
    verb: String,
    #[prop(into)] on_confirm: Callback<()>,
    /// The words on the button that changes nothing.
    #[prop(default = "Keep")]
    keep: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    let verb = StoredValue::new(verb);
    let confirm = move |_| {
        open.set(false);
        on_confirm.run(());
    };
    view! {
        <Dialog open on_close=move |()| open.set(false) title>
            <div class="body">{children.with_value(|children| children())}</div>
            <footer>
                <Button on_press=move |_| open.set(false)>{keep}</Button>
                <Button kind=ButtonKind::Danger on_press=confirm>
                    {verb.get_value()}
                </Button>
            </footer>
        </Dialog>
    }
}
