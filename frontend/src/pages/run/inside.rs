//! The step runs inside a container: read when they are shown, and again when events say that they changed.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{StepPath, StepRun};
use sluice_web_state::run::ItemFilter;

use super::store::RunStore;
use crate::api::executions::steps_inside;
use crate::api::{ApiError, ApiResult};

/// How long after a reading the next one comes: the items of a large list change many times a second.
const PACE: Duration = Duration::from_millis(700);

/// Pages that are read at once at the most: all items of the longest list.
const MOST_PAGES: usize = 50;

/// The step runs inside a container, as far as they were read.
#[derive(Clone, Copy)]
pub struct Inside {
    store: RunStore,
    container: StoredValue<StepPath>,
    /// Those that are listed.
    pub filter: RwSignal<ItemFilter>,
    /// Their paths, in order; `None` until the first answer.
    pub paths: RwSignal<Option<Vec<StepPath>>>,
    /// Whether there are more than were read.
    pub has_more: RwSignal<bool>,
    /// Why the newest reading failed.
    pub error: RwSignal<Option<ApiError>>,
    pages: StoredValue<usize>,
    is_reading: StoredValue<bool>,
    is_due: StoredValue<bool>,
}

impl Inside {
    /// Reads the list and follows it, as long as the view is there that asks for it.
    pub fn follow(store: RunStore, container: &StepPath) -> Self {
        let inside = Self {
            store,
            container: StoredValue::new(container.clone()),
            filter: RwSignal::new(ItemFilter::default()),
            paths: RwSignal::new(None),
            has_more: RwSignal::new(false),
            error: RwSignal::new(None),
            pages: StoredValue::new(1),
            is_reading: StoredValue::new(false),
            is_due: StoredValue::new(false),
        };
        let signals = store.signals(container);
        Effect::new(move || {
            inside.filter.track();
            store.wanted.track();
            if let Some(signals) = &signals {
                signals.track_inside();
            }
            inside.read();
        });
        inside
    }

    /// Lists those in another status.
    pub fn choose(self, filter: ItemFilter) {
        self.pages.set_value(1);
        self.paths.set(None);
        self.filter.set(filter);
    }

    /// Reads one more page.
    pub fn read_more(self) {
        self.pages.update_value(|pages| *pages += 1);
        self.read();
    }

    /// Reads the list now, or once more after the reading that is under way.
    pub fn read(self) {
        if self.is_reading.try_update_value(|reading| std::mem::replace(reading, true)) != Some(false) {
            self.is_due.try_set_value(true);
            return;
        }
        self.is_due.try_set_value(false);
        spawn_local(async move {
            let (Some(container), Some(filter)) = (self.container.try_get_value(), self.filter.try_get_untracked())
            else {
                return;
            };
            let seq = self.store.peek(sluice_web_state::run::RunState::listed_seq);
            match self.pages_of(&container, filter).await {
                Ok((runs, has_more)) => {
                    let paths: Vec<StepPath> = runs.iter().map(|run| run.path.clone()).collect();
                    let is_complete = !has_more && filter == ItemFilter::All;
                    self.store.take_inside(&container, seq, runs, is_complete);
                    if self.filter.try_get_untracked() == Some(filter) {
                        if self.paths.try_with_untracked(|known| known.as_ref() != Some(&paths)) == Some(true) {
                            self.paths.try_set(Some(paths));
                        }
                        self.has_more.try_set(has_more);
                    }
                    self.error.try_set(None);
                }
                Err(error) => _ = self.error.try_set(Some(error)),
            }
            set_timeout(move || self.read_again(), PACE);
        });
    }

    fn read_again(self) {
        self.is_reading.try_set_value(false);
        if self.is_due.try_get_value() == Some(true) {
            self.read();
        }
    }

    /// The step inside this container that the reader is led to.
    fn wanted(self, container: &StepPath, filter: ItemFilter) -> Option<StepPath> {
        let wanted = self.store.wanted.try_get_untracked().flatten()?;
        (filter == ItemFilter::All && wanted != *container && holds(container, &wanted)).then_some(wanted)
    }

    /// As many pages as are shown, and those up to the step that the reader is led to.
    async fn pages_of(self, container: &StepPath, filter: ItemFilter) -> ApiResult<(Vec<StepRun>, bool)> {
        let (mut runs, mut cursor): (Vec<StepRun>, _) = (Vec::new(), None);
        let wanted = self.wanted(container, filter);
        let mut pages = 0;
        loop {
            let id = self.store.id();
            let page = steps_inside(&id, container, filter.statuses(), cursor.as_deref()).await?;
            runs.extend(page.items);
            cursor = page.next_cursor;
            pages += 1;
            let has_wanted = wanted.as_ref().is_none_or(|wanted| runs.iter().any(|run| holds(&run.path, wanted)));
            let is_enough = pages >= self.pages.try_get_value().unwrap_or(1) && has_wanted;
            if cursor.is_none() || is_enough || pages >= MOST_PAGES {
                break;
            }
        }
        self.pages.try_update_value(|known| *known = pages.max(*known));
        Ok((runs, cursor.is_some()))
    }
}

/// Whether a path is that of a step run, or lies inside it.
fn holds(step: &StepPath, path: &StepPath) -> bool {
    path.as_str().strip_prefix(step.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
