//! Running again from a step: first what that would keep, repeat and cost; then the doing.

use std::mem;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{LlmStep, PatchStep, Repeated, RerunPlan, RerunReason, RetryRequest, StepPath, StepType};

use super::change::llm_of;
use super::commands::keep_focus;
use super::store::RunStore;
use crate::api::{self, ApiError};
use crate::components::{Button, ButtonKind, Dialog, FailureNote, Loaded, ModelChoice, ModelPicker, Note, NoteKind};
use sluice_web_state::changes::difference;
use sluice_web_state::format::{cost_range, plural};

/// The dialog for the step that `store.retrying` names.
#[component]
pub fn RetryDialog(store: RunStore) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(store.retrying.read().is_some()));
    let mut was = false;
    Effect::new(move || {
        let is = open.get();
        if mem::replace(&mut was, is) && !is {
            store.retrying.set(None);
        }
    });
    let label = move |path: &StepPath| store.peek_step(path, |step| step.run.label.clone()).unwrap_or_default();
    let title = Signal::derive(move || {
        store.retrying.get().map_or_else(String::new, |path| format!("Run again from “{}”", label(&path)))
    });
    view! {
        <Dialog open title>
            {move || store.retrying.get().map(|path| view! { <RetryForm store path open /> })}
        </Dialog>
    }
}

/// The request for a retry: what changes, and that a step that is switched off runs.
fn request_of(store: RunStore, path: &StepPath, before: &LlmStep, choice: ModelChoice) -> RetryRequest {
    let now = LlmStep { provider: choice.provider, model: choice.model, ..before.clone() };
    let defined = store.definition().and_then(|definition| definition.step_at(path).map(|step| step.enabled));
    PatchStep { enabled: (defined == Some(false)).then_some(true), ..difference(before, &now) }
}

#[component]
fn RetryForm(store: RunStore, path: StepPath, open: RwSignal<bool>) -> impl IntoView {
    let before = untrack(|| llm_of(store, &path));
    let is_llm = store.peek_step(&path, |step| step.run.step_type) == Some(StepType::Llm);
    let choice = RwSignal::new(ModelChoice { provider: before.provider.clone(), model: before.model.clone() });
    let called = store.peek_step(&path, |step| {
        [step.run.provider.clone(), step.run.model.clone()].into_iter().flatten().collect::<Vec<_>>().join(" / ")
    });
    let request = {
        let path = path.clone();
        move |choice| untrack(|| request_of(store, &path, &before, choice))
    };
    let plan = {
        let (path, request) = (path.clone(), request.clone());
        LocalResource::new(move || {
            let (id, path, request) = (store.id(), path.clone(), request(choice.get()));
            async move { api::executions::plan_retry(&id, &path, &request).await }
        })
    };
    let ready = Memo::new(move |_| plan.with(|plan| matches!(plan, Some(Ok(_)))));
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<ApiError>);
    let start = move |_| {
        let (path, request) = (path.clone(), request(choice.get_untracked()));
        spawn_local(async move {
            let id = store.id();
            match store.send(busy, api::executions::retry(&id, &path, &request)).await {
                Ok(()) => {
                    store.read_definition(id).await;
                    open.try_set(false);
                    keep_focus(&path);
                }
                Err(failure) => {
                    error.try_set(Some(failure));
                }
            }
        });
    };
    view! {
        <div class="body stack">
            {called
                .filter(|called| !called.is_empty() && is_llm)
                .map(|called| view! { <p class="small muted">"Last called: " <span class="mono">{called}</span></p> })}
            {is_llm.then(|| view! { <ModelPicker chosen=choice on_choose=move |to| choice.set(to) /> })}
            <Loaded resource=plan lines=6 let:plan>
                <PlanView plan />
            </Loaded>
            {move || error.get().map(|error| view! { <FailureNote error /> })}
        </div>
        <footer>
            <Button on_press=move |_| open.set(false)>"Not now"</Button>
            <Button
                kind=ButtonKind::Primary
                icon=icondata_lu::LuPlay
                busy
                disabled=Signal::derive(move || !ready.get())
                on_press=start
            >
                "Run again from here"
            </Button>
        </footer>
    }
}

fn reason(step: &Repeated) -> String {
    match step.reason {
        RerunReason::Requested => "it is the one you chose".to_owned(),
        RerunReason::NotCompleted => "it has not completed".to_owned(),
        RerunReason::UsesRepeated => match &step.because_of {
            Some(label) => format!("it uses “{label}”"),
            None => "it uses one that runs again".to_owned(),
        },
    }
}

#[component]
fn PlanView(plan: RerunPlan) -> impl IntoView {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let total = plan.cost_usd.map_or_else(|| "a cost that is not known".to_owned(), cost_range);
    let writes: Vec<String> = plan
        .writes_again
        .iter()
        .map(|path| {
            let step = plan.repeated.iter().find(|step| step.path == *path);
            step.map_or_else(|| path.to_string(), |step| step.label.clone())
        })
        .collect();
    let kept: Vec<&str> = plan.kept.iter().map(|step| step.label.as_str()).collect();
    view! {
        {(!writes.is_empty())
            .then(|| {
                view! {
                    <Note kind=NoteKind::Warn>
                        {format!("What these write is written again: {}.", writes.join(", "))}
                    </Note>
                }
            })}
        <div class="row between">
            <h3>{format!("{} for {total}", plural(count(plan.repeated.len()), "step runs", "steps run"))}</h3>
        </div>
        <ul class="plan">
            {plan
                .repeated
                .iter()
                .map(|step| {
                    view! {
                        <li>
                            <span class="grow">
                                {step.label.clone()} <span class="muted small">{format!(" – {}", reason(step))}</span>
                            </span>
                            <span class="small muted numbers">
                                {step.cost_usd.map_or_else(|| "price unknown".to_owned(), cost_range)}
                            </span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        {(!kept.is_empty()).then(|| view! { <p class="small muted">{format!("Kept as they are: {}.", kept.join(", "))}</p> })}
    }
}
