//! A form over a resource of the server: what is typed in it outlives the page until it is saved, and what the server
//! refuses stands at its field.

use leptos::prelude::*;
use sluice_web_state::form::{FormData, UnsavedForm};

use super::field::Field;
use crate::api::ApiError;
use crate::browser::storage;

/// The form of one resource. A copy is a handle to the same one.
pub struct ResourceForm<F: FormData> {
    /// The form's present value.
    pub value: RwSignal<F>,
    /// Why the server refused it.
    pub refused: RwSignal<Option<ApiError>>,
    base: StoredValue<Base<F>>,
}

/// The stored value that changes are compared with.
struct Base<F> {
    storage_key: String,
    form: F,
    version: Option<i64>,
}

#[expect(clippy::expl_impl_clone_on_copy, reason = "derived, both would ask `F` to be `Copy`")]
impl<F: FormData> Clone for ResourceForm<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: FormData> Copy for ResourceForm<F> {}

impl<F: FormData> ResourceForm<F> {
    /// The form with what is stored, and what was typed over it and not saved.
    pub fn new(storage_key: String, stored: F, version: Option<i64>) -> Self {
        let draft = storage::get(&storage_key).and_then(|text| UnsavedForm::<F>::from_json(&text));
        // A draft keeps its base version, so that saving it over a newer one is a conflict.
        let version = draft.as_ref().and_then(|draft| draft.version).or(version);
        let typed = draft.map_or_else(|| stored.clone(), |draft| draft.form);
        let form = Self {
            value: RwSignal::new(typed),
            refused: RwSignal::new(None),
            base: StoredValue::new(Base { storage_key, form: stored, version }),
        };
        Effect::new(move || form.keep(&form.value.get()));
        form
    }

    /// Whether something was typed under a key, and neither saved nor discarded.
    pub fn has_unsaved(storage_key: &str) -> bool {
        storage::get(storage_key).is_some_and(|text| UnsavedForm::<F>::from_json(&text).is_some())
    }

    fn keep(self, form: &F) {
        self.base.with_value(|base| {
            let draft = || UnsavedForm { version: base.version, form: form.clone() }.to_json();
            let text = (base.form != *form).then(draft).flatten();
            storage::keep(&base.storage_key, text.as_deref());
        });
    }

    /// The version that a save goes over.
    pub fn version(self) -> Option<i64> {
        self.base.with_value(|base| base.version)
    }

    /// Whether something is typed that is not saved.
    pub fn is_changed(self) -> bool {
        self.value.with_untracked(|form| self.base.with_value(|base| base.form != *form))
    }

    /// Forgets what was typed.
    pub fn discard(self) {
        self.base.with_value(|base| storage::remove(&base.storage_key));
    }

    /// Saves go over another version from now on.
    pub fn rebase(self, version: i64) {
        self.base.update_value(|base| base.version = Some(version));
    }

    /// Shows another version in place of what was typed.
    pub fn replace(self, form: F, version: Option<i64>) {
        self.base.update_value(|base| {
            base.form = form.clone();
            base.version = version;
        });
        self.value.set(form);
    }

    /// Moves the draft to another storage key.
    pub fn keep_under(self, storage_key: String) {
        self.base.update_value(|base| {
            storage::remove(&base.storage_key);
            base.storage_key = storage_key;
        });
    }

    /// Takes over what was stored of `sent`. Gives whether somebody has typed more meanwhile.
    pub fn saved(self, sent: &F, stored: &F, version: Option<i64>) -> bool {
        self.base.update_value(|base| {
            base.form = stored.clone();
            base.version = version;
        });
        self.value.update(|form| form.take_stored(sent, stored));
        let typed = self.value.get_untracked();
        self.keep(&typed);
        typed != *stored
    }

    /// A text of the form, to be typed in.
    pub fn text(self, field: fn(&mut F) -> &mut String) -> TextBinding {
        TextBinding {
            value: Signal::derive(move || {
                let mut form = self.value.get();
                std::mem::take(field(&mut form))
            }),
            set: Callback::new(move |text| self.value.update(|form| *field(form) = text)),
        }
    }

    /// The server's error for the field at a JSON pointer.
    pub fn wrong(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.refused.with(|refused| refused.as_ref()?.field(pointer)))
    }

    /// The server's error, unless one of these fields shows it.
    pub fn refused_elsewhere(self, pointers: &[&str]) -> Option<ApiError> {
        let at_field = |error: &ApiError| pointers.iter().any(|pointer| error.field(pointer).is_some());
        self.refused.get().filter(|error| !at_field(error))
    }
}

/// A text that a field shows, and what takes the text that is typed in it.
#[derive(Clone, Copy)]
pub struct TextBinding {
    /// The text.
    pub value: Signal<String>,
    /// Takes another one.
    pub set: Callback<String>,
}

/// A labelled line of text.
#[component]
pub fn TextField(
    #[prop(into)] label: String,
    text: TextBinding,
    #[prop(optional, into)] hint: MaybeProp<String>,
    #[prop(optional, into)] wrong: MaybeProp<String>,
    #[prop(optional, into)] placeholder: MaybeProp<String>,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    view! {
        <Field label hint wrong let:ids>
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
                prop:value=move || text.value.get()
                on:input:target=move |event| text.set.run(event.target().value())
            />
        </Field>
    }
}
