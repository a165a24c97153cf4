//! The page as a whole.

use leptos::prelude::*;
use sluice_types::{ErrorCode, TemplateInput, Workflow, WorkflowId};

use super::estimate::EstimatePanel;
use super::findings::Findings;
use super::form::{StartForm, StartState};
use super::steps::Steps;
use crate::api::{self, ApiResult};
use crate::browser::fetched::Fetched;
use crate::browser::focus::use_title;
use crate::components::Icon;
use crate::pages::coming::{RunComing, RunNotCome};
use crate::pages::gone::{Gone, NotFound};
use crate::pages::run::history::RunHistory;

/// The page that starts runs of the workflow that the address names.
#[component]
pub fn StartPage(id: String) -> impl IntoView {
    match WorkflowId::new(id) {
        Ok(id) => view! { <LoadedStart id /> }.into_any(),
        Err(_) => view! { <NotFound /> }.into_any(),
    }
}

/// A workflow and what its template says of its input.
type Loaded = (Workflow, Vec<TemplateInput>);

async fn load(id: WorkflowId) -> ApiResult<Loaded> {
    let workflow = api::workflows::get(&id).await?;
    let described = match &workflow.source_template_id {
        // A template that is gone describes nothing; the prompts still name the fields.
        Some(template) => api::templates::get(template).await.map(|template| template.input).unwrap_or_default(),
        None => Vec::new(),
    };
    Ok((workflow, described))
}

#[component]
fn LoadedStart(id: WorkflowId) -> impl IntoView {
    let loaded = Fetched::new(move || load(id.clone()));
    move || match loaded.get() {
        None => view! { <RunComing lines=10 /> }.into_any(),
        Some(Err(error)) if error.code() == Some(ErrorCode::WorkflowNotFound) => {
            view! { <Gone heading="No such workflow" what="workflow" /> }.into_any()
        }
        Some(Err(error)) => view! { <RunNotCome error on_retry=move |()| loaded.refetch() /> }.into_any(),
        Some(Ok((workflow, described))) => view! { <Start workflow described /> }.into_any(),
    }
}

#[component]
fn Start(workflow: Workflow, described: Vec<TemplateInput>) -> impl IntoView {
    let name = workflow.name.clone();
    let title = name.clone();
    use_title(move || ["Run ", &title].concat());
    let href = format!("/workflows/{}", workflow.id);
    let id = workflow.id.clone();
    let description = workflow.description.clone();
    let state = StartState::new(&workflow, &described);
    view! {
        <nav class="crumbs" aria-label="Breadcrumbs">
            <a href="/">"Workflows"</a>
            <span aria-hidden="true">"/"</span>
            <a href=href.clone()>{name.clone()}</a>
            <span aria-hidden="true">"/"</span>
            <span aria-current="page">"Run"</span>
        </nav>
        <header class="page-head run-head">
            <h1 class="break">{format!("Run {name}")}</h1>
            <a class="button" href=href>
                <Icon icon=icondata_lu::LuPencil />
                "Edit workflow"
            </a>
        </header>
        {(!description.is_empty()).then(|| view! { <p class="run-about muted break">{description}</p> })}
        <div class="run-columns">
            <div class="stack loose">
                <Findings state />
                <StartForm state />
                <Steps state />
            </div>
            <aside class="stack" aria-label="Estimate and runs">
                <EstimatePanel state />
                <RunHistory workflow=id />
            </aside>
        </div>
    }
}
