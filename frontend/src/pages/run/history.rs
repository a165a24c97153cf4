//! The attempts and decisions of a step.

use leptos::prelude::*;
use sluice_types::{Attempt, AttemptStatus, GateDecision, StepPath, StepRunDetail};
use sluice_web_state::finish::finish_mark;
use sluice_web_state::format::{PRICE_NOT_KNOWN, cost, duration, number};
use sluice_web_state::model_choice::called;
use sluice_web_state::run_text::decision_word;

use super::failure::StepError;
use super::store::RunStore;
use crate::api::{self, ApiResult};
use crate::components::{DiffView, Loaded, Message, When};

/// The attempts and decisions of a step.
#[component]
pub fn StepHistory(store: RunStore, path: StepPath) -> impl IntoView {
    let detail = detail_of(store, path);
    view! {
        <Loaded resource=detail lines=3 let:detail>
            {(!detail.attempts.is_empty()).then(|| view! { <Attempts attempts=detail.clone().attempts_with_texts() /> })}
            {detail.decisions.iter().cloned().map(|decision| view! { <Decision decision /> }).collect_view()}
            {(detail.attempts.is_empty() && detail.decisions.is_empty())
                .then(|| view! { <p class="muted">"Nothing is on record yet."</p> })}
        </Loaded>
    }
}

/// A step run with its attempts and decisions, read again when its attempt, its status or its gate changes. A gate that was
/// decided and opened again between two looks has the same status.
pub fn detail_of(store: RunStore, path: StepPath) -> LocalResource<ApiResult<StepRunDetail>> {
    let known = store.watch_step(&path, |step| {
        (step.run.attempt, Some(step.run.status), step.run.gate.as_ref().map(|gate| gate.opened_seq))
    });
    LocalResource::new(move || {
        let _changed = known.get();
        let (id, path) = (store.id(), path.clone());
        async move { api::executions::step(&id, &path).await }
    })
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
    let model = called(attempt.provider.as_deref(), attempt.model.as_deref());
    let usage = attempt.token_usage;
    let guessed = if attempt.usage_estimated { " (estimated)" } else { "" };
    let tokens = format!("{} tokens in, {} out{guessed}", number(usage.input_tokens), number(usage.output_tokens));
    let mark = finish_mark(attempt.finish_reason, attempt.finish_word.as_deref());
    let spent = match attempt.cost_usd {
        None => Some(PRICE_NOT_KNOWN.to_owned()),
        Some(usd) => (usd > 0.0).then(|| cost(usd)),
    };
    let took = duration((attempt.completed_at - attempt.started_at).num_milliseconds());
    view! {
        <li class="stack tight">
            <div class="row wrap small">
                <strong>{format!("Attempt {}", attempt.attempt)}</strong>
                <span class=class>{word}</span>
                {mark.map(|mark| view! { <span class="badge warn">{mark}</span> })}
                <span class="mono">{model}</span>
                <span class="muted numbers">{took}</span>
                <span class="muted numbers">{tokens}</span>
                {spent.map(|spent| view! { <span class="muted numbers">{spent}</span> })}
            </div>
            {attempt.notes.into_iter().map(|text| view! { <p class="small muted break"><Message text /></p> }).collect_view()}
            {attempt.error.map(|error| view! { <div class="small"><StepError error /></div> })}
            {folded("Thinking", "Thinking of the attempt", attempt.thinking)}
            {folded("Text", "Text of the attempt", attempt.content)}
        </li>
    }
}

/// A text in a disclosure, if there is any.
pub fn folded(summary: &'static str, label: &'static str, text: Option<String>) -> Option<impl IntoView> {
    text.filter(|text| !text.is_empty()).map(|text| {
        view! {
            <details class="disclosure">
                <summary>{summary}</summary>
                <pre class="text-box" tabindex="0" role="region" aria-label=label>
                    {text}
                </pre>
            </details>
        }
    })
}

#[component]
fn Decision(decision: GateDecision) -> impl IntoView {
    view! {
        <div class="stack tight">
            <p>
                <strong>{decision_word(decision.decision)}</strong>
                {format!(" by {}, ", decision.decided_by)}
                <span class="muted">
                    <When at=Signal::stored(decision.decided_at) />
                </span>
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
