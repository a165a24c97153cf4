//! A step that has ended: what it gave, what it was asked, how it went, and what can be done about it.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{
    Attempt, AttemptStatus, GateDecision, PatchStep, RunError, StepKind, StepPath, StepRunStatus, StepType,
};
use sluice_web_state::actions::step_actions;
use sluice_web_state::advice::{advice, another_model_may_help};
use sluice_web_state::format::{cost, duration, number, utc_iso};
use sluice_web_state::run_text::decision_word;

use super::change::{ChangeStep, StepFacts};
use super::draft_storage::{DraftOf, draft, keep_change};
use super::edit::EditOutput;
use super::store::RunStore;
use crate::api;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::components::{Button, ButtonKind, CopyButton, DiffView, Icon, Loaded, MarkdownView, Segments};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResultTab {
    Text,
    Raw,
    Prompt,
    Attempts,
}

/// What a step gave. JSON comes as JSON, texts as Markdown.
#[component]
pub fn ResultView(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let shown = RwSignal::new(ResultTab::Text);
    // An edit that was begun and not sent is where it was left.
    let editing = RwSignal::new(draft(&store.id(), &path, DraftOf::Output).text.is_some());
    let kind = store.peek_step(&path, |step| step.run.step_type).unwrap_or(StepType::Llm);
    let choices = match kind {
        StepType::Llm => {
            vec![
                (ResultTab::Text, "Text"),
                (ResultTab::Raw, "Raw"),
                (ResultTab::Prompt, "Prompt"),
                (ResultTab::Attempts, "Attempts"),
            ]
        }
        StepType::Review | StepType::Unknown => {
            vec![(ResultTab::Text, "Text"), (ResultTab::Raw, "Raw"), (ResultTab::Attempts, "Decisions")]
        }
    };
    // It cannot be changed any more: a retry takes a change along.
    if store.peek_step(&path, |step| step.run.status) == Some(StepRunStatus::Completed) {
        keep_change(&store.id(), &path, &PatchStep::default());
    }
    let text = text_of(store, &path);
    let path = StoredValue::new(path);
    let edit_label = label.clone();
    view! {
        <StepFailure store path=path.get_value() />
        <div class="row between wrap">
            <Segments label=format!("What to show of {label}") choices chosen=shown on_choose=move |to| shown.set(to) />
            <CopyButton label=format!("Copy the text of {label}") text=move |()| text.get_untracked().0 />
        </div>
        {move || match shown.get() {
            ResultTab::Text => view! { <TextBox text label=label.clone() /> }.into_any(),
            ResultTab::Raw => view! { <RawBox text label=label.clone() /> }.into_any(),
            ResultTab::Prompt => view! { <PromptView store path=path.get_value() /> }.into_any(),
            ResultTab::Attempts => view! { <StepHistory store path=path.get_value() /> }.into_any(),
        }}
        {move || {
            if editing.get() {
                view! { <EditOutput store path=path.get_value() label=format!("Output of {edit_label}") open=editing /> }.into_any()
            } else {
                view! { <ResultActions store path=path.get_value() editing /> }.into_any()
            }
        }}
        <StepFacts store path=path.get_value() />
    }
}

/// The text of a step, and whether it is JSON.
pub fn text_of(store: RunStore, path: &StepPath) -> Memo<(String, bool)> {
    store.watch_step(path, |step| match &step.run.output {
        Some(value @ (Value::Object(_) | Value::Array(_))) if step.run.step_type == StepType::Llm => {
            (serde_json::to_string_pretty(value).unwrap_or_default(), true)
        }
        _ => (step.text.clone(), false),
    })
}

/// A text in a box of the height that it had while it came in; a longer one can be opened.
#[component]
pub fn TextBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    let source = Signal::derive(move || text.get().0);
    let is_json = move || text.with(|text| text.1);
    view! {
        <TextFrame label>
            {move || {
                if text.with(|text| text.0.is_empty()) {
                    view! { <p class="muted">"No text came."</p> }.into_any()
                } else if is_json() {
                    view! { <pre class="json">{source}</pre> }.into_any()
                } else {
                    view! { <MarkdownView source /> }.into_any()
                }
            }}
        </TextFrame>
    }
}

#[component]
fn RawBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    view! {
        <TextFrame label>
            <pre>{move || text.get().0}</pre>
        </TextFrame>
    }
}

/// A box that scrolls by itself until it is opened.
#[component]
pub fn TextFrame(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let all = RwSignal::new(false);
    let frame: NodeRef<leptos::html::Div> = NodeRef::new();
    let long = RwSignal::new(false);
    Effect::new(move || {
        let Some(frame) = frame.get() else { return };
        request_animation_frame(move || {
            let _gone_already = long.try_set(frame.scroll_height() > frame.client_height() + 1);
        });
    });
    view! {
        <div
            node_ref=frame
            class="text-box"
            class:all=move || all.get()
            tabindex=move || (long.get() && !all.get()).then_some("0")
            role=move || (long.get() && !all.get()).then_some("region")
            aria-label=move || (long.get() && !all.get()).then(|| format!("Text of {label}"))
        >
            {children()}
        </div>
        <Show when=move || long.get()>
            <div>
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| all.update(|all| *all = !*all)>
                    {move || if all.get() { "Show less" } else { "Show all" }}
                </Button>
            </div>
        </Show>
    }
}

/// What went wrong, when it failed, and the way out.
#[component]
fn StepFailure(store: RunStore, path: StepPath) -> impl IntoView {
    let error =
        store.watch_step(&path, |step| step.run.error.clone().filter(|_| step.run.status == StepRunStatus::Failed));
    let can_retry = may_retry(store, &path);
    view! {
        {move || {
            let path = path.clone();
            error
                .get()
                .map(|error| {
                    let switch = another_model_may_help(error.code);
                    view! {
                        <div class="note bad">
                            <Icon icon=icondata_lu::LuCircleX />
                            <div class="grow stack tight">
                                <StepError error with_advice=true />
                                <Show when=move || can_retry.get()>
                                    <div class="row wrap">
                                        <Button
                                            kind=ButtonKind::Primary
                                            small=true
                                            icon=icondata_lu::LuRefreshCw
                                            on_press={
                                                let path = path.clone();
                                                move |_| store.retrying.set(Some(path.clone()))
                                            }
                                        >
                                            {if switch { "Switch model and retry" } else { "Retry" }}
                                        </Button>
                                    </div>
                                </Show>
                            </div>
                        </div>
                    }
                })
        }}
    }
}

fn may_retry(store: RunStore, path: &StepPath) -> Memo<bool> {
    let path = path.clone();
    store.watch(move |run| run.step(&path).is_some_and(|step| step_actions(step, run).retry))
}

/// What can be done about a step that has ended.
#[component]
fn ResultActions(store: RunStore, path: StepPath, editing: RwSignal<bool>) -> impl IntoView {
    let can_retry = may_retry(store, &path);
    let failed = store.watch_step(&path, |step| step.run.status == StepRunStatus::Failed);
    let known = path.clone();
    let can_edit = store.watch(move |run| run.step(&known).is_some_and(|step| step_actions(step, run).override_output));
    let retry = StoredValue::new(path.clone());
    view! {
        <Show when=move || can_edit.get() || can_retry.get()>
            <div class="row wrap">
                <Show when=move || can_edit.get()>
                    <Button small=true icon=icondata_lu::LuPencil on_press=move |_| editing.set(true)>
                        {move || if failed.get() { "Write the output yourself" } else { "Edit output" }}
                    </Button>
                </Show>
                <Show when=move || can_retry.get() && !failed.get()>
                    <Button
                        small=true
                        icon=icondata_lu::LuRotateCcw
                        on_press=move |_| store.retrying.set(Some(retry.get_value()))
                    >
                        "Run again from here"
                    </Button>
                </Show>
            </div>
        </Show>
        <ChangeStep store path />
    }
}

/// The prompt as it was sent, and the system prompt as the definition has it.
#[component]
pub fn PromptView(store: RunStore, path: StepPath) -> impl IntoView {
    let sent = store.watch_step(&path, |step| step.run.prompt.clone());
    let revision = store.watch_step(&path, |step| step.run.revision.clone());
    let system = Memo::new(move |_| match store.definition()?.step_at(&path)?.kind.clone() {
        StepKind::Llm(llm) => llm.system_prompt,
        StepKind::Review(_) => None,
    });
    view! {
        <div class="row between">
            <h4>"Prompt as sent"</h4>
            <CopyButton label="Copy the prompt" text=move |()| sent.get_untracked().unwrap_or_default() />
        </div>
        <TextFrame label="the prompt">
            {move || match sent.get() {
                Some(prompt) => view! { <pre>{prompt}</pre> }.into_any(),
                None => view! { <p class="muted">"Nothing was sent."</p> }.into_any(),
            }}
        </TextFrame>
        {move || {
            revision
                .get()
                .map(|comment| view! { <h4>"What a reviewer asked to change"</h4><p class="break">{comment}</p> })
        }}
        {move || {
            system
                .get()
                .map(|system| {
                    view! {
                        <h4>"System prompt, before it was filled in"</h4>
                        <TextFrame label="the system prompt">
                            <pre>{system}</pre>
                        </TextFrame>
                    }
                })
        }}
    }
}

/// The attempts and decisions of a step.
#[component]
pub fn StepHistory(store: RunStore, path: StepPath) -> impl IntoView {
    let known = store.watch_step(&path, |step| (step.run.attempt, Some(step.run.status)));
    let detail = LocalResource::new(move || {
        let _changed = known.get();
        let (id, path) = (store.id(), path.clone());
        async move { api::executions::step(&id, &path).await }
    });
    view! {
        <Loaded resource=detail lines=3 let:detail>
            {(!detail.attempts.is_empty()).then(|| view! { <Attempts attempts=detail.attempts.clone() /> })}
            {detail.decisions.iter().cloned().map(|decision| view! { <Decision decision /> }).collect_view()}
            {(detail.attempts.is_empty() && detail.decisions.is_empty())
                .then(|| view! { <p class="muted">"Nothing is on record yet."</p> })}
        </Loaded>
    }
}

#[component]
fn Attempts(attempts: Vec<Attempt>) -> impl IntoView {
    view! {
        <ul class="attempts">
            {attempts.into_iter().map(|attempt| view! { <AttemptItem attempt /> }).collect_view()}
        </ul>
    }
}

const fn attempt_word(status: AttemptStatus) -> (&'static str, &'static str) {
    match status {
        AttemptStatus::Completed => ("badge good", "Completed"),
        AttemptStatus::Failed => ("badge bad", "Failed"),
        AttemptStatus::Cancelled => ("badge", "Cancelled"),
        AttemptStatus::Interrupted => ("badge warn", "Interrupted"),
        AttemptStatus::Unknown => ("badge", "Unknown to this page"),
    }
}

#[component]
fn AttemptItem(attempt: Attempt) -> impl IntoView {
    let (class, word) = attempt_word(attempt.status);
    let model = [attempt.provider, attempt.model].into_iter().flatten().collect::<Vec<_>>().join(" / ");
    let usage = attempt.token_usage;
    let guessed = if attempt.usage_estimated { " (estimated)" } else { "" };
    let tokens = format!("{} in, {} out{guessed}", number(usage.input_tokens), number(usage.output_tokens));
    let took = duration((attempt.completed_at - attempt.started_at).num_milliseconds());
    view! {
        <li class="stack tight">
            <div class="row wrap small">
                <strong>{format!("Attempt {}", attempt.attempt)}</strong>
                <span class=class>{word}</span>
                <span class="mono">{model}</span>
                <span class="muted numbers">{took}</span>
                <span class="muted numbers">{tokens}</span>
                {(attempt.cost_usd > 0.0).then(|| view! { <span class="muted numbers">{cost(attempt.cost_usd)}</span> })}
            </div>
            {attempt.error.map(|error| view! { <div class="small"><StepError error /></div> })}
            {attempt
                .content
                .filter(|text| !text.is_empty())
                .map(|text| {
                    view! {
                        <details class="disclosure">
                            <summary>"Its text"</summary>
                            <pre class="text-box" tabindex="0" aria-label="Text of the attempt">
                                {text}
                            </pre>
                        </details>
                    }
                })}
        </li>
    }
}

#[component]
fn Decision(decision: GateDecision) -> impl IntoView {
    let at = utc_iso(decision.decided_at);
    view! {
        <div class="stack tight">
            <p>
                <strong>{decision_word(decision.decision)}</strong>
                {format!(" by {}, ", decision.decided_by)}
                <time class="muted" datetime=at.clone()>
                    {at.replace('T', " ").replace('Z', " UTC")}
                </time>
            </p>
            {decision.comment.map(|comment| view! { <blockquote class="said break">{comment}</blockquote> })}
            {decision
                .content_before
                .zip(decision.content_after)
                .filter(|(before, after)| before != after)
                .map(|(before, after)| {
                    view! {
                        <p class="small muted">"The text was edited:"</p>
                        <DiffView before=Signal::stored(before) after=Signal::stored(after) />
                    }
                })}
        </div>
    }
}

/// An error by its title, its message and what helps.
#[component]
pub fn StepError(error: RunError, #[prop(optional)] with_advice: bool) -> impl IntoView {
    view! {
        <p>
            <span>{error.code.title()}". "</span>
            <span class="muted">{error.message}</span>
        </p>
        {with_advice.then(|| view! { <p>{advice(error.code)}</p> })}
    }
}

/// Why the run failed, with the way to the step that did.
#[component]
pub fn RunFailure(store: RunStore) -> impl IntoView {
    let failed = store.watch(|run| {
        let is_failed = run.status() == sluice_types::ExecutionStatus::Failed;
        let step = run.steps().iter().find(|step| step.run.status == StepRunStatus::Failed);
        is_failed.then(|| (run.error().cloned(), step.map(|step| (step.run.path.clone(), step.run.label.clone()))))
    });
    view! {
        <div class="run-failure-place" role="status">
            {move || {
                failed
                    .get()
                    .map(|(error, step)| {
                        view! {
                            <div class="note bad run-failure">
                                <Icon icon=icondata_lu::LuCircleX />
                                <div class="grow">
                                    <strong>
                                        {match &step {
                                            Some((_, label)) => format!("The run failed at “{label}”."),
                                            None => "The run failed.".to_owned(),
                                        }}
                                    </strong>
                                    {error.map(|error| view! { <p>{error.code.title()}"."</p> })}
                                </div>
                                {step.map(|(path, _)| view! { <GoTo path text="Go to the failed step" /> })}
                            </div>
                        }
                    })
            }}
        </div>
    }
}

/// Brings a step into view and the focus to it.
#[component]
pub fn GoTo(path: StepPath, text: &'static str) -> impl IntoView {
    let go = move |_| {
        let id = format!("step-{path}");
        scroll_into_view(&id);
        focus_soon(id);
    };
    view! {
        <Button small=true icon=icondata_lu::LuArrowDown on_press=go>
            {text}
        </Button>
    }
}
