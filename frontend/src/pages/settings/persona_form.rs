//! Writing a persona: a new one, or over a version of one that is there.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use sluice_types::{ErrorCode, Persona, PersonaId};
use sluice_web_state::persona::{PersonaErrors, PersonaForm};

use crate::api;
use crate::browser::focus::focus_soon;
use crate::browser::storage;
use crate::components::{
    Button, ButtonKind, Confirm, DiffView, FailureNote, Field, Note, NoteKind, ResourceForm, ResourceList, TextField,
    Toasts, fresh_id,
};

/// Where what is typed for a persona is kept, until it is saved or discarded. No id holds a dot.
fn storage_key(id: Option<&PersonaId>) -> String {
    format!("sluice.persona.{}", id.map_or(".new", PersonaId::as_str))
}

/// Whether something was typed for a persona, and neither saved nor discarded.
pub fn has_unsaved(id: Option<&PersonaId>) -> bool {
    ResourceForm::<PersonaForm>::has_unsaved(&storage_key(id))
}

/// Forgets what was typed for a persona that is deleted.
pub fn forget_unsaved(id: &PersonaId) {
    storage::remove(&storage_key(Some(id)));
}

/// The form of a persona and the state of its save.
#[derive(Clone, Copy)]
struct Editing {
    form: ResourceForm<PersonaForm>,
    /// Whether saving was tried: what is missing is told only then.
    tried: RwSignal<bool>,
    /// The version that somebody else saved in the meantime.
    theirs: RwSignal<Option<Persona>>,
    save: Action<PersonaForm, ()>,
    list: ResourceList<Persona>,
    on_close: Callback<()>,
}

impl Editing {
    fn new(persona: Option<Persona>, list: ResourceList<Persona>, on_close: Callback<()>) -> Self {
        // A new persona has one once it was saved.
        let id = StoredValue::new(persona.as_ref().map(|persona| persona.id.clone()));
        let version = persona.as_ref().map(|persona| persona.version);
        let key = id.with_value(|id| storage_key(id.as_ref()));
        let form = ResourceForm::new(key, persona.map(PersonaForm::from).unwrap_or_default(), version);
        let theirs = RwSignal::new(None);
        let toasts = expect_context::<Toasts>();
        let save = Action::new_unsync(move |sent: &PersonaForm| {
            let (sent, over) = (sent.clone(), id.get_value().zip(form.version()));
            async move {
                let saved = match &over {
                    Some((id, version)) => api::personas::update(id, *version, &sent.to_update()).await,
                    None => api::personas::create(&sent.to_create()).await,
                };
                match (saved, over) {
                    (Ok(persona), over) => {
                        toasts.done(format!("“{}” is saved.", persona.name));
                        let stored = PersonaForm::from(persona.clone());
                        if form.value.is_disposed() {
                            // The page was left meanwhile: what it kept is stored.
                            storage::remove(&storage_key(over.map(|(id, _)| id).as_ref()));
                        } else {
                            form.keep_under(storage_key(Some(&persona.id)));
                            id.set_value(Some(persona.id.clone()));
                            // A form in which somebody went on typing stays open: that goes over what was just saved.
                            if !form.saved(&sent, &stored, Some(persona.version)) {
                                on_close.run(());
                            }
                        }
                        list.saved(persona);
                    }
                    (Err(error), Some((id, _))) if error.code() == Some(ErrorCode::VersionConflict) => {
                        match api::personas::get(&id).await {
                            Ok(newer) => theirs.set(Some(newer)),
                            Err(_) => form.refused.set(Some(error)),
                        }
                    }
                    (Err(error), _) => form.refused.set(Some(error)),
                }
            }
        });
        Self { form, tried: RwSignal::new(false), theirs, save, list, on_close }
    }

    fn discard(self) {
        self.form.discard();
        self.on_close.run(());
    }

    fn wrong(self, pointer: &'static str, own: fn(PersonaErrors) -> Option<String>) -> Signal<Option<String>> {
        let refused = self.form.wrong(pointer);
        Signal::derive(move || {
            let mine = if self.tried.get() { own(self.form.value.with(PersonaForm::check)) } else { None };
            mine.or_else(|| refused.get())
        })
    }

    fn save(self) {
        self.tried.set(true);
        let form = self.form.value.get_untracked();
        if form.check().none() && !self.save.pending().get_untracked() {
            self.form.refused.set(None);
            self.save.dispatch_local(form);
        }
    }

    /// Saves over the newer version.
    fn keep_mine(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.form.rebase(theirs.version);
            self.theirs.set(None);
            self.save();
        }
    }

    /// Puts the newer version into the form.
    fn take_theirs(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.form.replace(PersonaForm::from(theirs.clone()), Some(theirs.version));
            self.theirs.set(None);
            self.list.saved(theirs);
        }
    }
}

/// A form for a new persona.
#[component]
pub fn NewPersona(list: ResourceList<Persona>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    view! { <PersonaEditor editing=Editing::new(None, list, on_close) title="New persona" /> }
}

/// A form with a persona that is there.
#[component]
pub fn EditPersona(
    persona: Persona,
    list: ResourceList<Persona>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let title = format!("Edit {}", persona.name);
    view! { <PersonaEditor editing=Editing::new(Some(persona), list, on_close) title /> }
}

#[component]
fn PersonaEditor(editing: Editing, #[prop(into)] title: String) -> impl IntoView {
    let discard = RwSignal::new(false);
    let cancel = move |_| {
        if editing.form.is_changed() {
            discard.set(true);
        } else {
            editing.discard();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        editing.save();
    };
    let heading = fresh_id("persona-form");
    focus_soon(heading.clone());
    view! {
        <form class="stack" on:submit=submit>
            <h3 id=heading tabindex="-1" class="break" dir="auto">
                {title}
            </h3>
            <TextField
                label="Name"
                required=true
                text=editing.form.text(|form| &mut form.name)
                placeholder="Plain writer"
                wrong=name_wrong(editing)
            />
            <TextField
                label="Description"
                text=editing.form.text(|form| &mut form.description)
                hint="What it is for. Only people read it."
                wrong=editing.wrong("/description", |errors| errors.description)
            />
            <Instructions editing />
            {move || refused(editing)}
            {move || {
                let theirs = editing.theirs.get()?;
                Some(
                    view! {
                        <PersonaConflict
                            theirs
                            mine=editing.form.value
                            busy=editing.save.pending()
                            on_mine=move |()| editing.keep_mine()
                            on_theirs=move |()| editing.take_theirs()
                        />
                    },
                )
            }}
            <div class="row wrap">
                <Button kind=ButtonKind::Primary busy=editing.save.pending() on_press=move |_| editing.save()>
                    "Save persona"
                </Button>
                <Button on_press=cancel>"Cancel"</Button>
            </div>
            // Enter saves also where no native button submits.
            <input type="submit" hidden=true />
        </form>
        <Confirm
            open=discard
            title="Discard what you typed?"
            verb="Discard"
            on_confirm=move |()| editing.discard()
        >
            <p>"The persona stays as it was saved last."</p>
        </Confirm>
    }
}

/// A name whose id is taken is told at the name: the id comes from it.
fn name_wrong(editing: Editing) -> Signal<Option<String>> {
    let taken = move || {
        let exists = editing
            .form
            .refused
            .with(|refused| refused.as_ref().is_some_and(|error| error.code() == Some(ErrorCode::PersonaExists)));
        exists.then(|| "There is a persona with this name already. Choose another one.".to_owned())
    };
    let wrong = editing.wrong("/name", |errors| errors.name);
    Signal::derive(move || taken().or_else(|| wrong.get()))
}

/// The error that belongs to no field.
fn refused(editing: Editing) -> Option<impl IntoView> {
    let elsewhere = editing.form.refused_elsewhere(&["/name", "/description", "/instructions"]);
    let error = elsewhere.filter(|error| error.code() != Some(ErrorCode::PersonaExists))?;
    Some(view! { <FailureNote error on_retry=move |()| editing.save() /> })
}

#[component]
fn Instructions(editing: Editing) -> impl IntoView {
    let wrong = editing.wrong("/instructions", |errors| errors.instructions);
    let text = editing.form.text(|form| &mut form.instructions);
    view! {
        <Field
            label="Instructions"
            hint="They stand before the system prompt of every step that takes the persona on."
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

/// Shows what differs, and asks which one is to stay.
#[component]
pub fn PersonaConflict(
    theirs: Persona,
    #[prop(into)] mine: Signal<PersonaForm>,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] on_mine: Callback<()>,
    #[prop(into)] on_theirs: Callback<()>,
) -> impl IntoView {
    let version = theirs.version;
    let theirs = PersonaForm::from(theirs).text();
    let id = fresh_id("conflict");
    // It stands below the form, which may fill the window.
    focus_soon(id.clone());
    view! {
        <Note kind=NoteKind::Warn>
            <div class="stack" id=id tabindex="-1" role="group" aria-label="Two versions of this persona">
                <div class="stack tight">
                    <strong>"Somebody else saved this persona while you were writing"</strong>
                    <p>
                        {format!("Below is what you changed against their version {version}. Nothing of yours is lost until you choose.")}
                    </p>
                </div>
                <DiffView before=theirs after=Signal::derive(move || mine.with(PersonaForm::text)) />
                <div class="row wrap">
                    <Button busy on_press=move |_| on_mine.run(())>"Keep mine"</Button>
                    <Button disabled=busy on_press=move |_| on_theirs.run(())>"Take theirs"</Button>
                </div>
            </div>
        </Note>
    }
}
