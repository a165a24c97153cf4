//! Writing a persona: a new one, or over a version of one that is there.

use leptos::prelude::*;
use sluice_types::{ErrorCode, Persona, PersonaId};
use sluice_web_state::persona::PersonaForm;

use crate::api::{self, ApiResult};
use crate::components::{Edited, Editing, EditorFrame, Field, ResourceList, TextField};

impl Edited for Persona {
    type Form = PersonaForm;

    const NOUN: &'static str = "persona";
    const EXISTS: ErrorCode = ErrorCode::PersonaExists;

    fn version(&self) -> i64 {
        self.version
    }

    fn storage_key(id: Option<&PersonaId>) -> String {
        format!("sluice.persona.{}", id.map_or(".new", PersonaId::as_str))
    }

    async fn create(form: &PersonaForm) -> ApiResult<Self> {
        api::personas::create(&form.to_create()).await
    }

    async fn update(id: &PersonaId, version: i64, form: &PersonaForm) -> ApiResult<Self> {
        api::personas::update(id, version, &form.to_update()).await
    }

    async fn read(id: &PersonaId) -> ApiResult<Self> {
        api::personas::get(id).await
    }

    fn is_valid(form: &PersonaForm) -> bool {
        form.check().none()
    }

    fn text(form: &PersonaForm) -> String {
        form.text()
    }
}

/// A form for a new persona.
#[component]
pub fn NewPersona(list: ResourceList<Persona>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let editing = Editing::create(PersonaForm::default(), list, on_close);
    view! { <PersonaEditor editing title="New persona" /> }
}

/// A form with a persona that is there.
#[component]
pub fn EditPersona(
    persona: Persona,
    list: ResourceList<Persona>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let title = format!("Edit {}", persona.name);
    view! { <PersonaEditor editing=Editing::change(persona, list, on_close) title /> }
}

#[component]
fn PersonaEditor(editing: Editing<Persona>, #[prop(into)] title: String) -> impl IntoView {
    view! {
        <EditorFrame editing title pointers=&["/name", "/description", "/instructions"]>
            <TextField
                label="Name"
                required=true
                text=editing.form.text(|form| &mut form.name)
                placeholder="Plain writer"
                wrong=editing.name_wrong(|form| form.check().name)
            />
            <TextField
                label="Description"
                text=editing.form.text(|form| &mut form.description)
                hint="What it is for. Only people read it."
                wrong=editing.wrong("/description", |form| form.check().description)
            />
            <Instructions editing />
        </EditorFrame>
    }
}

#[component]
fn Instructions(editing: Editing<Persona>) -> impl IntoView {
    let wrong = editing.wrong("/instructions", |form| form.check().instructions);
    let text = editing.form.text(|form| &mut form.instructions);
    view! {
        <Field
            label="Instructions"
            hint="They come before the system prompt of every step that uses the persona."
            wrong
            children=move |ids| {
                view! {
                    <textarea
                        id=ids.input
                        class="textarea"
                        rows="8"
                        dir="auto"
                        aria-describedby=ids.described_by
                        aria-invalid=move || wrong.get().map(|_| "true")
                        aria-required="true"
                        placeholder="Write short sentences. Use no jargon. Say what is not known."
                        prop:value=move || text.value.get()
                        on:input:target=move |event| text.set.run(event.target().value())
                    ></textarea>
                }
            }
        />
    }
}
