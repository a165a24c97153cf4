//! The state of the list: its filter from the address, its pages from the server, and looks for news.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use leptos_use_event_listener::use_event_listener;
use sluice_types::limits::MAX_PAGE;
use sluice_types::{ExecutionPage, ExecutionSummary};
use sluice_web_state::list::{Ask, Pages};
use sluice_web_state::runs::{MOST_CHOSEN, RunsFilter};
use web_sys::UrlSearchParams;

use crate::api::{self, ApiError};
use crate::browser::clock::{now_ms, track_corrections, utc};
use crate::components::{Deletion, Deletions};

/// How often the runs are looked at.
const LIVE: Duration = Duration::from_secs(5);
/// How long after a failure the list is asked for again.
const ASK_AGAIN: Duration = Duration::from_secs(3);

/// A query without its page.
type Query = Vec<(&'static str, String)>;

/// The list.
#[derive(Clone, Copy)]
pub struct Listing {
    /// Which runs: what the address says.
    pub filter: Memo<RunsFilter>,
    /// The pages loaded so far.
    pub pages: RwSignal<Pages<ExecutionSummary>>,
    /// Why the last page did not come.
    pub error: RwSignal<Option<ApiError>>,
    /// Pending deletions, which the list hides already.
    pub deletions: Deletions,
    /// The query of the pages. It stays while time passes: a cursor belongs to one query.
    query: StoredValue<Query>,
    go: UnsyncCallback<RunsFilter>,
}

impl Listing {
    /// Begins to load what the address says, now and whenever it says something else.
    pub fn provide() -> Self {
        let location = use_location();
        // The address of the next page comes before this one is gone.
        let is_here = move || location.pathname.with(|path| path.trim_end_matches('/') == "/runs");
        let filter = Memo::new(move |before: Option<&RunsFilter>| match before {
            Some(before) if !is_here() => before.clone(),
            _ => RunsFilter::from_params(&location.search.with(|search| params(search))),
        });
        let navigate = use_navigate();
        // Each filter is a step that the browser leads back from.
        let go = UnsyncCallback::new(move |filter: RunsFilter| {
            navigate(&address(&filter), NavigateOptions { scroll: false, ..NavigateOptions::default() });
        });
        let listing = Self {
            filter,
            pages: RwSignal::new(Pages::default()),
            error: RwSignal::new(None),
            deletions: expect_context(),
            query: StoredValue::new(Query::new()),
            go,
        };
        Effect::new(move || {
            // "Last hour" is another one where the browser's clock was wrong.
            if filter.with(|filter| filter.since.is_some()) {
                track_corrections();
            }
            listing.restart();
        });
        // A page may be empty and not the last: see below.
        Effect::new(move || {
            let is_due = listing.pages.with(|pages| {
                pages.items().is_empty() && pages.has_more() && !pages.is_loading() && !pages.has_failed()
            });
            if is_due {
                listing.load_more();
            }
        });
        listing.keep_live();
        listing
    }

    /// Changes what is listed, by way of the address.
    pub fn change(self, change: impl FnOnce(&mut RunsFilter)) {
        let mut filter = self.filter.get_untracked();
        change(&mut filter);
        if filter != self.filter.get_untracked() {
            self.go.run(filter);
        }
    }

    /// Reads the list from its beginning.
    fn restart(self) {
        self.deletions.forget_done();
        let query = self.filter.with_untracked(|filter| filter.to_query(utc(now_ms())));
        self.query.set_value(query);
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

    /// The runs to show: all that came, without those that are being deleted. Tracks changes.
    pub fn shown(self) -> Vec<ExecutionSummary> {
        let hidden = |run: &ExecutionSummary| self.deletions.hide(&Deletion::Run(run.id.clone()));
        self.pages.with(|pages| pages.items().iter().filter(|run| !hidden(run)).cloned().collect())
    }

    /// Takes runs out that the server has deleted.
    pub fn forget(self, gone: &[Deletion]) {
        self.pages.try_update(|pages| {
            for deletion in gone {
                if let Deletion::Run(id) = deletion {
                    pages.remove(id);
                }
            }
        });
    }

    /// Loads what is left of the list, to [`MOST_CHOSEN`] runs.
    pub async fn load_rest(self) {
        let more = |pages: &mut Pages<ExecutionSummary>| {
            if pages.items().len() < MOST_CHOSEN { pages.load_more() } else { None }
        };
        while let Some(ask) = self.pages.try_update(more).flatten() {
            self.read(ask, MAX_PAGE).await;
        }
    }

    fn fetch(self, ask: Ask) {
        spawn_local(self.read(ask, RunsFilter::page_size()));
    }

    async fn read(self, ask: Ask, limit: u32) {
        let Some(query) = self.query.try_get_value() else { return };
        match api::executions::list(&query, limit, ask.cursor.as_deref(), false).await {
            Ok(ExecutionPage { items, next_cursor }) => {
                if self.pages.try_update(|pages| pages.arrived(&ask, items, next_cursor)) == Some(true) {
                    self.error.try_set(None);
                }
            }
            Err(error) => {
                let awaited = self.pages.try_update(|pages| {
                    pages.failed(&ask);
                    pages.has_failed()
                });
                if awaited == Some(true) {
                    self.error.try_set(Some(error));
                    set_timeout(move || self.retry(), ASK_AGAIN);
                }
            }
        }
    }

    /// Shows runs as an answer has just told of them.
    pub fn show(self, runs: Vec<ExecutionSummary>) {
        self.pages.try_update(|pages| {
            for run in runs {
                pages.replace(run);
            }
        });
    }

    /// Looks for news while the page is seen: runs begin elsewhere, too.
    fn keep_live(self) {
        let look = Action::new_unsync(move |&()| self.read_beginning());
        let look = move || {
            let is_seen = !document().hidden() && window().navigator().on_line();
            if is_seen && !look.pending().get_untracked() {
                look.dispatch_local(());
            }
        };
        if let Ok(handle) = set_interval_with_handle(look, LIVE) {
            on_cleanup(move || handle.clear());
        }
        let _stop = use_event_listener(document(), leptos::ev::visibilitychange, move |_| look());
    }

    /// Reads the beginning of the list once more, as far as it is loaded. A look that failed is passed over: the next one
    /// comes soon.
    pub async fn read_beginning(self) {
        let Some((generation, loaded)) =
            self.pages.try_with_untracked(|pages| (pages.generation(), pages.items().len()))
        else {
            return;
        };
        let limit = u32::try_from(loaded).unwrap_or(MAX_PAGE).clamp(RunsFilter::page_size(), MAX_PAGE);
        let Some(query) = self.query.try_get_value() else { return };
        let Ok(page) = api::executions::list(&query, limit, None, true).await else { return };
        // Where no index serves a filter, a page may be empty and not the last.
        if page.items.is_empty() && page.next_cursor.is_some() {
            return;
        }
        // The list is in the order of the ids, newest first.
        let last = page.items.last().filter(|_| page.next_cursor.is_some()).map(|run| run.id.clone());
        let is_covered = move |run: &ExecutionSummary| last.as_ref().is_none_or(|last| run.id >= *last);
        let is_same = self.pages.try_with_untracked(|pages| pages.items().starts_with(&page.items));
        if is_same == Some(false) || page.items.is_empty() {
            self.pages.try_update(|pages| pages.refresh(generation, page.items, is_covered));
        }
    }
}

/// The names and values of an address. The router's own map decodes them twice, so that a `%` would be lost.
fn params(search: &str) -> Vec<(String, String)> {
    let Ok(params) = UrlSearchParams::new_with_str(search) else { return Vec::new() };
    let value = |name: &&str| Some(((*name).to_owned(), params.get(name)?));
    RunsFilter::PARAMS.iter().filter_map(value).collect()
}

fn address(filter: &RunsFilter) -> String {
    let params: Vec<String> = filter
        .to_params()
        .into_iter()
        .map(|(name, value)| format!("{name}={}", js_sys::encode_uri_component(&value)))
        .collect();
    if params.is_empty() { "/runs".into() } else { format!("/runs?{}", params.join("&")) }
}
