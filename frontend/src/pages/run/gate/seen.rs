//! The text to review: what changed since it was reviewed last, or the whole of it.

use leptos::prelude::*;
use sluice_types::StepPath;
use sluice_web_state::review::{Seen, last_seen};
use sluice_web_state::run_text::decision_word;

use super::form::GateForm;
use crate::components::{DiffView, MarkdownView, Segments, Skeleton, When};
use crate::pages::run::history::detail_of;
use crate::pages::run::store::RunStore;
use crate::pages::run::text_box::TextFrame;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Changes,
    Whole,
}

/// The text to review. When it comes back after a decision, the difference is shown first.
#[component]
pub fn TextToReview(
    form: GateForm,
    store: RunStore,
    path: StepPath,
    label: String,
    content: Memo<String>,
    /// The step run that made the text.
    from: Memo<Option<StepPath>>,
) -> impl IntoView {
    let detail = detail_of(store, path);
    let seen = Memo::new(move |_| {
        let opened = form.gate.with(|gate| gate.as_ref().map(|gate| gate.opened_seq))?;
        detail.with(|answer| last_seen(&answer.as_ref()?.as_ref().ok()?.decisions, opened))
    });
    // Only a text that was sent back has one before it: others are shown without waiting for the decisions.
    let revision = |from: StepPath| store.peek_step(&from, |step| step.run.revision.is_some());
    let was_sent_back = from.get_untracked().and_then(revision).unwrap_or_default();
    let is_awaited = Memo::new(move |_| was_sent_back && detail.with(Option::is_none));
    let way = RwSignal::new(Way::Changes);
    let label = StoredValue::new(label);
    move || {
        if is_awaited.get() {
            return view! { <Skeleton lines=4 /> }.into_any();
        }
        let Some(seen) = seen.get() else {
            return view! { <WholeText label=label.get_value() content /> }.into_any();
        };
        view! {
            <Segments
                label="What to show of the text"
                choices=vec![(Way::Changes, "What changed"), (Way::Whole, "Whole text")]
                chosen=way
                on_choose=move |chosen| way.set(chosen)
            />
            <LastDecision seen=seen.clone() />
            {move || {
                let before = seen.text.clone();
                match way.get() {
                    Way::Whole => view! { <WholeText label=label.get_value() content /> }.into_any(),
                    Way::Changes if content.with(|content| *content == before) => {
                        view! { <p class="muted">"Unchanged: the text is the one that you saw."</p> }.into_any()
                    }
                    Way::Changes => {
                        view! { <DiffView before=Signal::stored(before) after=content of="what changed".to_owned() /> }
                            .into_any()
                    }
                }
            }}
        }
        .into_any()
    }
}

#[component]
fn WholeText(label: String, content: Memo<String>) -> impl IntoView {
    view! {
        <TextFrame label>
            {move || {
                if content.with(String::is_empty) {
                    view! { <p class="muted">"No output"</p> }.into_any()
                } else {
                    view! { <MarkdownView source=content /> }.into_any()
                }
            }}
        </TextFrame>
    }
}

/// What the reviewer said about the text before.
#[component]
fn LastDecision(seen: Seen) -> impl IntoView {
    view! {
        <div class="stack tight">
            <p class="small muted">
                {format!("{} by {}, ", decision_word(seen.decision), seen.decided_by)}
                <When at=Signal::stored(seen.decided_at) />
            </p>
            {seen.comment.map(|comment| view! { <blockquote class="said break" dir="auto">{comment}</blockquote> })}
        </div>
    }
}
