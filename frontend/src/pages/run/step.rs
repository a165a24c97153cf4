//! One step of the run: its dot on the line, its heading, and what it shows when it is open.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus, StepType};

use super::body::StepBody;
use super::kept::keep_choices;
use super::store::RunStore;
use crate::browser::memo::{Memo, memo};
use crate::browser::stored::StoredValue;
use crate::components::{Icon, Shown, StepDot, step_word};
use crate::state::format::{cost, duration, tokens};

/// One step.
#[component]
pub fn StepItem(store: RunStore, path: StepPath, latest: Memo<Option<StepPath>>) -> impl IntoView {
    let status = store.step_status(&path);
    let open = is_open(store, &path, status, latest);
    let choose = choose(store, &path);
    let (label, kind) = store
        .peek_step(&path, |step| (step.run.label.clone(), step.run.step_type))
        .unwrap_or((String::new(), StepType::Llm));
    let body_id = format!("step-body-{path}");
    let heading_id = format!("step-{path}");
    let labelled_by = heading_id.clone();
    // Who reads here is not to lose it when the next step begins.
    let stay = {
        let choose = choose.clone();
        let path = path.clone();
        move |()| {
            let reads = matches!(status.get_untracked(), StepRunStatus::Running | StepRunStatus::Completed);
            let chosen = store.choices.with_untracked(|choices| choices.contains_key(path.as_str()));
            if reads && !chosen {
                choose(true);
            }
        }
    };
    let stay_for_focus = stay.clone();
    let toggle = {
        let choose = choose.clone();
        move |_| choose(!open.get_untracked())
    };
    let meta_path = path.clone();
    let body_path = StoredValue::new(path);
    view! {
        <li class=move || ["run-step ", status.get().as_str()].concat()>
            <div class="rail">
                <StepDot status />
            </div>
            <article class="card" class:open=move || open.get() aria-labelledby=labelled_by>
                <header>
                    <h3>
                        <button
                            type="button"
                            id=heading_id.clone()
                            class="toggle"
                            aria-expanded=move || if open.get() { "true" } else { "false" }
                            aria-controls=body_id.clone()
                            on:click=toggle
                        >
                            <Icon icon=icondata_lu::LuChevronRight />
                            {label.clone()}
                        </button>
                    </h3>
                    <Meta store path=meta_path status kind />
                </header>
                <div
                    id=body_id
                    hidden=move || !open.get()
                    on:pointerdown=move |_| stay(())
                    on:focusin=move |_| stay_for_focus(())
                >
                    <Shown is=move || open.get()>
                        <StepBody store path=body_path.get_value() status label=label.clone() />
                    </Shown>
                </div>
            </article>
        </li>
    }
}

/// Whether a step shows its body: as a person chose, or as it suits its state.
fn is_open(
    store: RunStore,
    path: &StepPath,
    status: Memo<StepRunStatus>,
    latest: Memo<Option<StepPath>>,
) -> Memo<bool> {
    let path = path.clone();
    memo(move || {
        let chosen = store.choices.with(|choices| choices.get(path.as_str()).copied());
        chosen.unwrap_or_else(|| match status.get() {
            StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::Failed
            | StepRunStatus::Cancelled
            | StepRunStatus::OutcomeUnknown => true,
            StepRunStatus::Completed => latest.with(|latest| latest.as_ref() == Some(&path)),
            StepRunStatus::Pending | StepRunStatus::Skipped => false,
        })
    })
}

/// Keeps what a person chose.
fn choose(store: RunStore, path: &StepPath) -> impl Fn(bool) + Clone + Send + Sync + 'static + use<> {
    let path = path.to_string();
    move |open| {
        store.choices.update(|choices| {
            choices.insert(path.clone(), open);
        });
        store.choices.with_untracked(|choices| keep_choices(&store.id(), choices));
    }
}

/// What the heading tells besides the label.
#[component]
fn Meta(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, kind: StepType) -> impl IntoView {
    let model = store.watch_step(&path, |step| step.run.model.clone());
    let spent = store.watch_step(&path, |step| (step.run.cost_usd, step.run.token_usage.output_tokens));
    let took = {
        let path = path.clone();
        memo(move || {
            let is_running = status.get() == StepRunStatus::Running;
            let now = if is_running { store.now_utc() } else { chrono::DateTime::default() };
            store
                .step(&path, |step| {
                    let known = is_running || step.run.duration_ms.is_some() || step.run.completed_at.is_some();
                    step.duration_ms(now).filter(|_| known)
                })
                .flatten()
                .map(duration)
        })
    };
    let word = move || match status.get() {
        StepRunStatus::Completed | StepRunStatus::Pending => None,
        other => Some(step_word(other)),
    };
    view! {
        <p class="meta small muted numbers">
            <span class="state">{word}</span>
            {(kind == StepType::Review).then_some(view! { <span>"Review"</span> })}
            <span class="mono">{move || model.get()}</span>
            <span>{move || took.get()}</span>
            <span>{move || (spent.get().1 > 0).then(|| format!("{} tokens", tokens(spent.get().1)))}</span>
            <span>{move || (spent.get().0 > 0.0).then(|| cost(spent.get().0))}</span>
        </p>
    }
}
