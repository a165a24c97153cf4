//! The name of a workflow, edited in the place of the page's title.

use leptos::prelude::*;
use sluice_types::limits::MAX_NAME_CHARS;

use super::icon::Icon;

/// A field that grows with a long name. A name is one line: its breaks become spaces.
#[component]
pub fn TitleField(
    /// The id of the text field.
    id: &'static str,
    #[prop(into)] name: Signal<String>,
    /// The error of the name; `None` when it is valid.
    #[prop(optional, into)]
    wrong: Signal<Option<String>>,
    #[prop(into)] on_change: Callback<String>,
    /// The focus leaves the field.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
) -> impl IntoView {
    let wrong_id = format!("{id}-wrong");
    view! {
        <div class="title-field">
            <textarea
                id=id
                class="title-input"
                aria-label="Name of the workflow"
                aria-describedby=wrong_id.clone()
                aria-invalid=move || wrong.read().is_some().then_some("true")
                placeholder="Name of the workflow"
                rows="1"
                maxlength=MAX_NAME_CHARS.to_string()
                autocomplete="off"
                dir="auto"
                prop:value=move || name.get()
                on:input:target=move |event| on_change.run(event.target().value().replace(['\r', '\n'], " "))
                on:keydown=move |event| {
                    if event.key() == "Enter" {
                        event.prevent_default();
                    }
                }
                on:blur=move |_| {
                    if let Some(leave) = on_leave {
                        leave.run(());
                    }
                }
            ></textarea>
            <Icon icon=icondata_lu::LuPencil />
        </div>
        <span class="wrong" id=wrong_id hidden=move || wrong.read().is_none()>
            {move || wrong.get()}
        </span>
    }
}
