//! Choosing the run to compare this one with.

use leptos::prelude::*;
use sluice_types::ExecutionSummary;
use sluice_web_state::compare::address;
use sluice_web_state::format::{duration, known_cost, run_number};
use sluice_web_state::run_status::RunStanding;

use super::store::RunStore;
use crate::api::{self, ApiResult};
use crate::components::{Button, Dialog, FailureNote, RunBadge, Skeleton, When};

/// The other runs of the workflow, each a link to the comparison.
#[component]
pub fn CompareDialog(store: RunStore, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open on_close=move |()| open.set(false) title="Compare with…">
            <OtherRuns store />
            <footer>
                <Button on_press=move |_| open.set(false)>"Cancel"</Button>
            </footer>
        </Dialog>
    }
}

#[component]
fn OtherRuns(store: RunStore) -> impl IntoView {
    let runs = RwSignal::new(None::<Vec<ExecutionSummary>>);
    let next = RwSignal::new(None::<String>);
    let read = Action::new_unsync(move |cursor: &Option<String>| {
        let (workflow, cursor) = (store.peek(|run| run.execution().workflow_id.clone()), cursor.clone());
        async move {
            let page = api::workflows::executions(&workflow, cursor).await?;
            let id = store.try_id();
            let others = page.items.into_iter().filter(|run| Some(&run.id) != id.as_ref());
            runs.try_update(|runs| runs.get_or_insert_default().extend(others));
            next.try_set(page.next_cursor);
            ApiResult::Ok(())
        }
    });
    read.dispatch_local(None);
    let error = move || read.value().get().and_then(Result::err);
    let more = move |_| _ = read.dispatch_local(next.get_untracked());
    view! {
        <div class="body stack">
            {move || match runs.get() {
                None => view! { <Skeleton lines=4 /> }.into_any(),
                Some(runs) if runs.is_empty() => {
                    view! { <p class="muted">"The workflow has no other run."</p> }.into_any()
                }
                Some(runs) => {
                    let id = store.id();
                    let item = |run: &ExecutionSummary| view! { <Other href=address(&id, &run.id) run=run.clone() /> };
                    view! { <ul class="compare-choices">{runs.iter().map(item).collect_view()}</ul> }.into_any()
                }
            }}
            {move || error().map(|error| view! { <FailureNote error on_retry=move |()| _ = read.dispatch_local(next.get_untracked()) /> })}
            <Show when=move || next.read().is_some()>
                <div>
                    <Button small=true busy=read.pending() on_press=more>
                        "Show more"
                    </Button>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Other(href: String, run: ExecutionSummary) -> impl IntoView {
    let standing = RunStanding::of_summary(&run);
    let took = run.duration_ms.map(duration).unwrap_or_default();
    view! {
        <li>
            <a href=href>
                {run.number.map(|number| view! { <span class="numbers">{run_number(number)}</span> })}
                <RunBadge standing=Signal::stored(standing) />
                <When at=Signal::stored(run.created_at) />
                <span class="muted numbers small">{format!("Version {}", run.workflow_version)}</span>
                <span class="muted numbers small">{took}</span>
                <span class="muted numbers small">{known_cost(run.cost_usd, run.unpriced_calls)}</span>
            </a>
        </li>
    }
}
