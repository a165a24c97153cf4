//! A design: looked at, changed in place, refined by another sentence, and created.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{Generation, LintFinding, Severity};
use sluice_web_state::format::{cost, plural};
use sluice_web_state::generation::{Design, Preview, changed_fields, changed_steps, preview_summary, reuse_summary};
use sluice_web_state::model_choice::called;

use super::agents::NewAgents;
use super::difference::Changes;
use super::finish::FinishBar;
use super::page::{Asked, Crumbs};
use super::preview::{PreviewTree, finding_line};
use super::refine::RefineCard;
use super::servers::Servers;
use crate::browser::focus::use_title;
use crate::browser::storage;
use crate::components::{EstimateSummary, LinkButton, Note, NoteKind, TitleField};

/// The state of the page. A copy is a handle to the same one.
#[derive(Clone, Copy)]
pub struct DesignState {
    /// The design as the model made it.
    pub generation: StoredValue<Arc<Generation>>,
    /// What was changed in it.
    pub design: RwSignal<Design>,
}

impl DesignState {
    fn new(generation: Generation) -> Self {
        let key = Design::key(&generation.id);
        let design = RwSignal::new(Design::restored(&generation, storage::get(&key).as_deref()));
        let generation = StoredValue::new(Arc::new(generation));
        Effect::new(move || {
            let text = design.with(|design| generation.with_value(|generation| design.to_json(generation)));
            storage::keep(&key, text.as_deref());
        });
        Self { generation, design }
    }

    /// Reads something of the generation.
    pub fn read<T>(self, read: impl FnOnce(&Generation) -> T) -> T {
        self.generation.with_value(|generation| read(generation))
    }
}

/// The page of a design.
#[component]
pub fn DesignResult(generation: Generation) -> impl IntoView {
    let state = DesignState::new(generation);
    let name = Memo::new(move |_| state.design.with(|design| design.name.clone()));
    use_title(move || format!("{} · Design", name.get()));
    view! {
        <Crumbs here="Design" />
        <div class="page-head">
            <Heading state />
        </div>
        <div class="builder design">
            <div class="stack loose">
                <About state />
                <Steps state />
                <NewAgents state />
                <Servers suggested=state.read(|generation| generation.mcps_suggested.clone()) />
                <Changed state />
                <Asked prompt=state.read(|generation| generation.prompt.clone()) />
            </div>
            <aside class="stack" aria-label="Change and estimate">
                <RefineCard state />
                <EstimateSummary estimate=Signal::stored(state.read(|generation| generation.estimate.clone())) />
            </aside>
        </div>
        <FinishBar state />
    }
}

/// The name, editable in place, and how the workflow works.
#[component]
fn Heading(state: DesignState) -> impl IntoView {
    let name = Memo::new(move |_| state.design.with(|design| design.name.clone()));
    let wrong = Memo::new(move |_| state.design.with(|design| design.faults().name));
    let description = state.read(|generation| {
        generation.workflow.as_ref().map(|workflow| workflow.description.clone()).unwrap_or_default()
    });
    view! {
        <div class="grow stack tight">
            <h1 class="visually-hidden">{move || format!("Design: {}", name.get())}</h1>
            <TitleField
                id="design-name"
                name
                wrong
                on_change=move |name| state.design.update(|design| design.name = name)
            />
            <p class="muted" dir="auto">
                {description}
            </p>
        </div>
    }
}

/// Who designed it, how it works, and what is left to do.
#[component]
fn About(state: DesignState) -> impl IntoView {
    let generation = state.generation.get_value();
    let model = called(Some(&generation.provider), Some(&generation.model));
    let spent = if generation.simulated { "free".to_owned() } else { cost(generation.cost_usd) };
    let explanation = generation.explanation.trim().to_owned();
    let applied = generation.applied_workflow_id.clone();
    view! {
        <section class="card padded stack" aria-labelledby="about">
            <h2 id="about">"How it works"</h2>
            {(!explanation.is_empty())
                .then(|| {
                    view! {
                        <p class="explanation" dir="auto">
                            {explanation}
                        </p>
                    }
                })}
            <p class="small muted">
                "Designed by " <span class="mono">{model}</span> {generation.simulated.then_some(", simulated")}
                {format!(", in {}, for {spent}.", calls(generation.calls))}
            </p>
            {generation
                .simulated
                .then(|| {
                    view! {
                        <Note kind=NoteKind::Info>
                            "The built-in demo designs without a model: from templates and the words of your prompt. With a provider's key, a model reads what you wrote."
                        </Note>
                    }
                })}
            {applied
                .map(|id| {
                    view! {
                        <Note kind=NoteKind::Good>
                            <div class="row wrap between">
                                <span>"A workflow was created from this design."</span>
                                <LinkButton small=true href=format!("/workflows/{id}")>
                                    "Open it"
                                </LinkButton>
                            </div>
                        </Note>
                    }
                })}
        </section>
    }
}

fn calls(count: i64) -> String {
    plural(u64::try_from(count).unwrap_or(0), "call", "calls")
}

/// The tree of steps with the reuse report.
#[component]
fn Steps(state: DesignState) -> impl IntoView {
    // An agent that is left out changes what its steps hold, and nothing that is seen here.
    let (preview, summary, reuse) = state.read(|generation| {
        let definition = generation.workflow.as_ref().map(|workflow| workflow.definition.clone()).unwrap_or_default();
        let preview = Preview::of(&definition, generation);
        let summary = preview_summary(&preview, &generation.findings);
        (preview, summary, reuse_summary(&generation.reuse))
    });
    let has_errors =
        state.read(|generation| generation.findings.iter().any(|finding| finding.severity == Severity::Error));
    let elsewhere = preview.elsewhere.clone();
    view! {
        <section class="stack" aria-labelledby="steps">
            <div class="row wrap between">
                <h2 id="steps">"Steps"</h2>
                <span class="small muted">{summary}</span>
            </div>
            <p class="small muted">{reuse}</p>
            {has_errors
                .then(|| {
                    view! {
                        <Note kind=NoteKind::Warn>
                            "It cannot run as it is: the model did not fix what is marked. Change it by a sentence, or fix it in the builder."
                        </Note>
                    }
                })}
            <FindingList findings=elsewhere />
            <PreviewTree steps=preview.steps label="Steps of the design" />
        </section>
    }
}

#[component]
fn FindingList(findings: Vec<LintFinding>) -> impl IntoView {
    (!findings.is_empty()).then(|| {
        view! { <ul class="findings">{findings.iter().map(finding_line).collect_view()}</ul> }
    })
}

/// What changes, when a workflow was changed.
#[component]
fn Changed(state: DesignState) -> impl IntoView {
    let (changes, fields) =
        state.read(|generation| (generation.changes.clone(), changed_fields(&generation.field_changes)));
    let refines = state.read(|generation| generation.refines || generation.workflow_id.is_some());
    refines.then(|| {
        view! {
            <section class="stack" aria-labelledby="changes">
                <h2 id="changes">"What changes"</h2>
                <h3 class="visually-hidden">"Step by step"</h3>
                <Changes steps=changed_steps(&changes) fields />
            </section>
        }
    })
}
