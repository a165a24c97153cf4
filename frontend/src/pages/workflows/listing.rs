//! The state of the list: query from the address, pages from the server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_use_event_listener::use_event_listener;
use sluice_types::limits::MAX_PAGE;
use sluice_types::{
    ExecutionSummary, ListQuery, RecentExecution, WorkflowId, WorkflowInclude, WorkflowPage, WorkflowSummary,
};
use sluice_web_state::list::{Ask, ListState, PAGE_SIZE, Pages};
use web_sys::UrlSearchParams;

use super::filters::kept_compact;
use super::position::{self, Position};
use crate::api::{self, ApiError};
use crate::components::{Deletion, Deletions};

/// How often runs that go on are looked at.
const LIVE: Duration = Duration::from_secs(5);
/// How long after a failure the list is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// How many workflows there are, as far as it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are as asked for.
    pub found: Option<u64>,
    /// All.
    pub all: Option<u64>,
}

/// What a change of the address is in the browser's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A step that one step back leads before.
    New,
    /// The same step, still being typed.
    Same,
}

/// The list.
#[derive(Clone, Copy)]
pub struct Listing {
    /// Which workflows, and in which order: what the address says.
    pub state: Memo<ListState>,
    /// The pages loaded so far.
    pub pages: RwSignal<Pages<Arc<WorkflowSummary>>>,
    /// How many there are.
    pub counts: RwSignal<Counts>,
    /// Whether rows have one line only.
    pub compact: RwSignal<bool>,
    /// Why the last page did not come.
    pub error: RwSignal<Option<ApiError>>,
    /// The newest run of each workflow that was run.
    pub runs: RwSignal<HashMap<WorkflowId, ExecutionSummary>>,
    /// The newest runs of each workflow that was run.
    pub recent: RwSignal<HashMap<WorkflowId, Vec<RecentExecution>>>,
    /// Pending deletions, which the list hides already.
    pub deletions: Deletions,
    go: UnsyncCallback<(ListState, Step)>,
    /// The place to come back to, until it is reached.
    back: StoredValue<Option<Position>>,
}

impl Listing {
    /// Begins to load what the address says, now and whenever it says something else.
    pub fn provide() -> Self {
        let search = use_location().search;
        let state = Memo::new(move |_| ListState::from_params(&search.with(|search| params(search))));
        let navigate = use_navigate();
        let go = UnsyncCallback::new(move |(state, step): (ListState, Step)| {
            let options = NavigateOptions { replace: step == Step::Same, scroll: false, ..NavigateOptions::default() };
            navigate(&address(&state), options);
        });
        let listing = Self {
            state,
            pages: RwSignal::new(Pages::default()),
            counts: RwSignal::new(Counts::default()),
            compact: RwSignal::new(kept_compact()),
            error: RwSignal::new(None),
            runs: RwSignal::new(HashMap::new()),
            recent: RwSignal::new(HashMap::new()),
            deletions: expect_context(),
            go,
            back: StoredValue::new(Position::of_entry()),
        };
        Effect::new(move || {
            state.track();
            listing.restart();
        });
        listing.keep_live();
        position::follow(move || listing.rows_to_keep());
        listing
    }

    /// Changes what is listed, by way of the address. One step back leads to what was listed before.
    pub fn change(self, change: impl FnOnce(&mut ListState)) {
        self.step(Step::New, change);
    }

    /// Changes what is listed as somebody types: one step back leads to the page before, not through every letter.
    pub fn follow_typing(self, change: impl FnOnce(&mut ListState)) {
        self.step(Step::Same, change);
    }

    fn step(self, step: Step, change: impl FnOnce(&mut ListState)) {
        let mut state = self.state.get_untracked();
        change(&mut state);
        if state != self.state.get_untracked() {
            self.go.run((state, step));
        }
    }

    /// Reads the list from its beginning.
    pub fn restart(self) {
        self.deletions.forget_done();
        if self.pages.try_with_untracked(|pages| !pages.items().is_empty()) == Some(true) {
            self.back.set_value(None);
        }
        if let Some(ask) = self.pages.try_update(Pages::restart) {
            self.fetch(ask);
        }
    }

    /// Reads the next page, if there is one.
    pub fn load_more(self) {
        if let Some(ask) = self.pages.try_update(Pages::load_more).flatten() {
            self.fetch(ask);
        }
    }

    /// Asks again for what did not come.
    pub fn retry(self) {
        if let Some(ask) = self.pages.try_update(Pages::retry).flatten() {
            self.fetch(ask);
        }
    }

    /// Shows a workflow that was just made.
    pub fn insert_first(self, workflow: WorkflowSummary) {
        self.pages.try_update(|pages| pages.insert_first(Arc::new(workflow)));
        self.count_more(|count| count.saturating_add(1));
    }

    fn count_more(self, change: impl Fn(u64) -> u64) {
        self.counts.try_update(|Counts { found, all }| {
            *found = found.map(&change);
            *all = all.map(&change);
        });
    }

    /// The workflows to show: all that came, without those that are being deleted. Tracks changes.
    pub fn shown(self) -> Vec<Arc<WorkflowSummary>> {
        let deletions = self.deletions;
        let hidden = |id: &WorkflowId| deletions.hide(&Deletion::Workflow(id.clone()));
        self.pages.with(|pages| pages.items().iter().filter(|it| !hidden(&it.id)).cloned().collect())
    }

    /// The same, without following it.
    pub fn shown_untracked(self) -> Vec<Arc<WorkflowSummary>> {
        untrack(move || self.shown())
    }

    /// Takes a workflow out that the server has deleted.
    pub fn forget(self, id: &WorkflowId) {
        self.pages.try_update(|pages| pages.remove(id));
        self.runs.try_update(|runs| runs.remove(id));
        self.recent.try_update(|recent| recent.remove(id));
        self.count_more(|count| count.saturating_sub(1));
    }

    /// Whether there is no workflow at all, so that there is nothing to search in. Tracks changes.
    pub fn is_bare(self) -> bool {
        !self.state.with(ListState::is_filtered) && self.pages.with(Pages::is_empty)
    }

    fn fetch(self, ask: Ask) {
        let query = ListQuery { limit: Some(self.page_size()), ..self.query(ask.cursor.clone()) };
        spawn_local(async move {
            match api::workflows::list(&query).await {
                Ok(page) => self.arrived(&ask, page),
                Err(error) => {
                    let awaited = self.pages.try_update(|pages| {
                        pages.failed(&ask);
                        pages.has_failed()
                    });
                    if awaited == Some(true) {
                        self.back.set_value(None);
                        self.error.try_set(Some(error));
                        set_timeout(move || self.retry(), ASK_AGAIN);
                    }
                }
            }
        });
    }

    /// Workflows to ask for: as many as lead back to the place that was left, within the limit.
    fn page_size(self) -> u32 {
        let loaded = self.pages.with_untracked(|pages| pages.items().len());
        let place = self.back.try_get_value().flatten().map_or(0, |place| place.rows);
        u32::try_from(place.saturating_sub(loaded)).unwrap_or(MAX_PAGE).clamp(PAGE_SIZE, MAX_PAGE)
    }

    fn arrived(self, ask: &Ask, page: WorkflowPage) {
        let WorkflowPage { items, next_cursor, total, .. } = page;
        self.take_runs(&items);
        let items = items.into_iter().map(Arc::new).collect();
        if self.pages.try_update(|pages| pages.arrived(ask, items, next_cursor)) == Some(true) {
            self.error.set(None);
            if let Some(total) = total.and_then(|total| u64::try_from(total).ok()) {
                self.counted(total);
            }
        }
        self.come_back();
    }

    /// Takes the number of workflows that were found, and asks for that of all, unless these are all.
    fn counted(self, found: u64) {
        let is_all = self.state.with_untracked(|state| !state.is_filtered());
        self.counts.update(|counts| {
            counts.found = Some(found);
            if is_all {
                counts.all = Some(found);
            }
        });
        if self.counts.with_untracked(|counts| counts.all.is_none()) {
            spawn_local(async move {
                let all = ListQuery { is_template: Some(false), ..ListQuery::default() };
                if let Ok(Some(all)) = api::workflows::count(all).await {
                    self.counts.try_update(|counts| counts.all = u64::try_from(all).ok());
                }
            });
        }
    }

    /// Loads up to the place that was left, and leads there.
    fn come_back(self) {
        let Some(place) = self.back.try_get_value().flatten() else { return };
        if self.pages.with_untracked(|pages| pages.has_more() && pages.items().len() < place.rows) {
            self.load_more();
        } else {
            self.back.set_value(None);
            place.show();
        }
    }

    /// How many workflows are loaded; none while the place that was left is not reached, and when the
    /// list is gone.
    fn rows_to_keep(self) -> Option<usize> {
        let reached = self.back.try_get_value()?.is_none();
        self.pages.try_with_untracked(|pages| pages.items().len()).filter(|_| reached)
    }

    /// Looks at the runs that go on, while the page is seen.
    fn keep_live(self) {
        let look = Action::new_unsync(move |&()| self.look_at_runs());
        let look = move || {
            let is_live = self.runs.with_untracked(|runs| runs.values().any(|run| !run.status.is_terminal()));
            if is_live && !document().hidden() && !look.pending().get_untracked() {
                look.dispatch_local(());
            }
        };
        if let Ok(handle) = set_interval_with_handle(look, LIVE) {
            on_cleanup(move || handle.clear());
        }
        let _stop = use_event_listener(document(), leptos::ev::visibilitychange, move |_| look());
    }

    /// Reads the beginning of the list once more, for the newest run of each workflow. A look that failed is passed
    /// over: the next one comes soon.
    async fn look_at_runs(self) {
        let loaded = self.pages.with_untracked(|pages| u32::try_from(pages.items().len()).unwrap_or(MAX_PAGE));
        let include = vec![WorkflowInclude::RecentExecutions];
        let query = ListQuery { limit: Some(loaded.clamp(1, MAX_PAGE)), include, ..self.query(None) };
        if let Ok(page) = api::workflows::list(&query).await {
            self.take_runs(&page.items);
        }
    }

    fn take_runs(self, items: &[WorkflowSummary]) {
        self.runs.try_update(|runs| take_runs(runs, items));
        self.recent.try_update(|recent| {
            for WorkflowSummary { id, recent_executions, .. } in items {
                recent.insert(id.clone(), recent_executions.clone().unwrap_or_default());
            }
        });
    }

    /// The query of the address. Templates have a page of their own.
    fn query(self, cursor: Option<String>) -> ListQuery {
        let mut query = self.state.get_untracked().to_query(cursor);
        query.is_template.get_or_insert(false);
        query
    }
}

fn take_runs(runs: &mut HashMap<WorkflowId, ExecutionSummary>, items: &[WorkflowSummary]) {
    for WorkflowSummary { id, last_execution, .. } in items {
        match last_execution {
            Some(run) => _ = runs.insert(id.clone(), run.clone()),
            None => _ = runs.remove(id),
        }
    }
}

/// The names and values of an address. The router's own map decodes them twice, so that a `%` would be lost.
fn params(search: &str) -> Vec<(String, String)> {
    let Ok(params) = UrlSearchParams::new_with_str(search) else { return Vec::new() };
    let values = |name: &&str| params.get_all(name).iter().filter_map(|value| value.as_string()).collect::<Vec<_>>();
    ListState::PARAMS
        .iter()
        .flat_map(|name| values(name).into_iter().map(|value| ((*name).to_owned(), value)))
        .collect()
}

fn address(state: &ListState) -> String {
    let params: Vec<String> = state
        .to_params()
        .into_iter()
        .map(|(name, value)| format!("{name}={}", js_sys::encode_uri_component(&value)))
        .collect();
    if params.is_empty() { "/".into() } else { format!("/?{}", params.join("&")) }
}
