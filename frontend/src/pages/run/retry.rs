//! Running again from a step: first what that would keep, repeat and cost; then the doing.

use leptos::prelude::*;
use sluice_types::{ErrorCode, LlmStep, PatchStep, RepeatedStep, RerunPlan, RerunReason, StepPath, StepType};
use sluice_web_state::changes::{difference, limited, one_of_many};
use sluice_web_state::format::plural;
use sluice_web_state::model_choice::called;
use sluice_web_state::run_text::{estimated_cost, total_cost};

use super::change::{ReachOfChange, llm_of};
use super::ids::step_heading;
use super::store::RunStore;
use crate::api::{self, ApiError, ApiResult};
use crate::browser::focus::keep_focus;
use crate::components::{Button, ButtonKind, Dialog, FailureNote, ModelChoice, ModelPicker, Note, NoteKind, Skeleton};

/// The dialog for the step that `store.retrying` names.
#[component]
pub fn RetryDialog(store: RunStore) -> impl IntoView {
    let open = Signal::derive(move || store.retrying.read().is_some());
    let close = move |()| store.retrying.set(None);
    let label = move |path: &StepPath| store.peek_step(path, |step| step.run.label.clone()).unwrap_or_default();
    let title = Signal::derive(move || {
        store.retrying.get().map_or_else(String::new, |path| format!("Run again from “{}”", label(&path)))
    });
    view! {
        <Dialog open on_close=close title>
            {move || store.retrying.get().map(|path| view! { <RetryForm store path on_close=close /> })}
        </Dialog>
    }
}

/// The request for a retry: what changes, and that a step that is switched off runs.
fn request_of(store: RunStore, path: &StepPath, before: &LlmStep, choice: ModelChoice) -> PatchStep {
    let now = LlmStep { provider: choice.provider, model: choice.model, ..before.clone() };
    let is_off = store.step_at(path).is_some_and(|step| !step.enabled);
    PatchStep { enabled: is_off.then_some(true), ..difference(before, &now) }
}

#[component]
fn RetryForm(store: RunStore, path: StepPath, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let before = untrack(|| llm_of(store, &path));
    let is_llm = store.peek_step(&path, |step| step.run.step_type) == Some(StepType::Llm);
    let many = store.peek(|run| one_of_many(run, &path)).filter(|_| is_llm);
    let only_here = RwSignal::new(false);
    let choice = RwSignal::new(ModelChoice { provider: before.provider.clone(), model: before.model.clone() });
    let called = store.peek_step(&path, |step| called(step.run.provider.as_deref(), step.run.model.as_deref()));
    let request = {
        let path = path.clone();
        move |choice, only_here| untrack(|| limited(request_of(store, &path, &before, choice), only_here))
    };
    // The answer tells what was asked: a plan and its price are shown for that request alone.
    let plan = {
        let (path, request) = (path.clone(), request.clone());
        LocalResource::new(move || {
            let (id, path, request) = (store.id(), path.clone(), request(choice.get(), only_here.get()));
            async move {
                let answer = api::executions::plan_retry(&id, &path, &request).await;
                (request, answer)
            }
        })
    };
    let wanted = {
        let request = request.clone();
        Memo::new(move |_| request(choice.get(), only_here.get()))
    };
    let current = Memo::new(move |_| {
        let wanted = wanted.get();
        plan.get().filter(|(request, _)| *request == wanted).map(|(_, answer)| answer)
    });
    let ready = Memo::new(move |_| current.with(|plan| matches!(plan, Some(Ok(_)))));
    let retry = Action::new_unsync(move |request: &PatchStep| {
        let (id, path, request) = (store.id(), path.clone(), request.clone());
        async move {
            store.send(api::executions::retry(&id, &path, &request)).await?;
            store.read_definition(id).await;
            if many.is_some() {
                store.read_own_step(path.clone()).await;
            }
            on_close.try_run(());
            keep_focus(&step_heading(&path));
            ApiResult::Ok(())
        }
    });
    let error = move || retry.value().get().and_then(Result::err);
    view! {
        <div class="body stack">
            {called
                .filter(|called| !called.is_empty() && is_llm)
                .map(|called| view! { <p class="small muted">"Last called: " <span class="mono">{called}</span></p> })}
            {is_llm.then(|| view! { <ModelPicker chosen=choice on_choose=move |to| choice.set(to) /> })}
            {many.map(|many| view! { <ReachOfChange many only_here /> })}
            {move || match current.get() {
                None => view! { <Skeleton lines=6 /> }.into_any(),
                Some(Ok(plan)) => view! { <PlanView store plan /> }.into_any(),
                Some(Err(error)) => view! { <PlanFailure error on_retry=move |()| plan.refetch() /> }.into_any(),
            }}
            {move || error().map(|error| view! { <FailureNote error /> })}
        </div>
        <footer>
            <Button on_press=move |_| on_close.run(())>"Cancel"</Button>
            <Button
                kind=ButtonKind::Primary
                icon=icondata_lu::LuPlay
                busy=retry.pending()
                disabled=Signal::derive(move || !ready.get())
                on_press=move |_| _ = retry.dispatch_local(wanted.get_untracked())
            >
                "Run again from here"
            </Button>
        </footer>
    }
}

/// Why a step runs again. The first one may have been offered because it is out of date: a person chose another one then.
fn reason(step: &RepeatedStep, is_stale: bool) -> String {
    match step.reason {
        RerunReason::Requested if is_stale => "it was made from an older text".to_owned(),
        RerunReason::Requested => "it is the one you chose".to_owned(),
        RerunReason::NotCompleted => "it has not completed".to_owned(),
        RerunReason::Unknown => "the server says so".to_owned(),
        RerunReason::Stale => "it was made from an older text".to_owned(),
        RerunReason::UsesRepeated => match &step.because_of {
            Some(label) => format!("it uses “{label}”"),
            None => "it uses one that runs again".to_owned(),
        },
    }
}

/// Why there is no plan. A provider without a key is set up elsewhere; trying again does not help there.
#[component]
fn PlanFailure(error: ApiError, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    if error.code() == Some(ErrorCode::ProviderNotAvailable) {
        return view! {
            <Note kind=NoteKind::Warn>
                <div class="stack tight">
                    <span>"The provider of this model is not set up yet."</span>
                    <a href="/settings/providers">"Set it up in the settings"</a>
                </div>
            </Note>
        }
        .into_any();
    }
    view! { <FailureNote error on_retry /> }.into_any()
}

#[component]
fn PlanView(store: RunStore, plan: RerunPlan) -> impl IntoView {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let total = total_cost(plan.repeated.iter().map(|step| step.cost_usd));
    let writes: Vec<String> = plan
        .writes_again
        .iter()
        .map(|path| {
            let step = plan.repeated.iter().find(|step| step.path == *path);
            step.map_or_else(|| path.to_string(), |step| step.label.clone())
        })
        .collect();
    let is_stale = |path: &StepPath| store.peek_step(path, |step| step.run.stale).unwrap_or_default();
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
            <h3>{format!("{}: {total}", plural(count(plan.repeated.len()), "step runs", "steps run"))}</h3>
        </div>
        <ul class="plan">
            {plan
                .repeated
                .iter()
                .map(|step| {
                    view! {
                        <li>
                            <span class="grow">
                                {step.label.clone()} <span class="muted small">{format!(" – {}", reason(step, is_stale(&step.path)))}</span>
                            </span>
                            <span class="small muted numbers">
                                {estimated_cost(step.cost_usd)}
                            </span>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
        {(!kept.is_empty()).then(|| view! { <p class="small muted">{format!("Kept as they are: {}.", kept.join(", "))}</p> })}
    }
}
