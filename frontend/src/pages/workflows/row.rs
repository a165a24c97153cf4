//! One workflow of the list.

use leptos::prelude::*;
use sluice_types::WorkflowSummary;

use super::last_run::LastRun;
use super::listing::Listing;
use super::row_menu::RowMenu;
use crate::components::{LinkButton, Tag, Tooltip};
use crate::state::format::plural;

/// Tags that a row shows; of more it says how many.
const MOST_TAGS: usize = 3;
/// Steps that the tooltip names; of more it says how many.
const MOST_STEPS: usize = 12;

/// What it is, how it last ran, and what can be done with it.
#[component]
pub fn Row(workflow: WorkflowSummary, listing: Listing) -> impl IntoView {
    let address = format!("/workflows/{}", workflow.id);
    let run = workflow.is_active.then(|| {
        let name = workflow.name.clone();
        view! {
            <LinkButton small=true icon=icondata_lu::LuPlay href=format!("{address}/run")>
                "Run"
                <span class="visually-hidden">" " {name}</span>
            </LinkButton>
        }
    });
    let inactive = (!workflow.is_active).then(|| view! { <span class="badge">"Inactive"</span> });
    let description = Some(workflow.description.clone()).filter(|text| !text.trim().is_empty());
    view! {
        <li class="workflow-row">
            <div class="what">
                <div class="named">
                    <a id=name_id(&workflow) class="name" href=address dir="auto">
                        {workflow.name.clone()}
                    </a>
                    {inactive}
                    <Tags tags=workflow.tags.clone() listing />
                </div>
                {description
                    .map(|text| {
                        view! {
                            <p class="description" dir="auto">
                                {text}
                            </p>
                        }
                    })}
            </div>
            <Steps workflow=workflow.clone() />
            <LastRun workflow=workflow.id.clone() listing />
            <div class="actions">{run} <RowMenu workflow listing /></div>
        </li>
    }
}

/// The id of a row's link, to move the focus there.
pub fn name_id(workflow: &WorkflowSummary) -> String {
    format!("workflow-{}", workflow.id)
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
fn Steps(workflow: WorkflowSummary) -> impl IntoView {
    let count = plural(u64::try_from(workflow.step_count).unwrap_or(0), "step", "steps");
    if workflow.step_labels.is_empty() {
        return view! { <span class="steps muted">{count}</span> }.into_any();
    }
    let mut lines: Vec<String> = workflow
        .step_labels
        .iter()
        .take(MOST_STEPS)
        .enumerate()
        .map(|(at, label)| format!("{}. {label}", at + 1))
        .collect();
    let hidden = workflow.step_labels.len().saturating_sub(MOST_STEPS);
    if hidden > 0 {
        lines.push(format!("and {hidden} more"));
    }
    view! {
        <span class="steps">
            <Tooltip more=lines.join("\n")>{count}</Tooltip>
        </span>
    }
    .into_any()
}
