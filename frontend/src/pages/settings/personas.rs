//! All personas: to read, to edit in their place, to delete.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{Persona, PersonaId};

use super::persona_form::{EditPersona, NewPersona, is_kept, kept_key};
use crate::api::ApiError;
use crate::browser::focus::{focus_soon, use_title};
use crate::browser::storage;
use crate::components::{Button, ButtonKind, Deletion, Deletions, Empty, FailureNote, Skeleton, Toasts};
use crate::session::Session;

/// Voices and instructions that steps can take on.
#[component]
pub fn Personas() -> impl IntoView {
    use_title(|| "Personas · Settings".to_owned());
    let list = PersonaList::provide();
    let creating = RwSignal::new(is_kept(None));
    let shown = Memo::new(move |_| list.shown());
    let none = move || list.is_here() && shown.with(Vec::is_empty) && !creating.get();
    view! {
        <section class="stack loose" aria-labelledby="personas">
            <div class="row wrap between top">
                <div class="stack tight grow">
                    <h2 id="personas">"Personas"</h2>
                    <p class="muted">
                        "A voice and instructions that stand before a step's system prompt. A workflow or a single step takes one on."
                    </p>
                </div>
                <Show when=move || !none()>
                    <Button icon=icondata_lu::LuPlus disabled=creating on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Show>
            </div>
            {move || list.failure().map(|error| view! { <FailureNote error on_retry=move |()| list.refetch() /> })}
            <Show when=move || creating.get()>
                <div class="card padded">
                    <NewPersona list on_close=move |()| creating.set(false) />
                </div>
            </Show>
            <Show when=move || list.is_waiting()>
                <div class="card padded">
                    <Skeleton lines=6 />
                </div>
            </Show>
            <Show when=none>
                <Empty
                    icon=icondata_lu::LuUserRound
                    title="No personas yet"
                    text="Write once how texts are to sound or what is to be looked after, as “Plain writer: short sentences, no jargon”, and let any step take it on."
                >
                    <Button kind=ButtonKind::Primary icon=icondata_lu::LuPlus on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Empty>
            </Show>
            <ul class="stack" aria-label="Personas">
                <For each=move || shown.get() key=|persona| persona.id.clone() let:first>
                    <PersonaItem first list />
                </For>
            </ul>
        </section>
    }
}

/// A persona's card.
#[component]
pub fn PersonaItem(first: Persona, list: PersonaList) -> impl IntoView {
    let id = first.id.clone();
    let heading = format!("persona-{id}");
    let editing = RwSignal::new(is_kept(Some(&id)));
    let persona = Memo::new(move |_| list.find(&id).unwrap_or_else(|| first.clone()));
    let back = heading.clone();
    let close = move |()| {
        editing.set(false);
        focus_soon(back.clone());
    };
    let close = StoredValue::new(close);
    view! {
        <li class="card padded">
            {move || {
                if editing.get() {
                    let on_close = move |()| close.with_value(|close| close(()));
                    view! { <EditPersona persona=persona.get_untracked() list on_close /> }.into_any()
                } else {
                    view! { <Reading persona heading=heading.clone() list editing /> }.into_any()
                }
            }}
        </li>
    }
}

#[component]
fn Reading(persona: Memo<Persona>, heading: String, list: PersonaList, editing: RwSignal<bool>) -> impl IntoView {
    let name = move || persona.with(|persona| persona.name.clone());
    let description = move || {
        persona.with(|persona| {
            let text = Some(persona.description.clone()).filter(|text| !text.trim().is_empty())?;
            Some(view! { <p class="break" dir="auto">{text}</p> })
        })
    };
    view! {
        <div class="stack tight">
            <div class="row between top">
                <h3 id=heading tabindex="-1" class="break" dir="auto">
                    {name}
                </h3>
                <div class="row">
                    <Button
                        small=true
                        label=Signal::derive(move || format!("Edit {}", name()))
                        on_press=move |_| editing.set(true)
                    >
                        "Edit"
                    </Button>
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        icon=icondata_lu::LuTrash2
                        label=Signal::derive(move || format!("Delete {}", name()))
                        on_press=move |_| list.delete(&persona.get_untracked())
                    />
                </div>
            </div>
            {description}
            <p class="muted small excerpt persona-text" dir="auto">
                {move || persona.with(|persona| persona.instructions.clone())}
            </p>
        </div>
    }
}

/// The list.
#[derive(Clone, Copy)]
pub struct PersonaList {
    known: RwSignal<Vec<Persona>>,
    here: RwSignal<bool>,
    session: Session,
    toasts: Toasts,
}

impl PersonaList {
    /// Follows the app's personas. What was typed in a form outlives a list that is read again.
    pub fn provide() -> Self {
        let list = Self {
            known: RwSignal::new(Vec::new()),
            here: RwSignal::new(false),
            session: Session::from_context(),
            toasts: Toasts::from_context(),
        };
        Effect::new(move || {
            if let Some(Ok(personas)) = list.session.persona_list.get() {
                list.known.set(personas);
                list.here.set(true);
            }
        });
        list
    }

    /// Whether the list has come.
    pub fn is_here(self) -> bool {
        self.here.get()
    }

    /// Whether it is on its way for the first time.
    pub fn is_waiting(self) -> bool {
        !self.here.get() && self.session.persona_list.with(|list| list.is_none())
    }

    /// Why it did not come.
    pub fn failure(self) -> Option<ApiError> {
        self.session.persona_list.get()?.err()
    }

    /// Reads it again.
    pub fn refetch(self) {
        self.session.persona_list.refetch();
    }

    /// The personas without those that are being deleted. Tracks changes.
    pub fn shown(self) -> Vec<Persona> {
        let deletions = Deletions::of_app();
        let hidden = |id: &PersonaId| deletions.hide(&Deletion::Persona(id.clone()));
        self.known.with(|known| known.iter().filter(|it| !hidden(&it.id)).cloned().collect())
    }

    /// One of them.
    pub fn find(self, id: &PersonaId) -> Option<Persona> {
        self.known.with(|known| known.iter().find(|it| it.id == *id).cloned())
    }

    /// Shows a persona as it was just saved, and has the whole app read the list again.
    pub fn saved(self, persona: Persona) {
        // A new persona may have the id of one that was deleted before.
        Deletions::of_app().forget_done();
        self.known.try_update(|known| match known.iter_mut().find(|it| it.id == persona.id) {
            Some(place) => *place = persona,
            None => known.push(persona),
        });
        self.refetch();
    }

    /// Deletes a persona, with time to undo it.
    pub fn delete(self, persona: &Persona) {
        storage::remove(&kept_key(Some(&persona.id)));
        let deletion = Deletion::Persona(persona.id.clone());
        Deletions::of_app().begin(self.toasts, deletion, &persona.name, Arc::new(move || self.refetch()));
    }
}
