//! The personas that the page shows, as they are on the server and as they were just saved.

use std::sync::Arc;

use sluice_types::{Persona, PersonaId};

use super::persona_form::kept_key;
use crate::api::ApiError;
use crate::browser::effect::effect;
use crate::browser::signal::RwSignal;
use crate::browser::storage;
use crate::components::{Deletion, Deletions, Toasts};
use crate::session::Session;

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
        effect(move || {
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
