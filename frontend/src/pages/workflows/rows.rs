//! The rows, page after page, or what stands in their place.

use leptos::html;
use leptos::prelude::*;
use leptos_use_intersection_observer::{UseIntersectionObserverOptions, use_intersection_observer_with_options};
use sluice_types::{ExecutionSummary, WorkflowId, WorkflowSummary};
use sluice_web_state::format::{known_cost_in_list, plural};
use sluice_web_state::list::{ListState, Pages};
use sluice_web_state::run_status::RunStanding;

use super::empty::{NoMatch, NoWorkflows};
use super::listing::Listing;
use super::row_menu::{RowMenu, name_id};
use crate::components::{Button, FailureNote, LinkButton, RunBadge, Tag, Tooltip, When};

/// The rows, or the state shown in their place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ListView {
    Skeleton,
    Failure,
    NoMatch,
    NoWorkflows,
    Rows,
}

/// The list, page after page.
#[component]
pub fn Rows(listing: Listing) -> impl IntoView {
    let rows = Memo::new(move |_| listing.shown());
    let shown = Memo::new(move |_| {
        let none = rows.with(Vec::is_empty);
        let filtered = listing.state.with(ListState::is_filtered);
        listing.pages.with(|pages| {
            if !none {
                ListView::Rows
            } else if pages.has_failed() {
                ListView::Failure
            } else if pages.is_loading() || pages.has_more() || is_unread(pages) {
                ListView::Skeleton
            } else if filtered {
                ListView::NoMatch
            } else {
                ListView::NoWorkflows
            }
        })
    });
    let outdated = Memo::new(move |_| listing.error.with(Option::is_some) && listing.pages.with(Pages::is_outdated));
    view! {
        <p class="visually-hidden" role="status">
            {move || said(listing, rows)}
        </p>
        {move || match shown.get() {
            ListView::Skeleton => {
                view! {
                    <RowsSkeleton />
                    <LoadMore listing />
                }
                    .into_any()
            }
            ListView::Failure => view! { <ListFailure listing /> }.into_any(),
            ListView::NoMatch => view! { <NoMatch listing /> }.into_any(),
            ListView::NoWorkflows => view! { <NoWorkflows /> }.into_any(),
            ListView::Rows => {
                view! {
                    // An error stands where it is seen. Rows of another search are not taken for what was found.
                    <Show when=move || outdated.get()>
                        <ListFailure listing />
                    </Show>
                    <ul
                        class="card workflow-list"
                        class:outdated=outdated
                        aria-label="Workflows"
                        aria-busy=move || outdated.get().then_some("true")
                    >
                        <For each=move || rows.get() key=|row| row.id.clone() let:first>
                            {
                                let id = first.id.clone();
                                let found = move || rows.with(|rows| rows.iter().find(|row| row.id == id).cloned());
                                let workflow = Memo::new(move |_| found().unwrap_or_else(|| first.clone()));
                                view! { <Row workflow listing /> }
                            }
                        </For>
                    </ul>
                    <Show when=move || !outdated.get()>
                        <ListFailure listing />
                    </Show>
                    <LoadMore listing />
                }
                    .into_any()
            }
        }}
    }
}

/// Whether nothing was asked for yet: a list that was read is empty, or holds what is hidden.
fn is_unread(pages: &Pages<WorkflowSummary>) -> bool {
    pages.items().is_empty() && !pages.is_empty()
}

/// The announcement for screen readers after a search.
fn said(listing: Listing, rows: Memo<Vec<WorkflowSummary>>) -> Option<String> {
    let done = listing.pages.with(|pages| !pages.is_loading() && !pages.has_failed());
    let filtered = listing.state.with(ListState::is_filtered);
    let count = u64::try_from(rows.with(Vec::len)).unwrap_or(0);
    let more = if listing.pages.with(Pages::has_more) { "More than " } else { "" };
    (done && filtered).then(|| format!("{more}{} found", plural(count, "workflow", "workflows")))
}

#[component]
fn ListFailure(listing: Listing) -> impl IntoView {
    move || {
        listing.error.get().map(|error| {
            view! { <FailureNote error on_retry=move |()| listing.retry() /> }
        })
    }
}

/// Tags that a row shows; of more it says how many.
const MOST_TAGS: usize = 3;
/// Steps that the tooltip names; of more it says how many.
const MOST_STEPS: usize = 12;

/// One workflow: name, last run, actions.
#[component]
pub fn Row(workflow: Memo<WorkflowSummary>, listing: Listing) -> impl IntoView {
    let id = workflow.with_untracked(|workflow| workflow.id.clone());
    let address = format!("/workflows/{id}");
    let name = Memo::new(move |_| workflow.with(|workflow| workflow.name.clone()));
    let tags = Memo::new(move |_| workflow.with(|workflow| workflow.tags.clone()));
    let active = Memo::new(move |_| workflow.with(|workflow| workflow.is_active));
    let description = move || {
        let text = workflow.with(|workflow| workflow.description.clone());
        (!text.trim().is_empty()).then(|| {
            view! {
                <p class="description" dir="auto">
                    {text}
                </p>
            }
        })
    };
    let start = format!("{address}/run");
    view! {
        <li class="workflow-row">
            <div class="what">
                <div class="named">
                    <a id=name_id(&id) class="name" href=address dir="auto">
                        {move || name.get()}
                    </a>
                    {move || (!active.get()).then(|| view! { <span class="badge">"Inactive"</span> })}
                    {move || view! { <Tags tags=tags.get() listing /> }}
                </div>
                {description}
            </div>
            <StepCount workflow />
            <LastRun workflow=id listing />
            <div class="actions">
                <Show when=move || active.get()>
                    <LinkButton small=true icon=icondata_lu::LuPlay href=start.clone()>
                        "Run"
                        <span class="visually-hidden">" " {move || name.get()}</span>
                    </LinkButton>
                </Show>
                <RowMenu workflow listing />
            </div>
        </li>
    }
}

#[component]
fn Tags(tags: Vec<String>, listing: Listing) -> impl IntoView {
    let rest = tags.get(MOST_TAGS..).unwrap_or_default();
    let rest = (!rest.is_empty()).then(|| {
        let count = format!("+{}", rest.len());
        view! {
            <Tooltip more=rest.join("\n")>
                {count} <span class="visually-hidden">" more tags"</span>
            </Tooltip>
        }
    });
    let shown = tags.into_iter().take(MOST_TAGS).map(|tag| {
        let label = format!("Show only workflows with the tag {tag}");
        let chosen = tag.clone();
        let press = move |()| {
            let tag = chosen.clone();
            listing.change(|state| state.tag = Some(tag));
        };
        view! { <Tag text=tag label=label on_press=press /> }
    });
    view! {
        <span class="tags">
            {shown.collect_view()} {rest}
        </span>
    }
}

#[component]
fn StepCount(workflow: Memo<WorkflowSummary>) -> impl IntoView {
    let steps = Memo::new(move |_| workflow.with(|workflow| (workflow.step_count, workflow.step_labels.clone())));
    move || {
        let (count, labels) = steps.get();
        let count = plural(u64::try_from(count).unwrap_or(0), "step", "steps");
        if labels.is_empty() {
            return view! { <span class="steps muted">{count}</span> }.into_any();
        }
        let named = labels.iter().take(MOST_STEPS).enumerate().map(|(at, label)| format!("{}. {label}", at + 1));
        let hidden = labels.len().saturating_sub(MOST_STEPS);
        let lines: Vec<String> = named.chain((hidden > 0).then(|| format!("and {hidden} more"))).collect();
        view! {
            <span class="steps">
                <Tooltip more=lines.join("\n")>{count}</Tooltip>
            </span>
        }
        .into_any()
    }
}

/// Its status, when it began and what it cost, as a link to it.
#[component]
pub fn LastRun(workflow: WorkflowId, listing: Listing) -> impl IntoView {
    let run = Memo::new(move |_| listing.runs.with(|runs| runs.get(&workflow).cloned()));
    let link = move |first: ExecutionSummary| {
        // Follows changes of the same run; a new run has another id and another link.
        let of = move |run: Option<ExecutionSummary>| run.unwrap_or_else(|| first.clone());
        let current = Signal::derive(move || of(run.get()));
        view! {
            <a class="last-run" href=move || format!("/runs/{}", current.get().id)>
                <span class="visually-hidden">"Last run: "</span>
                <RunBadge standing=Signal::derive(move || RunStanding::of_summary(&current.get())) />
                <span class="muted small numbers">
                    <When at=Signal::derive(move || current.get().created_at) />
                    " · "
                    {move || known_cost_in_list(current.get().cost_usd, current.get().unpriced_calls)}
                </span>
            </a>
        }
    };
    let any = Memo::new(move |_| run.with(Option::is_some));
    move || match run.get_untracked().filter(|_| any.get()) {
        Some(first) => link(first).into_any(),
        None => view! { <span class="last-run muted small">"Never run"</span> }.into_any(),
    }
}

const ROWS: usize = 8;

/// Rows of the size of those that come.
#[component]
pub fn RowsSkeleton() -> impl IntoView {
    let row = |_| {
        view! {
            <div class="workflow-row bones">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton"></span>
            </div>
        }
    };
    view! {
        <div class="card workflow-list" role="status">
            <span class="visually-hidden">"Loading workflows"</span>
            {(0..ROWS).map(row).collect_view()}
        </div>
    }
}

/// How far below the window the end may be for more to be loaded.
const NEAR: &str = "0px 0px 800px 0px";

/// A button for the next page, that presses itself when it comes near.
#[component]
pub fn LoadMore(listing: Listing) -> impl IntoView {
    let end: NodeRef<html::Div> = NodeRef::new();
    let near = RwSignal::new(false);
    let options = UseIntersectionObserverOptions::default().root_margin(NEAR);
    let _stops = use_intersection_observer_with_options(
        end,
        move |entries, _| {
            near.try_set(entries.iter().any(web_sys::IntersectionObserverEntry::is_intersecting));
        },
        options,
    );
    // Also when a page was so short that the end is still near; not after a failure, which would try for ever.
    Effect::new(move || {
        let ready = listing.pages.with(|pages| pages.has_more() && !pages.is_loading() && !pages.has_failed());
        if near.get() && ready {
            listing.load_more();
        }
    });
    let busy = Signal::derive(move || listing.pages.with(|pages| pages.is_loading() && !pages.items().is_empty()));
    let more = Signal::derive(move || listing.pages.with(|pages| pages.has_more() && !pages.has_failed()));
    view! {
        <div node_ref=end class="list-end">
            <Show when=move || more.get()>
                <Button busy=busy on_press=move |_| listing.load_more()>
                    "Load more"
                </Button>
            </Show>
        </div>
    }
}
