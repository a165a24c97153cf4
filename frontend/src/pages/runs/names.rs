//! The names of workflows: a run knows its workflow's id.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::limits::MAX_PAGE;
use sluice_types::{ExecutionSummary, ListQuery, WorkflowId};

use super::listing::Listing;
use crate::api;

/// Pages of workflows that are read at the most.
const MOST_PAGES: usize = 10;

/// The names that are known.
#[derive(Clone, Copy)]
pub struct Names {
    known: RwSignal<BTreeMap<WorkflowId, String>>,
    /// Whether those that were looked for are there.
    is_read: RwSignal<bool>,
}

impl Names {
    /// Begins to read them, and reads those of workflows that are made later.
    pub fn load(listing: Listing) -> Self {
        let names = Self { known: RwSignal::new(BTreeMap::new()), is_read: RwSignal::new(false) };
        spawn_local(names.read());
        Effect::new(move || {
            let is_new =
                |run: &ExecutionSummary| names.known.with_untracked(|known| !known.contains_key(&run.workflow_id));
            let missing = listing.pages.with(|pages| {
                let missing = pages.items().iter().filter(|run| is_new(run));
                missing.map(|run| run.workflow_id.clone()).collect::<std::collections::BTreeSet<_>>()
            });
            if names.is_read.get() {
                for id in missing {
                    spawn_local(names.read_one(id));
                }
            }
        });
        names
    }

    async fn read(self) {
        let mut query =
            ListQuery { limit: Some(MAX_PAGE), sort: Some("-updated_at".to_owned()), ..ListQuery::default() };
        for _ in 0..MOST_PAGES {
            let Ok(page) = api::workflows::list(&query).await else { break };
            self.known.try_update(|known| known.extend(page.items.into_iter().map(|it| (it.id, it.name))));
            query.cursor = page.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        self.is_read.try_set(true);
    }

    /// Reads one that no list had. A workflow that is gone is called by its id, and not asked for again.
    async fn read_one(self, id: WorkflowId) {
        let is_asked = self.known.try_update_untracked(|known| known.insert(id.clone(), id.to_string())).flatten();
        if is_asked.is_none()
            && let Ok(workflow) = api::workflows::get(&id).await
        {
            self.known.try_update(|known| known.insert(id, workflow.name));
        }
    }

    /// What a workflow is called. Tracks changes.
    pub fn of(self, id: &WorkflowId) -> String {
        self.known.with(|known| known.get(id).cloned()).unwrap_or_else(|| "…".to_owned())
    }

    /// All that are known, by name. Tracks changes.
    pub fn all(self) -> Vec<(WorkflowId, String)> {
        let mut all: Vec<_> = self.known.get().into_iter().collect();
        all.sort_by_key(|(_, name)| name.to_lowercase());
        all
    }
}
