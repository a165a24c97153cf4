//! What the server has for the command menu: workflows by what is typed, the newest runs, and templates.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use_watch_debounce_throttle::watch_debounced;
use sluice_types::{ExecutionSummary, ListQuery, TemplateSummary, WorkflowId, WorkflowSummary};
use sluice_web_state::commands::{Entry, Query};
use sluice_web_state::format::relative_time;

use crate::api::{self, ApiError, ApiResult};
use crate::browser::clock::{now_ms, whole_ms};

/// How long nothing is typed before the server is asked, in milliseconds.
const PAUSE_MS: f64 = 200.0;
/// Workflows that are read at first.
const NEWEST_WORKFLOWS: u32 = 50;
/// Workflows that are read for what is typed.
const FOUND_WORKFLOWS: u32 = 20;
/// Runs that are read.
const NEWEST_RUNS: u32 = 10;

/// What was read.
#[derive(Clone, Copy)]
pub struct Found {
    newest: RwSignal<Vec<WorkflowSummary>>,
    /// Workflows with the text that they were found for.
    searched: RwSignal<(String, Vec<WorkflowSummary>)>,
    runs: RwSignal<Vec<ExecutionSummary>>,
    names: RwSignal<BTreeMap<WorkflowId, String>>,
    templates: RwSignal<Vec<TemplateSummary>>,
    error: RwSignal<Option<ApiError>>,
}

impl Found {
    /// Begins to read, and searches for what is typed.
    pub fn follow(query: Memo<Query>) -> Self {
        let found = Self {
            newest: RwSignal::new(Vec::new()),
            searched: RwSignal::default(),
            runs: RwSignal::new(Vec::new()),
            names: RwSignal::new(BTreeMap::new()),
            templates: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
        };
        spawn_local(found.read_first());
        let _stop = watch_debounced(
            move || query.get(),
            move |query, _, _| {
                if let Some(text) = query.text() {
                    spawn_local(found.search(text.to_owned()));
                }
            },
            PAUSE_MS,
        );
        found
    }

    async fn read_first(self) {
        let query = ListQuery {
            limit: Some(NEWEST_WORKFLOWS),
            sort: Some("-updated_at".to_owned()),
            is_template: Some(false),
            ..ListQuery::default()
        };
        if let Some(page) = self.taken(api::workflows::list(&query).await) {
            self.names.try_update(|names| names.extend(page.items.iter().map(|it| (it.id.clone(), it.name.clone()))));
            self.newest.try_set(page.items);
        }
        if let Some(page) = self.taken(api::executions::newest(NEWEST_RUNS).await) {
            self.read_names(&page.items).await;
            self.runs.try_set(page.items);
        }
        if let Some(page) = self.taken(api::templates::list(None, None).await) {
            self.templates.try_set(page.items);
        }
    }

    /// Reads the names of workflows that are older than those that were read.
    async fn read_names(self, runs: &[ExecutionSummary]) {
        let ids: BTreeSet<&WorkflowId> = runs.iter().map(|run| &run.workflow_id).collect();
        for id in ids {
            let is_known = self.names.try_with_untracked(|names| names.contains_key(id));
            if is_known == Some(false)
                && let Ok(workflow) = api::workflows::get(id).await
            {
                self.names.try_update(|names| names.insert(id.clone(), workflow.name));
            }
        }
    }

    async fn search(self, text: String) {
        let query = ListQuery {
            limit: Some(FOUND_WORKFLOWS),
            search: Some(text.clone()),
            is_template: Some(false),
            ..ListQuery::default()
        };
        if let Some(page) = self.taken(api::workflows::list(&query).await) {
            self.searched.try_set((text, page.items));
        }
    }

    /// The answer; the menu says why there is none. The menu may be closed by then.
    fn taken<T>(self, answer: ApiResult<T>) -> Option<T> {
        let (answer, error) = match answer {
            Ok(answer) => (Some(answer), None),
            Err(error) => (None, Some(error)),
        };
        self.error.try_set(error);
        answer
    }

    /// Why the last call gave nothing. Tracks changes.
    pub fn error(self) -> Option<ApiError> {
        self.error.get()
    }

    /// The entries of all that was read. Tracks changes.
    pub fn entries(self, query: &Query) -> Vec<Entry> {
        let now = whole_ms(now_ms());
        let mut entries = Vec::new();
        self.searched.with(|(text, workflows)| {
            // What was found for an earlier text counts by its name alone.
            let is_found = query.text() == Some(text.as_str());
            entries.extend(workflows.iter().map(|workflow| Entry::workflow(workflow, is_found)));
        });
        self.newest.with(|workflows| entries.extend(workflows.iter().map(|it| Entry::workflow(it, false))));
        self.names.with(|names| {
            self.runs.with(|runs| {
                entries.extend(runs.iter().map(|run| {
                    let name = names.get(&run.workflow_id).map_or("Run", String::as_str);
                    Entry::run(run, name, &relative_time(run.created_at.timestamp_millis(), now))
                }));
            });
        });
        self.templates.with(|templates| entries.extend(templates.iter().map(Entry::template)));
        entries
    }
}
