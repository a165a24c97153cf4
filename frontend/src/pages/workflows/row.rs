//! One row of the list.

use std::collections::HashSet;
use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{ExecutionSummary, WorkflowId, WorkflowSummary};
use sluice_web_state::format::{known_cost_in_list, plural};
use sluice_web_state::list::tokens::Token;
use sluice_web_state::run_status::RunStanding;

use super::listing::Listing;
use super::row_menu::{RowMenu, name_id};
use crate::components::{Icon, LinkButton, RunBadge, Sparkline, Tag, Tooltip, When};

/// Tags that a row shows; of more it says how many.
const MOST_TAGS: usize = 3;
/// Steps that the tooltip names; of more it says how many.
const MOST_STEPS: usize = 12;

/// One workflow: name, last run, actions.
#[component]
pub fn Row(
    workflow: Memo<Arc<WorkflowSummary>>,
    /// Names that several workflows of the list have.
    repeated: Memo<HashSet<String>>,
    listing: Listing,
) -> impl IntoView {
    let id = workflow.with_untracked(|workflow| workflow.id.clone());
    let address = format!("/workflows/{id}");
    let name = Memo::new(move |_| workflow.with(|workflow| workflow.name.clone()));
    let tags = Memo::new(move |_| workflow.with(|workflow| workflow.tags.clone()));
    let category = Memo::new(move |_| workflow.with(|workflow| workflow.category.clone()));
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
    let is_repeated = Memo::new(move |_| repeated.with(|repeated| name.with(|name| repeated.contains(name))));
    let shown_id = StoredValue::new(id.to_string());
    let updated = Signal::derive(move || workflow.with(|workflow| workflow.updated_at));
    view! {
        <li class="workflow-row">
            <div class="what">
                <div class="named">
                    <a id=name_id(&id) class="name" href=address dir="auto">
                        {move || name.get()}
                    </a>
                    <Show when=move || is_repeated.get()>
                        <code class="row-id">{shown_id.get_value()}</code>
                    </Show>
                    {move || (!active.get()).then(|| view! { <span class="badge">"Switched off"</span> })}
                    {move || view! { <Category category=category.get() listing /> }}
                    {move || view! { <Tags tags=tags.get() listing /> }}
                </div>
                {description}
            </div>
            <span class="updated small muted numbers">
                "Saved " <When at=updated />
            </span>
            <StepCount workflow />
            <RecentBars workflow=id.clone() name listing />
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

/// What the workflow belongs to, as a way to its like.
#[component]
fn Category(category: Option<String>, listing: Listing) -> impl IntoView {
    category.filter(|category| !category.trim().is_empty()).map(|category| {
        let label = format!("Show only workflows of the category {category}");
        let chosen = category.clone();
        let press = move |_| {
            let category = chosen.clone();
            listing.change(|state| _ = state.add(Token::Category(category)));
        };
        view! {
            <button type="button" class="category" title=label.clone() aria-label=label on:click=press>
                <Icon icon=icondata_lu::LuFolder />
                <span class="tag-text" dir="auto">
                    {category}
                </span>
            </button>
        }
    })
}

#[component]
fn Tags(tags: Vec<String>, listing: Listing) -> impl IntoView {
    let hidden = tags.len().saturating_sub(MOST_TAGS);
    let is_open = RwSignal::new(false);
    let more = move || {
        let press = move |_| is_open.update(|is_open| *is_open = !*is_open);
        let text = move || if is_open.get() { "Fewer".to_owned() } else { format!("+{hidden}") };
        view! {
            <button
                type="button"
                class="more-tags"
                aria-expanded=move || if is_open.get() { "true" } else { "false" }
                on:click=press
            >
                {text}
                <span class="visually-hidden">" tags"</span>
            </button>
        }
    };
    let shown = move || {
        let most = if is_open.get() { usize::MAX } else { MOST_TAGS };
        tags.iter().take(most).cloned().map(|tag| view! { <RowTag tag listing /> }).collect_view()
    };
    view! {
        <span class="tags" class:open=move || is_open.get()>
            {shown}
            {(hidden > 0).then(more)}
        </span>
    }
}

#[component]
fn RowTag(tag: String, listing: Listing) -> impl IntoView {
    let label = format!("Show only workflows with the tag {tag}");
    let chosen = tag.clone();
    let press = move |()| {
        let tag = chosen.clone();
        listing.change(|state| _ = state.add(Token::Tag(tag)));
    };
    view! { <Tag text=tag label=label on_press=press /> }
}

/// Its newest runs, as bars.
#[component]
fn RecentBars(workflow: WorkflowId, name: Memo<String>, listing: Listing) -> impl IntoView {
    let runs = Memo::new(move |_| listing.recent.with(|recent| recent.get(&workflow).cloned().unwrap_or_default()));
    let any = Memo::new(move |_| runs.with(|runs| !runs.is_empty()));
    let label = Signal::derive(move || format!("The last runs of {}, the newest at the end", name.get()));
    view! {
        <div class="recent-bars">
            <Show when=move || any.get()>
                <Sparkline runs=runs label />
            </Show>
        </div>
    }
}

#[component]
fn StepCount(workflow: Memo<Arc<WorkflowSummary>>) -> impl IntoView {
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
