//! Is this text right? Approve it, as it is or as edited, send it back, or reject it.

use leptos::html;
use leptos::prelude::*;
use sluice_types::{DecideGate, ReviewDecision, StepPath};

use super::form::{GateForm, TextEditor};
use super::seen::TextToReview;
use crate::components::{Button, ButtonKind, Confirm, CopyButton, DiffView, FailureNote, Field, Note, NoteKind};
use crate::pages::run::store::RunStore;
use crate::pages::run::text_box::{TextBox, text_of};

/// The text to review, and what can be said about it.
#[component]
pub fn ReviewGate(form: GateForm, store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let content = Memo::new(move |_| form.content());
    let editing = Memo::new(move |_| form.typed.read().text.is_some());
    let begin = move |_| {
        form.typed.update(|typed| {
            let content = content.get_untracked();
            typed.base = Some(content.clone());
            typed.text = Some(content);
        });
    };
    let from = Memo::new(move |_| form.gate.read().as_ref()?.content_from.clone());
    let label_from = move || store.peek_step(from.read().as_ref()?, |step| step.run.label.clone());
    let is_stale =
        store.watch(move |run| from.read().as_ref().and_then(|path| run.step(path)).is_some_and(|step| step.run.stale));
    view! {
        <div class="row wrap between">
            <h4>
                {move || match (editing.get(), label_from()) {
                    (true, _) => "Text, as you edit it".to_owned(),
                    (false, Some(from)) => format!("Text to review (from {from})"),
                    (false, None) => "Text to review".to_owned(),
                }}
            </h4>
            <div class="row">
                <Show when=move || is_stale.get()>
                    <span class="badge warn">"Out of date"</span>
                </Show>
                <CopyButton label="Copy the text" text=move |()| content.get_untracked() />
                <Show when=move || !editing.get()>
                    <Button small=true icon=icondata_lu::LuPencil disabled=form.busy() on_press=begin>
                        "Edit"
                    </Button>
                </Show>
            </div>
        </div>
        {move || {
            if editing.get() {
                view! { <EditText form content /> }.into_any()
            } else {
                view! { <TextToReview form store path=path.clone() label=label.clone() content from /> }.into_any()
            }
        }}
        <References form store />
        <Decisions form content />
    }
}

/// The other texts that the review shows: collapsed, so that the text to review comes first.
#[component]
fn References(form: GateForm, store: RunStore) -> impl IntoView {
    let others = Memo::new(move |_| {
        form.gate.with(|gate| {
            let gate = gate.as_ref();
            let shown = gate.map(|gate| gate.shows.clone()).unwrap_or_default();
            let in_question = gate.and_then(|gate| gate.content_from.clone());
            shown.into_iter().filter(|path| Some(path) != in_question.as_ref()).collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || others.get() key=Clone::clone let:path>
            <Reference store path />
        </For>
    }
}

#[component]
fn Reference(store: RunStore, path: StepPath) -> impl IntoView {
    let label = store.peek_step(&path, |step| step.run.label.clone()).unwrap_or_default();
    let text = text_of(store, &path);
    let open = RwSignal::new(false);
    let title = format!("For reference: {label}");
    view! {
        <details
            class="disclosure"
            on:toggle:target=move |event| open.set(event.target().open())
        >
            <summary>{title}</summary>
            <Show when=move || open.get()>
                <TextBox text label=label.clone() />
            </Show>
        </details>
    }
}

/// The text to change, and what changes.
#[component]
fn EditText(form: GateForm, content: Memo<String>) -> impl IntoView {
    let text = Signal::derive(move || form.typed.read().text.clone().unwrap_or_default());
    let changed = Memo::new(move |_| text.get() != content.get());
    let is_other = Memo::new(move |_| {
        let typed = form.typed.read();
        typed.base.as_ref().is_some_and(|base| *base != content.get())
    });
    let discard = move |_| {
        form.typed.update(|typed| {
            typed.text = None;
            typed.base = None;
        });
    };
    view! {
        <Show when=move || is_other.get()>
            <Note kind=NoteKind::Warn>
                "The text to review is another one since you began to edit. Your edit is kept; the difference below is to the new text."
            </Note>
        </Show>
        <TextEditor form label="Text, as you edit it" class="textarea grows tall" text />
        <Show when=move || changed.get()>
            <DiffView before=content after=text />
        </Show>
        <div>
            <Button kind=ButtonKind::Ghost small=true disabled=form.busy() on_press=discard>
                "Discard my edit"
            </Button>
        </div>
    }
}

#[component]
fn Decisions(form: GateForm, content: Memo<String>) -> impl IntoView {
    let asks_reject = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    let field: NodeRef<html::Textarea> = NodeRef::new();
    let edited = Memo::new(move |_| {
        let typed = form.typed.read();
        typed.text.clone().filter(|text| *text != content.get())
    });
    let comment = move || Some(form.typed.read_untracked().comment.trim().to_owned()).filter(|text| !text.is_empty());
    let decide = move |decision| {
        let content = edited.get_untracked().filter(|_| decision == ReviewDecision::Approve);
        form.decide(DecideGate { decision, comment: comment(), content, budget_usd: None, opened_seq: None });
    };
    let revise = move |_| {
        if comment().is_some() {
            decide(ReviewDecision::Revise);
        } else {
            wrong.set(Some("Say what to change: the comment goes to the model.".to_owned()));
            if let Some(field) = field.get_untracked() {
                let _focused = field.focus();
            }
        }
    };
    view! {
        <Comment form wrong field />
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap gate-actions">
            <Show when=move || form.may(ReviewDecision::Approve)>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuCheck
                    busy=form.busy()
                    on_press=move |_| decide(ReviewDecision::Approve)
                >
                    {move || if edited.read().is_some() { "Approve edited text" } else { "Approve" }}
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Revise)>
                <Button icon=icondata_lu::LuUndo2 busy=form.busy() on_press=revise>
                    "Revise"
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Reject)>
                <Button icon=icondata_lu::LuX busy=form.busy() on_press=move |_| asks_reject.set(true)>
                    "Reject"
                </Button>
            </Show>
        </div>
        <Confirm
            open=asks_reject
            title="Reject the text?"
            verb="Reject"
            on_confirm=move |()| decide(ReviewDecision::Reject)
        >
            <p>"The run fails here. What it gave is kept, and it can be run again from any step."</p>
        </Confirm>
    }
}

#[component]
fn Comment(form: GateForm, wrong: RwSignal<Option<String>>, field: NodeRef<html::Textarea>) -> impl IntoView {
    view! {
        <Field
            label="Comment"
            hint="Kept with the decision. To revise, say what to change: the step runs again with it."
            wrong=wrong
            let:ids
        >
            <textarea
                node_ref=field
                class="textarea grows short"
                readonly=move || form.busy().get()
                id=ids.input
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || form.typed.read().comment.clone()
                on:input:target=move |event| {
                    let text = event.target().value();
                    wrong.set(None);
                    form.typed.update(|typed| typed.comment = text);
                }
            ></textarea>
        </Field>
    }
}
