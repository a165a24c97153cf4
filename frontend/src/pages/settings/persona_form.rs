//! Writing a persona: a new one, or over a version of one that is there.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{ErrorCode, Persona, PersonaId};
use sluice_web_state::persona::{PersonaErrors, PersonaForm};

use super::personas::PersonaList;
use super::text_field::TextField;
use crate::api::{self, ApiError};
use crate::browser::focus::focus_soon;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, Confirm, DiffView, FailureNote, Field, Note, NoteKind, Toasts, fresh_id};

/// Where what is typed for a persona is kept, until it is saved or discarded. No id holds a dot.
pub fn kept_key(id: Option<&PersonaId>) -> String {
    ["sluice.persona.", id.map_or(".new", PersonaId::as_str)].concat()
}

/// Whether something was typed for a persona, and neither saved nor discarded.
pub fn is_kept(id: Option<&PersonaId>) -> bool {
    storage::get(&kept_key(id)).is_some()
}

/// What a form goes out from.
struct Base {
    /// Where what is typed over it is kept.
    key: String,
    /// The form as it was read or last saved.
    form: PersonaForm,
    /// The persona and the version that a save goes over; none for a new one.
    over: Option<(PersonaId, i64)>,
}

/// What is typed, and what became of saving it.
#[derive(Clone, Copy)]
struct Model {
    name: RwSignal<String>,
    description: RwSignal<String>,
    instructions: RwSignal<String>,
    base: StoredValue<Base>,
    /// Whether saving was tried: what is missing is told only then.
    tried: RwSignal<bool>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<ApiError>>,
    /// The version that somebody else saved in the meantime.
    theirs: RwSignal<Option<Persona>>,
    list: PersonaList,
    toasts: Toasts,
    on_close: Callback<()>,
}

impl Model {
    fn new(persona: Option<Persona>, list: PersonaList, on_close: Callback<()>) -> Self {
        let mut over = persona.as_ref().map(|persona| (persona.id.clone(), persona.version));
        let key = kept_key(over.as_ref().map(|(id, _)| id));
        let before = persona.map(PersonaForm::from).unwrap_or_default();
        let mut form = before.clone();
        if let Some((version, kept)) = storage::get(&key).and_then(|text| PersonaForm::of_kept(&text)) {
            form = kept;
            // What was typed over an older version is compared with the newer one when it is saved.
            if let (Some((_, over)), Some(version)) = (&mut over, version) {
                *over = version;
            }
        }
        let model = Self {
            name: RwSignal::new(form.name.clone()),
            description: RwSignal::new(form.description.clone()),
            instructions: RwSignal::new(form.instructions.clone()),
            base: StoredValue::new(Base { key, form: before, over }),
            tried: RwSignal::new(false),
            busy: RwSignal::new(false),
            refused: RwSignal::new(None),
            theirs: RwSignal::new(None),
            list,
            toasts: Toasts::from_context(),
            on_close,
        };
        Effect::new(move || model.keep(&model.form()));
        model
    }

    /// Keeps what is typed while it is not as it was.
    fn keep(self, form: &PersonaForm) {
        self.base.with_value(|base| {
            let version = base.over.as_ref().map(|(_, version)| *version);
            let text = (base.form != *form).then(|| form.to_kept(version));
            storage::keep(&base.key, text.as_deref());
        });
    }

    /// Goes out from what is saved now.
    fn rebase(self, form: PersonaForm, persona: &Persona) {
        self.base.update_value(|base| {
            base.form = form;
            base.over = Some((persona.id.clone(), persona.version));
        });
    }

    fn discard(self) {
        self.base.with_value(|base| storage::remove(&base.key));
        self.on_close.run(());
    }

    fn form(self) -> PersonaForm {
        PersonaForm {
            name: self.name.get(),
            description: self.description.get(),
            instructions: self.instructions.get(),
        }
    }

    fn is_changed(self) -> bool {
        let form = untrack(move || self.form());
        self.base.with_value(|base| base.form != form)
    }

    fn wrong(self, pointer: &'static str, own: fn(PersonaErrors) -> Option<String>) -> Signal<Option<String>> {
        Signal::derive(move || {
            let mine = if self.tried.get() { own(self.form().check()) } else { None };
            mine.or_else(|| self.refused.with(|refused| refused.as_ref()?.field(pointer)))
        })
    }

    fn save(self) {
        self.tried.set(true);
        let form = untrack(move || self.form());
        if !form.check().none() || self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.refused.set(None);
        let (key, over) = self.base.with_value(|base| (base.key.clone(), base.over.clone()));
        spawn_local(async move {
            let request = form.request();
            let saved = match &over {
                Some((id, version)) => api::personas::update(id, *version, &request).await,
                None => api::personas::create(&request).await,
            };
            match (saved, over) {
                (Ok(persona), _) => self.saved(&key, form, persona),
                (Err(error), Some((id, _))) if error.code() == Some(ErrorCode::VersionConflict) => {
                    self.read_theirs(&id, error).await;
                }
                (Err(error), _) => {
                    self.refused.try_set(Some(error));
                }
            }
            self.busy.try_set(false);
        });
    }

    /// Closes the form, unless somebody went on typing meanwhile: that goes over what was just saved.
    fn saved(self, key: &str, sent: PersonaForm, persona: Persona) {
        self.toasts.done(format!("“{}” is saved.", persona.name));
        let goes_on = self.name.try_get_untracked().is_some() && untrack(move || self.form()) != sent;
        if goes_on {
            self.rebase(sent, &persona);
            self.keep(&untrack(move || self.form()));
        } else {
            storage::remove(key);
            self.on_close.try_run(());
        }
        self.list.saved(persona);
    }

    async fn read_theirs(self, id: &PersonaId, conflict: ApiError) {
        match api::personas::get(id).await {
            Ok(theirs) => drop(self.theirs.try_set(Some(theirs))),
            Err(_) => drop(self.refused.try_set(Some(conflict))),
        }
    }

    /// Saves over the newer version.
    fn keep_mine(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.base.update_value(|base| base.over = Some((theirs.id, theirs.version)));
            self.theirs.set(None);
            self.save();
        }
    }

    /// Puts the newer version into the form.
    fn take_theirs(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            let form = PersonaForm::from(theirs.clone());
            self.name.set(form.name.clone());
            self.description.set(form.description.clone());
            self.instructions.set(form.instructions.clone());
            self.rebase(form, &theirs);
            self.theirs.set(None);
            self.list.saved(theirs);
        }
    }
}

/// A form for a new persona.
#[component]
pub fn NewPersona(list: PersonaList, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    view! { <Form model=Model::new(None, list, on_close) title="New persona" /> }
}

/// A form with a persona that is there.
#[component]
pub fn EditPersona(persona: Persona, list: PersonaList, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let title = format!("Edit {}", persona.name);
    view! { <Form model=Model::new(Some(persona), list, on_close) title /> }
}

#[component]
fn Form(model: Model, #[prop(into)] title: String) -> impl IntoView {
    let discard = RwSignal::new(false);
    let cancel = move |_| {
        if model.is_changed() {
            discard.set(true);
        } else {
            model.discard();
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        model.save();
    };
    let heading = crate::components::fresh_id("persona-form");
    focus_soon(heading.clone());
    view! {
        <form class="stack" on:submit=submit>
            <h3 id=heading tabindex="-1" class="break" dir="auto">
                {title}
            </h3>
            <TextField
                label="Name"
                required=true
                value=model.name
                placeholder="Plain writer"
                wrong=name_wrong(model)
            />
            <TextField
                label="Description"
                value=model.description
                hint="What it is for. Only people read it."
                wrong=model.wrong("/description", |errors| errors.description)
            />
            <Instructions model />
            {move || refused(model)}
            {move || {
                let theirs = model.theirs.get()?;
                Some(
                    view! {
                        <PersonaConflict
                            theirs
                            mine=Signal::derive(move || model.form())
                            busy=model.busy
                            on_mine=move |()| model.keep_mine()
                            on_theirs=move |()| model.take_theirs()
                        />
                    },
                )
            }}
            <div class="row wrap">
                <Button kind=ButtonKind::Primary busy=model.busy on_press=move |_| model.save()>
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
            on_confirm=move |()| model.discard()
        >
            <p>"The persona stays as it was saved last."</p>
        </Confirm>
    }
}

/// A name whose id is taken is told at the name: the id comes from it.
fn name_wrong(model: Model) -> Signal<Option<String>> {
    let taken = move || {
        let exists = model
            .refused
            .with(|refused| refused.as_ref().is_some_and(|error| error.code() == Some(ErrorCode::PersonaExists)));
        exists.then(|| "There is a persona with this name already. Choose another one.".to_owned())
    };
    let wrong = model.wrong("/name", |errors| errors.name);
    Signal::derive(move || taken().or_else(|| wrong.get()))
}

/// What was refused and stands at no field.
fn refused(model: Model) -> Option<impl IntoView> {
    let at_field = |error: &ApiError| {
        error.code() == Some(ErrorCode::PersonaExists)
            || ["/name", "/description", "/instructions"].iter().any(|pointer| error.field(pointer).is_some())
    };
    let error = model.refused.get().filter(|error| !at_field(error))?;
    Some(view! { <FailureNote error on_retry=move |()| model.save() /> })
}

#[component]
fn Instructions(model: Model) -> impl IntoView {
    let wrong = model.wrong("/instructions", |errors| errors.instructions);
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
                        prop:value=move || model.instructions.get()
                        on:input:target=move |event| model.instructions.set(event.target().value())
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
    mine: Signal<PersonaForm>,
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
