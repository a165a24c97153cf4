//! A field whose text is read as something else: a number, a span of time. What cannot be read stays
//! as it was typed, with what is wrong below it.

use leptos::prelude::*;

use super::model::Typed;
use crate::components::Field;

/// A text input for a value that `read` makes of the text and `show` writes back.
#[component]
pub fn ParsedField<T>(
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    /// What holds when the field is empty.
    #[prop(into)]
    placeholder: String,
    #[prop(into)] value: Signal<Option<T>>,
    /// What is typed, until it can be read and the field is left.
    typed: Typed,
    read: fn(&str) -> Result<Option<T>, String>,
    show: fn(&T) -> String,
    #[prop(into)] on_change: Callback<Option<T>>,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let written = move || value.with(|value| value.as_ref().map(show).unwrap_or_default());
    let wrong = Signal::derive(move || read(&typed.get()?).err());
    let take = move |text: String| {
        if let Ok(parsed) = read(&text)
            && parsed != value.get_untracked()
        {
            on_change.run(parsed);
        }
        typed.set(Some(text));
    };
    // What was typed gives way to how it is written once it could be read.
    let leave = move |_| {
        if wrong.get_untracked().is_none() {
            typed.set(None);
        }
    };
    view! {
        <Field
            label
            hint
            wrong
            children=move |ids| view! {
                <input
                    id=ids.input
                    class="input numbers"
                    autocomplete="off"
                    placeholder=placeholder
                    aria-describedby=ids.described_by
                    aria-invalid=move || wrong.get().is_some().then_some("true")
                    prop:value=move || typed.get().unwrap_or_else(written)
                    on:input:target=move |event| take(event.target().value())
                    on:blur=leave
                />
            }
        />
    }
}
