//! Is this text right? Approve it, as it is or as edited, send it back, or reject it.

use leptos::html;
use leptos::prelude::*;
use sluice_types::{ReviewDecision, ReviewRequest};

use super::{Desk, TextEditor};
use crate::components::{
    Button, ButtonKind, Confirm, CopyButton, DiffView, FailureNote, Field, MarkdownView, Note, NoteKind,
};
use crate::pages::run::result::Box;

/// The text in question, and what can be said about it.
#[component]
pub fn ReviewGate(desk: Desk, label: String) -> impl IntoView {
    let content = Memo::new(move |_| desk.content());
    let editing = Memo::new(move |_| desk.typed.read().text.is_some());
    let begin = move |_| {
        desk.typed.update(|typed| {
            let content = content.get_untracked();
            typed.base = Some(content.clone());
            typed.text = Some(content);
        });
    };
    view! {
        <div class="row between">
            <h4>{move || if editing.get() { "Text, as you edit it" } else { "Text in question" }}</h4>
            <div class="row">
                <CopyButton label="Copy the text" text=move |()| content.get_untracked() />
                <Show when=move || !editing.get()>
                    <Button small=true icon=icondata_lu::LuPencil disabled=desk.busy on_press=begin>
                        "Edit"
                    </Button>
                </Show>
            </div>
        </div>
        {move || {
            if editing.get() {
                view! { <EditText desk content /> }.into_any()
            } else {
                view! {
                    <Box label=label.clone()>
                        <MarkdownView source=content />
                    </Box>
                }
                .into_any()
            }
        }}
        <Decisions desk content />
    }
}

/// The text to change, and what changes.
#[component]
fn EditText(desk: Desk, content: Memo<String>) -> impl IntoView {
    let text = Signal::derive(move || desk.typed.read().text.clone().unwrap_or_default());
    let changed = Memo::new(move |_| text.get() != content.get());
    let is_other = Memo::new(move |_| {
        let typed = desk.typed.read();
        typed.base.as_ref().is_some_and(|base| *base != content.get())
    });
    let discard = move |_| {
        desk.typed.update(|typed| {
            typed.text = None;
            typed.base = None;
        });
    };
    view! {
        <Show when=move || is_other.get()>
            <Note kind=NoteKind::Warn>
                "The text in question is another one since you began to edit. Your edit is kept; the difference below is to the new text."
            </Note>
        </Show>
        <TextEditor desk label="Text, as you edit it" class="textarea grows tall" text />
        <Show when=move || changed.get()>
            <DiffView before=content after=text />
        </Show>
        <div>
            <Button kind=ButtonKind::Ghost small=true disabled=desk.busy on_press=discard>
                "Discard my edit"
            </Button>
        </div>
    }
}

#[component]
fn Decisions(desk: Desk, content: Memo<String>) -> impl IntoView {
    let asks_reject = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    let field: NodeRef<html::Textarea> = NodeRef::new();
    let can_revise = move || {
        desk.may(ReviewDecision::Revise) && desk.gate.read().as_ref().is_some_and(|gate| !gate.shows.is_empty())
    };
    let edited = Memo::new(move |_| {
        let typed = desk.typed.read();
        typed.text.clone().filter(|text| *text != content.get())
    });
    let comment = move || Some(desk.typed.read_untracked().comment.trim().to_owned()).filter(|text| !text.is_empty());
    let decide = move |decision| {
        let content = edited.get_untracked().filter(|_| decision == ReviewDecision::Approve);
        desk.decide(ReviewRequest { decision, comment: comment(), content, budget_usd: None, opened_seq: None });
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
        <Comment desk wrong field />
        {move || desk.error.get().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap">
            <Show when=move || desk.may(ReviewDecision::Approve)>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuCheck
                    busy=desk.busy
                    on_press=move |_| decide(ReviewDecision::Approve)
                >
                    {move || if edited.read().is_some() { "Approve edited text" } else { "Approve" }}
                </Button>
            </Show>
            <Show when=can_revise>
                <Button icon=icondata_lu::LuUndo2 busy=desk.busy on_press=revise>
                    "Revise"
                </Button>
            </Show>
            <Show when=move || desk.may(ReviewDecision::Reject)>
                <Button icon=icondata_lu::LuX busy=desk.busy on_press=move |_| asks_reject.set(true)>
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
fn Comment(desk: Desk, wrong: RwSignal<Option<String>>, field: NodeRef<html::Textarea>) -> impl IntoView {
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
                readonly=move || desk.busy.get()
                id=ids.input
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.read().is_some().then_some("true")
                prop:value=move || desk.typed.read().comment.clone()
                on:input:target=move |event| {
                    let text = event.target().value();
                    wrong.set(None);
                    desk.typed.update(|typed| typed.comment = text);
                }
            ></textarea>
        </Field>
    }
}
