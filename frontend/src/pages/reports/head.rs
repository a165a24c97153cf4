//! The head of the pages about a workflow, and the workflow that they are about.

use leptos::prelude::*;
use leptos_router::hooks::use_params;
use sluice_types::{ErrorCode, Workflow, WorkflowId};

use crate::api::{self, ApiResult};
use crate::browser::focus::use_title;
use crate::components::{FailureNote, Icon, Skeleton};
use crate::pages::not_found::{Missing, NotFound};
use crate::pages::params::WorkflowParams;

/// Loads the workflow that the address names, and draws a page about it.
pub fn about_workflow(title: &'static str, draw: fn(Workflow, Callback<()>) -> AnyView) -> impl IntoView {
    let params = use_params::<WorkflowParams>();
    move || match params.get() {
        Ok(WorkflowParams { id }) => loaded(title, id, draw).into_any(),
        Err(_) => view! { <NotFound /> }.into_any(),
    }
}

fn loaded(title: &'static str, id: WorkflowId, draw: fn(Workflow, Callback<()>) -> AnyView) -> impl IntoView {
    let workflow = LocalResource::new(move || {
        let id = id.clone();
        async move { api::workflows::get(&id).await }
    });
    // It outlives what is drawn of one answer: an undo reads the workflow anew.
    let reload = Callback::new(move |()| workflow.refetch());
    let page = move |answer: ApiResult<Workflow>| match answer {
        Ok(workflow_now) => draw(workflow_now, reload),
        Err(error) if error.code() == Some(ErrorCode::WorkflowNotFound) => {
            view! { <Missing heading="No such workflow" what="workflow" /> }.into_any()
        }
        Err(error) => {
            use_title(move || title.to_owned());
            view! {
                <h1 class="visually-hidden">{title}</h1>
                <FailureNote error on_retry=reload />
            }
            .into_any()
        }
    };
    move || workflow.get().map_or_else(|| view! { <PageSkeleton title /> }.into_any(), page)
}

#[component]
fn PageSkeleton(title: &'static str) -> impl IntoView {
    use_title(move || title.to_owned());
    view! {
        <h1 class="visually-hidden">{title}</h1>
        <Skeleton lines=8 />
    }
}

/// Breadcrumbs, heading and links to the other pages of the workflow.
#[component]
pub fn ReportHead(
    /// The address of the workflow.
    edit: String,
    /// Its name.
    name: String,
    title: &'static str,
) -> impl IntoView {
    let shown = name.clone();
    use_title(move || [title, " · ", &name].concat());
    let (other, other_href, icon) = if title == "Statistics" {
        ("History", format!("{edit}/versions"), icondata_lu::LuHistory)
    } else {
        ("Statistics", format!("{edit}/stats"), icondata_lu::LuChartColumn)
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/">"Workflows"</a>
            <span aria-hidden="true">"/"</span>
            <a href=edit.clone() class="break" dir="auto">
                {shown}
            </a>
            <span aria-hidden="true">"/"</span>
            <span aria-current="page">{title}</span>
        </nav>
        <header class="page-head broad">
            <h1>{title}</h1>
            <div class="row wrap">
                <a class="button" href=other_href>
                    <Icon icon />
                    {other}
                </a>
                <a class="button" href=edit>
                    <Icon icon=icondata_lu::LuPencil />
                    "Edit workflow"
                </a>
            </div>
        </header>
    }
}
