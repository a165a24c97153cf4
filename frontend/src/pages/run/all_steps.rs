//! Reading the step runs inside all containers, for the search and for paper.

use leptos::prelude::*;
use sluice_web_state::run::{StepView, StepsRead, begun_containers};

use super::store::RunStore;
use crate::api::ApiResult;
use crate::api::executions::steps_inside;

/// Pages of 200 step runs that are read at the most.
const MOST_PAGES: usize = 20;

impl RunStore {
    /// Whether step runs inside containers are not all on the page. Tracks changes.
    pub fn has_unread(self) -> bool {
        self.head(|run| !begun_containers(run.steps()).is_empty())
    }

    /// Reads them, as many as there may be, and keeps them with the page.
    pub async fn read_inside(self) -> ApiResult<()> {
        let Some(id) = self.try_id() else { return Ok(()) };
        let mut due = self.peek(|run| begun_containers(run.top()));
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
        self.read.try_set(read);
        Ok(())
    }
}
