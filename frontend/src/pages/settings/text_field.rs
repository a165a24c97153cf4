//! A line of text with its label and what is wrong with it.

use leptos::prelude::*;

use crate::components::Field;

/// A labelled input that writes what is typed into `value`.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] wrong: MaybeProp<String>,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    view! {
        <Field
            label
            hint
            wrong
            children=move |ids| {
                view! {
                    <input
                        id=ids.input
                        class="input"
                        type=kind
                        aria-describedby=ids.described_by
                        aria-invalid=move || wrong.get().map(|_| "true")
                        aria-required=required.then_some("true")
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        placeholder=move || placeholder.get()
                        prop:value=move || value.get()
                        on:input:target=move |event| value.set(event.target().value())
                    />
                }
            }
        />
    }
}
