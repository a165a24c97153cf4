//! The newest runs of a workflow as small bars.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{RecentExecution, WorkflowId};
use sluice_web_state::sparkline::{Bar, bars};

use super::icon::Icon;
use crate::api;
use crate::browser::clock::{now_ms, whole_ms};

/// A bar for each run, as a link to it. It is a list for screen readers. Keys do not stop at each of them: a page has a
/// link to all runs of a workflow, too.
#[component]
pub fn Sparkline(
    /// The runs, the newest first.
    #[prop(into)]
    runs: Signal<Vec<RecentExecution>>,
    /// Whose runs they are.
    #[prop(into)]
    label: Signal<String>,
) -> impl IntoView {
    let bar = |bar: Bar| {
        let Bar { id, percent, look, says } = bar;
        view! {
            <li>
                <a class=look href=format!("/runs/{id}") title=says.clone() aria-label=says tabindex="-1">
                    <span style:height=format!("{percent}%")></span>
                </a>
            </li>
        }
    };
    view! {
        <ol class="sparkline" aria-label=move || label.get()>
            {move || runs.with(|runs| bars(runs, whole_ms(now_ms()))).into_iter().map(bar).collect_view()}
        </ol>
    }
}

/// The newest runs of a stored workflow, with the ways to all of them and to its statistics.
#[component]
pub fn RecentRuns(workflow: WorkflowId) -> impl IntoView {
    let runs = RwSignal::new(None::<Vec<RecentExecution>>);
    let (statistics, all) = (format!("/workflows/{workflow}/stats"), format!("/runs?workflow={workflow}"));
    spawn_local(async move {
        // Without an answer the card stays away: it is no part of what is being edited.
        if let Ok(page) = api::workflows::executions(&workflow, None).await {
            runs.try_set(Some(page.items.iter().map(RecentExecution::from).collect()));
        }
    });
    let any = Memo::new(move |_| runs.with(|runs| runs.as_ref().is_some_and(|runs| !runs.is_empty())));
    view! {
        <Show when=move || any.get()>
            <section class="card recent-runs" aria-labelledby="recent-runs">
                <h2 id="recent-runs">"Recent runs"</h2>
                <Sparkline
                    runs=Signal::derive(move || runs.get().unwrap_or_default())
                    label=Signal::stored("The last runs, the newest at the end".to_owned())
                />
                <div class="row">
                    <a class="button ghost small" href=all.clone()>
                        <Icon icon=icondata_lu::LuHistory />
                        "All runs"
                    </a>
                    <a class="button ghost small" href=statistics.clone()>
                        <Icon icon=icondata_lu::LuChartColumn />
                        "Statistics"
                    </a>
                </div>
            </section>
        </Show>
    }
}
