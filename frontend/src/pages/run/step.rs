//! One step of the run: its dot on the line, its heading, and what it shows when it is open.

use leptos::prelude::*;
use sluice_types::{StepPath, StepRunStatus, StepType, TokenUsage};
use sluice_web_state::finish::finish_mark;
use sluice_web_state::format::{known_cost, tokens};
use sluice_web_state::run::{fact_of, spent_text};

use super::agent::AgentView;
use super::change::ChangeStep;
use super::container::ContainerView;
use super::gate::GatePanel;
use super::ids::step_heading;
use super::result::ResultView;
use super::running::Running;
use super::spent::took;
use super::step_menu::{StepMenu, runs};
use super::store::RunStore;
use super::unsent::keep_choices;
use crate::components::{Icon, NewerServer, Note, NoteKind, StepDot, step_kind, step_word};

/// One step.
#[component]
pub fn StepItem(store: RunStore, path: StepPath, latest: Memo<Option<StepPath>>) -> impl IntoView {
    let status = store.step_status(&path);
    let open = is_open(store, &path, status, latest);
    let choose = choose(store, path.as_str());
    let (label, kind) = store
        .peek_step(&path, |step| (step.run.label.clone(), step.run.step_type))
        .unwrap_or((String::new(), StepType::Llm));
    let body_id = format!("step-body-{path}");
    let heading_id = step_heading(&path);
    let labelled_by = heading_id.clone();
    // A reader keeps the card open when the next step begins.
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
    let stale = store.watch_step(&path, |step| step.run.stale);
    let meta_path = path.clone();
    let body_path = StoredValue::new(path);
    let link_label = label.clone();
    view! {
        <li class=move || ["run-step ", status.get().as_str()].concat() class:stale=move || stale.get()>
            <div class="rail">
                <StepDot status stale />
            </div>
            <article class="card" aria-labelledby=labelled_by>
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
                    <Show when=move || open.get()>
                        <span class="run-step-menu">
                            <StepMenu store path=body_path.get_value() label=link_label.clone() />
                        </span>
                    </Show>
                </header>
                <div
                    id=body_id
                    hidden=move || !open.get()
                    on:pointerdown=move |_| stay(())
                    on:focusin=move |_| stay_for_focus(())
                >
                    <Show when=move || open.get()>
                        <StepDetails store path=body_path.get_value() status label=label.clone() />
                    </Show>
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
    Memo::new(move |_| {
        let chosen = store.choices.with(|choices| choices.get(path.as_str()).copied());
        chosen.unwrap_or_else(|| match status.get() {
            StepRunStatus::Running
            | StepRunStatus::Waiting
            | StepRunStatus::Failed
            | StepRunStatus::Cancelled
            | StepRunStatus::OutcomeUnknown => true,
            StepRunStatus::Completed => latest.with(|latest| latest.as_ref() == Some(&path)),
            StepRunStatus::Pending | StepRunStatus::Skipped | StepRunStatus::Unknown => false,
        })
    })
}

/// Keeps whether a person opened or closed what is at an address: a step run, or a lane of a container.
pub fn choose(store: RunStore, address: &str) -> impl Fn(bool) + Clone + Send + Sync + 'static + use<> {
    let path = address.to_owned();
    move |open| {
        store.choices.update(|choices| {
            choices.insert(path.clone(), open);
        });
        store.choices.with_untracked(|choices| keep_choices(&store.id(), choices));
    }
}

/// The heading's facts besides the label.
#[component]
pub fn Meta(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, kind: StepType) -> impl IntoView {
    let model = store.watch_step(&path, |step| step.run.model.clone());
    let stale = store.watch_step(&path, |step| step.run.stale);
    let edited = store.watch_step(&path, |step| step.run.overridden);
    let used = store.watch_step(&path, |step| step.run.token_usage);
    let is_on = runs(store, &path);
    let spent = store.watch_step(&path, |step| {
        let (usd, unpriced) = (step.run.cost_usd, step.run.unpriced_calls);
        (usd > 0.0 || unpriced > 0).then(|| known_cost(usd, unpriced))
    });
    let fact = {
        let path = path.clone();
        Memo::new(move |_| {
            let is_each = store.runs_items(&path);
            store.step(&path, |step| fact_of(kind, step.run.choice.as_ref()?, is_each)).flatten()
        })
    };
    let mark = store.watch_step(&path, |step| finish_mark(step.run.finish_reason, step.run.finish_word.as_deref()));
    let took = took(store, Signal::stored(vec![path]), status, spent_text);
    let word = move || match status.get() {
        StepRunStatus::Completed | StepRunStatus::Pending => None,
        other => Some(step_word(other)),
    };
    view! {
        <p class="meta small muted numbers">
            <span class="state">{word}</span>
            {move || stale.get().then(|| view! { <span class="badge warn">"Out of date"</span> })}
            {move || (!is_on.get() && status.get() == StepRunStatus::Pending).then(|| view! { <span class="badge">"Will be skipped"</span> })}
            {move || edited.get().then(|| view! { <span class="badge">"Edited"</span> })}
            {move || mark.get().map(|mark| view! { <span class="badge warn">{mark}</span> })}
            {(kind != StepType::Llm).then_some(view! { <span>{step_kind(kind).word}</span> })}
            <span>{move || fact.get()}</span>
            <span class="mono">{move || model.get()}</span>
            <span>{move || took.get()}</span>
            <span>{move || tokens_in_and_out(used.get())}</span>
            <span>{move || spent.get()}</span>
        </p>
    }
}

/// The tokens that a model read and wrote: what it read often costs more.
fn tokens_in_and_out(used: TokenUsage) -> Option<String> {
    let (read, written) = (used.input_tokens, used.output_tokens);
    (read > 0 || written > 0).then(|| format!("{} in, {} out", tokens(read), tokens(written)))
}

/// The body of a step. It is made anew when the step takes on another status or begins anew.
#[component]
pub fn StepDetails(store: RunStore, path: StepPath, status: Memo<StepRunStatus>, label: String) -> impl IntoView {
    let attempt = store.watch_step(&path, |step| step.run.attempt);
    let (kind, is_container) =
        store.peek_step(&path, |step| (step.run.step_type, step.is_container())).unwrap_or((StepType::Llm, false));
    // What runs inside stays on the page while the container takes on other statuses.
    let has_begun = Memo::new(move |_| !matches!(status.get(), StepRunStatus::Pending | StepRunStatus::Skipped));
    let path = StoredValue::new(path);
    let label = StoredValue::new(label);
    move || {
        let (path, label) = (path.get_value(), label.get_value());
        if kind == StepType::Agent && has_begun.get() {
            let turns = view! { <AgentView store path status label /> };
            return view! { <div class="run-step-body">{turns.into_any()}</div> };
        }
        if is_container && has_begun.get() {
            let inside = view! { <ContainerView store path kind status label /> };
            return view! { <div class="run-step-body">{inside.into_any()}</div> };
        }
        let _begun = attempt.get();
        let shown = match status.get() {
            StepRunStatus::Running => view! { <Running store path label /> }.into_any(),
            StepRunStatus::Waiting | StepRunStatus::OutcomeUnknown => {
                view! { <GatePanel store path label /> }.into_any()
            }
            StepRunStatus::Pending => view! { <NotRun store path /> }.into_any(),
            StepRunStatus::Unknown => view! { <NewerServer /> }.into_any(),
            StepRunStatus::Skipped => view! { <Skipped store path /> }.into_any(),
            StepRunStatus::Completed | StepRunStatus::Failed | StepRunStatus::Cancelled => {
                view! { <ResultView store path label /> }.into_any()
            }
        };
        view! { <div class="run-step-body">{shown}</div> }
    }
}

/// A step that the run has not come to.
#[component]
fn NotRun(store: RunStore, path: StepPath) -> impl IntoView {
    let ended = store.watch(|run| run.status().is_terminal());
    view! {
        <p class="muted">
            {move || {
                if ended.get() { "The run ended before it came to this step." } else { "The run has not come to this step yet." }
            }}
        </p>
        <ChangeStep store path />
    }
}

/// A step that was passed over.
#[component]
fn Skipped(store: RunStore, path: StepPath) -> impl IntoView {
    let why = store.watch_step(&path, |step| step.note.clone());
    view! {
        <Note kind=NoteKind::Info>
            {move || why.get().unwrap_or_else(|| "This step was not run.".to_owned())}
        </Note>
        <ChangeStep store path />
    }
}
