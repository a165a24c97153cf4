//! A list of resources that people make, change and delete.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{Agent, AgentId, McpServer, McpServerId, Persona, PersonaId};

use super::deletions::{Deletion, Deletions};
use crate::api::ApiError;
use crate::cached::Cached;

/// A resource with an id and a name that can be deleted.
pub trait Resource: Clone + PartialEq + Send + Sync + 'static {
    /// The type of its id.
    type Id: PartialEq;
    /// Its id.
    fn id(&self) -> &Self::Id;
    /// Its name.
    fn name(&self) -> &str;
    /// Its deletion.
    fn deletion(id: &Self::Id) -> Deletion;
}

impl Resource for Persona {
    type Id = PersonaId;

    fn id(&self) -> &PersonaId {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn deletion(id: &PersonaId) -> Deletion {
        Deletion::Persona(id.clone())
    }
}

impl Resource for Agent {
    type Id = AgentId;

    fn id(&self) -> &AgentId {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn deletion(id: &AgentId) -> Deletion {
        Deletion::Agent(id.clone())
    }
}

impl Resource for McpServer {
    type Id = McpServerId;

    fn id(&self) -> &McpServerId {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn deletion(id: &McpServerId) -> Deletion {
        Deletion::McpServer(id.clone())
    }
}

/// The list, as it is on the server and as it was just changed. What was typed in a form outlives a list that is read
/// again, or cannot be read.
pub struct ResourceList<T: 'static> {
    known: Cached<Vec<T>>,
    deletions: Deletions,
}

impl<T> Clone for ResourceList<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ResourceList<T> {}

impl<T: Resource> ResourceList<T> {
    /// The list of what is known.
    pub fn new(known: Cached<Vec<T>>) -> Self {
        Self { known, deletions: expect_context() }
    }

    /// Whether it has come.
    pub fn is_here(self) -> bool {
        self.known.with(|known| known.is_some())
    }

    /// Why it did not come.
    pub fn failure(self) -> Option<ApiError> {
        self.known.error()
    }

    /// Reads it again.
    pub fn refetch(self) {
        self.known.refetch();
    }

    /// All but those that are being deleted. Tracks changes.
    pub fn shown(self) -> Vec<T> {
        let known = self.known.get().unwrap_or_default();
        known.into_iter().filter(|item| !self.deletions.hide(&T::deletion(item.id()))).collect()
    }

    /// One of them.
    pub fn find(self, id: &T::Id) -> Option<T> {
        self.known.with(|known| known?.iter().find(|item| item.id() == id).cloned())
    }

    /// Shows a resource as it was just saved, and has the whole app read the list again.
    pub fn saved(self, item: T) {
        // A new one may have the id of one that was deleted before.
        self.deletions.forget_done();
        self.known.update(|known| match known.iter_mut().find(|it| it.id() == item.id()) {
            Some(place) => *place = item,
            None => known.push(item),
        });
        self.refetch();
    }

    /// Deletes a resource, with time to undo it.
    pub fn delete(self, item: &T) {
        self.deletions.begin(T::deletion(item.id()), item.name(), Arc::new(move || self.refetch()));
    }
}
