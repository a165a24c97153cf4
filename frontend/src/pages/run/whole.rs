//! The whole run, as it is searched and printed: with the step runs inside all containers.

use leptos::prelude::*;
use sluice_web_state::run::{StepView, StepsRead, begun_containers};

use super::store::RunStore;
use crate::api::ApiResult;
use crate::api::executions::steps_inside;

/// Pages of 200 step runs that are read at the most.
const MOST_PAGES: usize = 20;

/// What the search and the print of a run share.
#[derive(Clone, Copy)]
pub struct WholeRun {
    /// Whether the search is open.
    pub searching: RwSignal<bool>,
    /// Whether the run is drawn as it is printed.
    pub printing: RwSignal<bool>,
    /// The step runs inside containers, as they were read last.
    pub inside: RwSignal<StepsRead>,
}

impl WholeRun {
    /// Makes the place for it, for the page.
    pub fn provide() {
        provide_context(Self {
            searching: RwSignal::new(false),
            printing: RwSignal::new(false),
            inside: RwSignal::new(StepsRead::default()),
        });
    }

    /// Reads the step runs inside containers, as many as there may be.
    pub async fn read(self, store: RunStore) -> ApiResult<()> {
        let Some(id) = store.try_id() else { return Ok(()) };
        let mut due = store.peek(|run| begun_containers(run.top()));
        let mut read = StepsRead::default();
        let mut pages = 0;
        while let Some(container) = due.pop() {
            let mut cursor = None;
            loop {
                if pages == MOST_PAGES {
                    read.is_cut = true;
                    break;
                }
                pages += 1;
                let page = steps_inside(&id, &container, &[], cursor.as_deref()).await?;
                let views: Vec<StepView> = page.items.into_iter().map(StepView::new).collect();
                due.extend(begun_containers(&views));
                read.inside.entry(container.clone()).or_default().extend(views);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        // The page may have been left meanwhile.
        self.inside.try_set(read);
        Ok(())
    }
}
