//! The runs of a workflow, newest first.

use leptos::prelude::*;
use sluice_types::{ExecutionId, ExecutionSummary, WorkflowId};
use sluice_web_state::format::{duration, known_cost_in_list, run_number};
use sluice_web_state::run_status::RunStanding;

use super::button::{Button, ButtonKind};
use super::note::{FailureNote, Skeleton};
use super::status::RunBadge;
use super::text::When;
use crate::api::{self, ApiError, ApiResult};

/// The runs that were read so far.
#[derive(Clone, Copy)]
struct Runs {
    items: RwSignal<Vec<ExecutionSummary>>,
    next: RwSignal<Option<String>>,
    loaded: RwSignal<bool>,
    /// Whether something changed while the newest page was being read.
    is_due: StoredValue<bool>,
    newest: Action<(), ApiResult<()>>,
    older: Action<Option<String>, ApiResult<()>>,
}

impl Runs {
    fn new(workflow: WorkflowId) -> Self {
        let (items, next) = (RwSignal::new(Vec::new()), RwSignal::new(None));
        let loaded = RwSignal::new(false);
        let is_due = StoredValue::new(false);
        let id = workflow.clone();
        let newest = Action::new_unsync(move |&()| {
            let id = id.clone();
            async move {
                // Changes during a request are read by one more request.
                loop {
                    is_due.set_value(false);
                    let page = api::workflows::executions(&id, None).await?;
                    if items.try_with_untracked(Vec::is_empty) == Some(true) {
                        next.set(page.next_cursor);
                    }
                    items.update(|items| merge(items, page.items));
                    loaded.set(true);
                    if is_due.try_get_value() != Some(true) {
                        return ApiResult::Ok(());
                    }
                }
            }
        });
        let older = Action::new_unsync(move |cursor: &Option<String>| {
            let (workflow, cursor) = (workflow.clone(), cursor.clone());
            async move {
                let page = api::workflows::executions(&workflow, cursor).await?;
                next.set(page.next_cursor);
                items.update(|items| merge(items, page.items));
                ApiResult::Ok(())
            }
        });
        Self { items, next, loaded, is_due, newest, older }
    }

    /// Reads the newest page: now, or once more after what is under way.
    fn read(self) {
        self.is_due.set_value(true);
        if !self.newest.pending().get_untracked() {
            self.newest.dispatch_local(());
        }
    }

    /// Asks again for what did not come.
    fn retry(self) {
        let older_failed = self.older.value().with_untracked(|answer| matches!(answer, Some(Err(_))));
        let newest_failed = self.newest.value().with_untracked(|answer| matches!(answer, Some(Err(_))));
        if older_failed && !newest_failed {
            self.older.dispatch_local(self.next.get_untracked());
        } else {
            self.read();
        }
    }

    fn error(self) -> Option<ApiError> {
        let failed = |answer: Option<ApiResult<()>>| answer.and_then(Result::err);
        failed(self.newest.value().get()).or_else(|| failed(self.older.value().get()))
    }
}

/// Puts what was read in the place of what was known of the same runs, newest first: ids sort by the
/// time they were made.
fn merge(known: &mut Vec<ExecutionSummary>, read: Vec<ExecutionSummary>) {
    known.retain(|run| read.iter().all(|newer| newer.id != run.id));
    known.extend(read);
    known.sort_by(|run, other| other.id.cmp(&run.id));
}

/// The runs of a workflow, with links. The one that the page shows is marked.
#[component]
pub fn RunHistory(
    workflow: WorkflowId,
    /// The run of the page.
    #[prop(default = None)]
    current: Option<ExecutionId>,
    /// How that run stands: the list is read again when it changes.
    #[prop(optional, into)]
    standing: Option<Signal<RunStanding>>,
) -> impl IntoView {
    let runs = Runs::new(workflow);
    Effect::new(move || {
        if let Some(standing) = standing {
            standing.track();
        }
        runs.read();
    });
    view! {
        <section class="card run-history">
            <h2>"Runs"</h2>
            {move || runs.error().map(|error| view! { <FailureNote error on_retry=move |()| runs.retry() /> })}
            <Show when=move || runs.loaded.get() || runs.error().is_some() fallback=|| view! { <Skeleton lines=6 /> }>
                <Show when=move || runs.items.with(Vec::is_empty) && runs.error().is_none()>
                    <p class="muted small">"No runs yet. The first one appears here."</p>
                </Show>
            </Show>
            <ul>
                <For each=move || runs.items.get() key=|run| run.id.clone() let:first>
                    {
                        let current = current.as_ref() == Some(&first.id);
                        let id = first.id.clone();
                        let found = move || runs.items.with(|all| all.iter().find(|run| run.id == id).cloned());
                        let run = Memo::new(move |_| found().unwrap_or_else(|| first.clone()));
                        view! { <RunItem current run /> }
                    }
                </For>
            </ul>
            <Show when=move || runs.next.get().is_some()>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    busy=runs.older.pending()
                    on_press=move |_| _ = runs.older.dispatch_local(runs.next.get_untracked())
                >
                    "Show older runs"
                </Button>
            </Show>
        </section>
    }
}

#[component]
fn RunItem(run: Memo<ExecutionSummary>, current: bool) -> impl IntoView {
    let id = run.with_untracked(|run| run.id.clone());
    let facts = move || {
        run.with(|run| {
            let took = run.duration_ms.map(duration);
            let has_cost = run.cost_usd > 0.0 || run.unpriced_calls > 0;
            let spent = has_cost.then(|| known_cost_in_list(run.cost_usd, run.unpriced_calls));
            [run.number.map(run_number), took, spent].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        })
    };
    view! {
        <li>
            <a href=format!("/runs/{id}") aria-current=current.then_some("page")>
                <RunBadge standing=Signal::derive(move || run.with(RunStanding::of_summary)) />
                <span class="small">
                    <When at=Signal::derive(move || run.with(|run| run.created_at)) />
                </span>
                <span class="small muted numbers">{facts}</span>
            </a>
        </li>
    }
}
