//! The first save of a new workflow changes the page's address. The builder goes along, with what
//! can be undone and the cards that are open.

use std::collections::HashSet;

use leptos::prelude::*;
use sluice_types::{StepId, WorkflowId};

use super::model::{Builder, Saved};
use crate::browser::stored::StoredValue;
use crate::state::draft::Pending;
use crate::state::editor::Draft;
use crate::state::history::History;

/// What a builder leaves to the next one.
#[derive(Clone)]
pub struct Left {
    /// The draft with its history.
    pub history: History<Draft>,
    /// What was just saved.
    pub saved: Saved,
    /// The cards that are open.
    pub open: HashSet<StepId>,
    /// What is typed and not in the draft yet.
    pub pending: Pending,
}

/// A place to leave it in, for the whole app.
#[derive(Clone, Copy)]
pub struct Handover(StoredValue<Option<Left>>);

impl Handover {
    /// Makes the place.
    pub fn provide() {
        provide_context(Self(StoredValue::new(None)));
    }

    /// The app's place.
    pub fn from_context() -> Self {
        expect_context()
    }

    /// Leaves a builder.
    pub fn give(self, builder: Builder) {
        let Some(saved) = builder.saved.get_untracked() else { return };
        let (history, open) = (builder.history.get_untracked(), builder.open.get_untracked());
        let pending = builder.pending.get_untracked();
        self.0.set_value(Some(Left { history, saved, open, pending }));
    }

    /// Takes what was left for a workflow. What was left for another is dropped.
    pub fn take(self, id: &WorkflowId) -> Option<Left> {
        self.0.try_update_value(Option::take).flatten().filter(|left| left.saved.id == *id)
    }
}
