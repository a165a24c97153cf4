//! The runs of a workflow, newest first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{ExecutionId, ExecutionStatus, ExecutionSummary, WorkflowId};
use sluice_web_state::format::{cost, duration};

use crate::api::{self, ApiError};
use crate::browser::clock::ticking;
use crate::components::{Button, ButtonKind, ExecutionBadge, FailureNote, Skeleton, When};

/// How often the relative times move on.
const TICK: std::time::Duration = std::time::Duration::from_secs(15);

#[derive(Clone, Copy)]
struct Runs {
    items: RwSignal<Vec<ExecutionSummary>>,
    next: RwSignal<Option<String>>,
    busy: RwSignal<bool>,
    loaded: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Runs {
    fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            busy: RwSignal::new(false),
            loaded: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// Reads the newest page, or the one after what is shown.
    fn load(self, workflow: WorkflowId, more: bool) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        let cursor = self.next.get_untracked().filter(|_| more);
        spawn_local(async move {
            let answer = api::workflows::executions(&workflow, cursor).await;
            self.busy.try_set(false);
            match answer {
                Ok(page) => {
                    self.error.try_set(None);
                    let begun = self.loaded.try_set(true).is_none();
                    let first = self.items.try_with_untracked(Vec::is_empty).unwrap_or(true);
                    if more || (begun && first) {
                        self.next.try_set(page.next_cursor);
                    }
                    self.items.try_update(|items| merge(items, page.items));
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
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
    /// The status of that run: the list is read again when it changes.
    #[prop(optional, into)]
    status: Option<Signal<ExecutionStatus>>,
) -> impl IntoView {
    let runs = Runs::new();
    let known = workflow.clone();
    Effect::new(move || {
        if let Some(status) = status {
            status.track();
        }
        runs.load(known.clone(), false);
    });
    let now = ticking(TICK);
    let again = workflow.clone();
    let more = workflow;
    view! {
        <section class="card run-history">
            <h2>"Runs"</h2>
            {move || {
                let again = again.clone();
                let retry = move |()| runs.load(again.clone(), false);
                runs.error.get().map(|error| view! { <FailureNote error on_retry=retry /> })
            }}
            <Show when=move || runs.loaded.get() || runs.error.get().is_some() fallback=|| view! { <Skeleton lines=6 /> }>
                <Show when=move || runs.items.with(Vec::is_empty) && runs.error.get().is_none()>
                    <p class="muted small">"No runs yet. The first one appears here."</p>
                </Show>
            </Show>
            <ul>
                <For
                    each=move || runs.items.get()
                    key=|run| format!("{} {} {}", run.id, run.status, run.cost_usd.to_bits())
                    let:run
                >
                    <RunItem current=current.as_ref() == Some(&run.id) run now />
                </For>
            </ul>
            <Show when=move || runs.next.get().is_some()>
                <Button
                    kind=ButtonKind::Ghost
                    small=true
                    busy=runs.busy
                    on_press={
                        let more = more.clone();
                        move |_| runs.load(more.clone(), true)
                    }
                >
                    "Show older runs"
                </Button>
            </Show>
        </section>
    }
}

#[component]
fn RunItem(run: ExecutionSummary, current: bool, now: Signal<f64>) -> impl IntoView {
    let created = Signal::stored(run.created_at);
    let took = run.duration_ms.map(duration);
    let spent = (run.cost_usd > 0.0).then(|| cost(run.cost_usd));
    let facts: Vec<String> = [took, spent].into_iter().flatten().collect();
    view! {
        <li>
            <a href=format!("/runs/{}", run.id) aria-current=current.then_some("page")>
                <ExecutionBadge status=run.status />
                <span class="small">
                    <When at=created now />
                </span>
                <span class="small muted numbers">{facts.join(" · ")}</span>
            </a>
        </li>
    }
}
