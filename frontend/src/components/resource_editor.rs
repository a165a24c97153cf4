//! Writing a resource: a new one, or over a version of one that is there. Somebody else may save it meanwhile.

use std::future::Future;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use sluice_types::ErrorCode;
use sluice_web_state::form::FormData;

use super::button::{Button, ButtonKind};
use super::dialog::Confirm;
use super::field::fresh_id;
use super::note::{FailureNote, Note, NoteKind};
use super::resource_form::ResourceForm;
use super::resource_list::{Resource, ResourceList};
use super::text::DiffView;
use super::toasts::Toasts;
use crate::api::ApiResult;
use crate::browser::focus::focus_soon;
use crate::browser::storage;

/// A resource with versions that is edited in a form.
pub trait Edited: Resource<Id: Clone + Send + Sync + 'static> {
    /// Its form.
    type Form: FormData + Default + From<Self>;
    /// What people call it, as in `Save persona`.
    const NOUN: &'static str;
    /// The error of an id that is taken. It is told at the name, from which the id comes.
    const EXISTS: ErrorCode;
    /// Its version.
    fn version(&self) -> i64;
    /// Where what is typed is kept, until it is saved or discarded. No id holds a dot.
    fn storage_key(id: Option<&Self::Id>) -> String;
    /// Creates one.
    fn create(form: &Self::Form) -> impl Future<Output = ApiResult<Self>>;
    /// Saves over a version.
    fn update(id: &Self::Id, version: i64, form: &Self::Form) -> impl Future<Output = ApiResult<Self>>;
    /// Reads one.
    fn read(id: &Self::Id) -> impl Future<Output = ApiResult<Self>>;
    /// Whether it can be sent.
    fn is_valid(form: &Self::Form) -> bool;
    /// The whole as one text, to compare two of them.
    fn text(form: &Self::Form) -> String;
}

/// Whether something was typed for a resource, and neither saved nor discarded.
pub fn has_unsaved<R: Edited>(id: Option<&R::Id>) -> bool {
    ResourceForm::<R::Form>::has_unsaved(&R::storage_key(id))
}

/// Forgets what was typed for a resource that is deleted.
pub fn forget_unsaved<R: Edited>(id: &R::Id) {
    storage::remove(&R::storage_key(Some(id)));
}

/// The form of a resource and the state of its save. A copy is a handle to the same one.
pub struct Editing<R: Edited> {
    /// The form.
    pub form: ResourceForm<R::Form>,
    /// Whether saving was tried: what is missing is told only then.
    tried: RwSignal<bool>,
    /// The version that somebody else saved in the meantime.
    theirs: RwSignal<Option<R>>,
    save: Action<R::Form, ()>,
    list: ResourceList<R>,
    on_close: Callback<()>,
}

#[expect(clippy::expl_impl_clone_on_copy, reason = "derived, both would ask `R` to be `Copy`")]
impl<R: Edited> Clone for Editing<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Edited> Copy for Editing<R> {}

impl<R: Edited> Editing<R> {
    /// A form for a new resource, begun with some values.
    pub fn create(begun: R::Form, list: ResourceList<R>, on_close: Callback<()>) -> Self {
        Self::new(None, begun, list, on_close)
    }

    /// A form with a resource that is there.
    pub fn change(resource: R, list: ResourceList<R>, on_close: Callback<()>) -> Self {
        let over = (resource.id().clone(), resource.version());
        Self::new(Some(over), R::Form::from(resource), list, on_close)
    }

    fn new(over: Option<(R::Id, i64)>, begun: R::Form, list: ResourceList<R>, on_close: Callback<()>) -> Self {
        // A new one has an id once it was saved.
        let version = over.as_ref().map(|(_, version)| *version);
        let id = StoredValue::new(over.map(|(id, _)| id));
        let key = id.with_value(|id| R::storage_key(id.as_ref()));
        let form = ResourceForm::new(key, begun, version);
        let theirs = RwSignal::new(None);
        let toasts = expect_context::<Toasts>();
        let save = Action::new_unsync(move |sent: &R::Form| {
            let (sent, over) = (sent.clone(), id.get_value().zip(form.version()));
            async move {
                let saved = match &over {
                    Some((id, version)) => R::update(id, *version, &sent).await,
                    None => R::create(&sent).await,
                };
                match (saved, over) {
                    (Ok(resource), over) => {
                        toasts.done(format!("“{}” is saved.", resource.name()));
                        let stored = R::Form::from(resource.clone());
                        if form.value.is_disposed() {
                            // The page was left meanwhile: what it kept is stored.
                            storage::remove(&R::storage_key(over.map(|(id, _)| id).as_ref()));
                        } else {
                            form.keep_under(R::storage_key(Some(resource.id())));
                            id.set_value(Some(resource.id().clone()));
                            // A form in which somebody went on typing stays open: that goes over what was just saved.
                            if !form.saved(&sent, &stored, Some(resource.version())) {
                                on_close.run(());
                            }
                        }
                        list.saved(resource);
                    }
                    (Err(error), Some((id, _))) if error.code() == Some(ErrorCode::VersionConflict) => {
                        match R::read(&id).await {
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

    /// The error of a field: by its own check once saving was tried, or by the server.
    pub fn wrong(self, pointer: &'static str, own: fn(&R::Form) -> Option<String>) -> Signal<Option<String>> {
        let refused = self.form.wrong(pointer);
        Signal::derive(move || {
            let mine = if self.tried.get() { self.form.value.with(own) } else { None };
            mine.or_else(|| refused.get())
        })
    }

    /// The error of the name: also when the id that comes from it is taken.
    pub fn name_wrong(self, own: fn(&R::Form) -> Option<String>) -> Signal<Option<String>> {
        let is_taken = move || {
            self.form.refused.with(|refused| refused.as_ref().is_some_and(|error| error.code() == Some(R::EXISTS)))
        };
        let taken = move || format!("There is a {} with this name already. Choose another one.", R::NOUN);
        let wrong = self.wrong("/name", own);
        Signal::derive(move || is_taken().then(taken).or_else(|| wrong.get()))
    }

    fn discard(self) {
        self.form.discard();
        self.on_close.run(());
    }

    /// Sends the form, unless something is missing or it is on its way.
    pub fn save(self) {
        self.tried.set(true);
        let form = self.form.value.get_untracked();
        if R::is_valid(&form) && !self.save.pending().get_untracked() {
            self.form.refused.set(None);
            self.save.dispatch_local(form);
        }
    }

    /// Saves over the newer version.
    fn keep_mine(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.form.rebase(theirs.version());
            self.theirs.set(None);
            self.save();
        }
    }

    /// Puts the newer version into the form.
    fn take_theirs(self) {
        if let Some(theirs) = self.theirs.get_untracked() {
            self.form.replace(R::Form::from(theirs.clone()), Some(theirs.version()));
            self.theirs.set(None);
            self.list.saved(theirs);
        }
    }
}

/// The frame of the form: its title, its fields, what was refused, and the buttons.
#[component]
pub fn EditorFrame<R: Edited>(
    editing: Editing<R>,
    #[prop(into)] title: String,
    /// The fields that show the server's errors themselves.
    pointers: &'static [&'static str],
    children: Children,
) -> impl IntoView {
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
    let refused = move || {
        let elsewhere = editing.form.refused_elsewhere(pointers);
        let error = elsewhere.filter(|error| error.code() != Some(R::EXISTS))?;
        Some(view! { <FailureNote error on_retry=move |()| editing.save() /> })
    };
    let heading = fresh_id("editor");
    focus_soon(heading.clone());
    view! {
        <form class="stack" on:submit=submit>
            <h3 id=heading tabindex="-1" class="break" dir="auto">
                {title}
            </h3>
            {children()}
            {refused}
            {move || editing.theirs.get().map(|theirs| view! { <Conflict editing theirs /> })}
            <div class="row wrap">
                <Button kind=ButtonKind::Primary busy=editing.save.pending() on_press=move |_| editing.save()>
                    {format!("Save {}", R::NOUN)}
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
            <p>{format!("The {} stays as it was saved last.", R::NOUN)}</p>
        </Confirm>
    }
}

/// Shows what differs, and asks which one is to stay.
#[component]
fn Conflict<R: Edited>(editing: Editing<R>, theirs: R) -> impl IntoView {
    let version = theirs.version();
    let theirs = R::text(&R::Form::from(theirs));
    let busy: Signal<bool> = editing.save.pending().into();
    let id = fresh_id("conflict");
    // It stands below the form, which may fill the window.
    focus_soon(id.clone());
    view! {
        <Note kind=NoteKind::Warn>
            <div class="stack" id=id tabindex="-1" role="group" aria-label=format!("Two versions of this {}", R::NOUN)>
                <div class="stack tight">
                    <strong>{format!("Somebody else saved this {} while you were writing", R::NOUN)}</strong>
                    <p>
                        {format!("Below is what you changed against their version {version}. Nothing of yours is lost until you choose.")}
                    </p>
                </div>
                <DiffView before=theirs after=Signal::derive(move || editing.form.value.with(R::text)) />
                <div class="row wrap">
                    <Button busy on_press=move |_| editing.keep_mine()>"Keep mine"</Button>
                    <Button disabled=busy on_press=move |_| editing.take_theirs()>"Take theirs"</Button>
                </div>
            </div>
        </Note>
    }
}
