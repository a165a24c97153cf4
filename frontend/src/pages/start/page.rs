//! The page that starts runs: what will run, and what stands in its way.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_params;
use sluice_types::{ErrorCode, LintFinding, Severity, Step, StepId, StepType, TemplateInput, Workflow, WorkflowId};
use sluice_web_state::editor::Draft;
use sluice_web_state::message::sentence;
use sluice_web_state::tree::{Tree, TreePlace};

use super::estimate::EstimatePanel;
use super::form::StartForm;
use super::model::StartState;
use crate::api::{self, ApiResult};
use crate::browser::focus::use_title;
use crate::components::{Icon, LinkButton, Message, Note, NoteKind, RunHistory, step_kind};
use crate::pages::loading::{RunLoading, RunUnavailable};
use crate::pages::not_found::{Missing, NotFound};
use crate::pages::params::WorkflowParams;

/// The page that starts runs of the workflow that the address names.
#[component]
pub fn StartPage() -> impl IntoView {
    let params = use_params::<WorkflowParams>();
    move || match params.get() {
        Ok(WorkflowParams { id }) => view! { <LoadedStart id /> }.into_any(),
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
    let loaded = LocalResource::new(move || load(id.clone()));
    move || match loaded.get() {
        None => view! { <RunLoading lines=10 /> }.into_any(),
        Some(Err(error)) if error.code() == Some(ErrorCode::WorkflowNotFound) => {
            view! { <Missing heading="No such workflow" what="workflow" /> }.into_any()
        }
        Some(Err(error)) => view! { <RunUnavailable error on_retry=move |()| loaded.refetch() /> }.into_any(),
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
    let places = Tree::of(&Draft::from_workflow(&workflow)).places();
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
                <PlannedSteps state places />
            </div>
            <aside class="stack" aria-label="Estimate and runs">
                <EstimatePanel state />
                <RunHistory workflow=id />
            </aside>
        </div>
    }
}

/// The warning that a run would stop for: the lint calls it so.
const NO_KEY: &str = "provider_not_available";

/// The errors that the lint found, with the way to mend them, and providers without a key.
#[component]
pub fn Findings(state: StartState) -> impl IntoView {
    let found = move |wanted: fn(&LintFinding) -> bool| {
        Memo::new(move |_| {
            let report = state.report.get();
            let mut said: Vec<String> =
                report.findings.iter().filter(|it| wanted(it)).map(|it| in_words(state, it)).collect();
            said.dedup();
            said
        })
    };
    let errors = found(|finding| finding.severity == Severity::Error);
    let keys = found(|finding| finding.code == NO_KEY);
    let href = state.id.with_value(|id| format!("/workflows/{id}"));
    view! {
        <Show when=move || !errors.read().is_empty()>
            <div class="note bad" role="alert">
                <Icon icon=icondata_lu::LuCircleAlert />
                <div class="grow stack tight">
                    <strong>"The workflow cannot run as it is"</strong>
                    <FindingList said=errors />
                    <div>
                        <LinkButton small=true href=href.clone()>
                            "Fix in builder"
                        </LinkButton>
                    </div>
                </div>
            </div>
        </Show>
        <Show when=move || !keys.read().is_empty()>
            <Note kind=NoteKind::Warn>
                <div class="stack tight">
                    <FindingList said=keys />
                    <div>
                        <LinkButton small=true href="/settings/providers".to_owned()>
                            "Open the settings"
                        </LinkButton>
                    </div>
                </div>
            </Note>
        </Show>
    }
}

#[component]
fn FindingList(said: Memo<Vec<String>>) -> impl IntoView {
    view! { <ul class="list">{move || said.get().into_iter().map(|text| view! { <li><Message text /></li> }).collect_view()}</ul> }
}

/// A finding with the label of the step that it is about.
fn in_words(state: StartState, finding: &LintFinding) -> String {
    state.index.with_value(|index| match index.at_pointer(&finding.pointer) {
        Some((place, _)) => format!("{}: {}", place.step.label, finding.message),
        None => sentence(&finding.message),
    })
}

/// The steps with their numbers and labels, in order.
#[component]
pub fn PlannedSteps(state: StartState, places: HashMap<StepId, TreePlace>) -> impl IntoView {
    let steps: Vec<Arc<Step>> =
        state.index.with_value(|index| index.places().iter().map(|place| Arc::clone(&place.step)).collect());
    let item = move |step: Arc<Step>| {
        let (kind, enabled) = (step.step_type(), step.enabled);
        let skips = move || !enabled || (kind == StepType::Review && state.yolo.get());
        let number = places.get(&step.id).map(|place| place.number.clone());
        view! {
            <li class:off=skips>
                <span class="planned">
                    <span class="numbers muted small">{number}</span>
                    <Icon icon=step_kind(kind).icon />
                    <span class="break" dir="auto">
                        {step.label.clone()}
                    </span>
                    {move || skips().then_some(" (skipped)")}
                </span>
            </li>
        }
    };
    view! {
        <section class="stack" aria-labelledby="what-runs">
            <h2 id="what-runs">"What will run"</h2>
            <ol class="what-runs">{steps.into_iter().map(item).collect_view()}</ol>
        </section>
    }
}
