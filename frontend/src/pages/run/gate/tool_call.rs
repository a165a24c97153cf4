//! An agent asks for a call: make it, with its arguments or others, or refuse it with a reason.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::prelude::*;
use serde_json::{Map, Value};
use sluice_types::{DecideGate, ReviewDecision, StepPath};
use sluice_web_state::arguments::{Field, fields, parse_arguments};

use super::form::GateForm;
use crate::components::{
    ArgumentsForm, ArgumentsJson, ArgumentsModel, Button, ButtonKind, FailureNote, Field as FieldFrame, Segments,
    Skeleton, TextSpec, fresh_id,
};
use crate::pages::run::agent::ToolArguments;
use crate::pages::run::store::RunStore;
use crate::session::Session;

/// How the arguments are edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Form,
    Json,
}

/// The call in question, and what can be said about it.
#[component]
pub fn ToolCallGate(form: GateForm, store: RunStore, path: StepPath) -> impl IntoView {
    let editing = Memo::new(move |_| form.typed.read().text.is_some());
    let begin = move |_| form.write(form.content());
    let known = StoredValue::new(path);
    view! {
        <Show
            when=move || editing.get()
            fallback=move || {
                view! {
                    <ToolArguments store path=known.get_value() />
                    <Show when=move || form.may(ReviewDecision::Approve)>
                        <div>
                            <Button small=true icon=icondata_lu::LuPencil disabled=form.busy() on_press=begin>
                                "Edit the arguments"
                            </Button>
                        </div>
                    </Show>
                }
            }
        >
            <EditArguments form store path=known.get_value() />
        </Show>
        <Decisions form />
    }
}

fn arguments_model(form: GateForm) -> ArgumentsModel {
    let value = Memo::new(move |_| {
        let typed = form.typed.read().text.clone().unwrap_or_else(|| form.content());
        parse_arguments(&typed).unwrap_or_default()
    });
    let pending = RwSignal::new(BTreeMap::<String, String>::new());
    let set = move |arguments: Map<String, Value>| {
        form.write(serde_json::to_string_pretty(&arguments).unwrap_or_default());
    };
    let set_pending = move |(field, text): (String, Option<String>)| {
        pending.try_update(|pending| match text {
            Some(text) => pending.insert(field, text),
            None => pending.remove(&field),
        });
    };
    ArgumentsModel {
        value: value.into(),
        set: Callback::new(set),
        pending: Callback::new(move |field: String| pending.with(|pending| pending.get(&field).cloned())),
        set_pending: Callback::new(set_pending),
        references: false,
        control: StoredValue::new(Arc::new(move |spec| view! { <PlainText form spec /> }.into_any())),
    }
}

/// The arguments as a form of the tool's schema, or as JSON.
#[component]
fn EditArguments(form: GateForm, store: RunStore, path: StepPath) -> impl IntoView {
    let session = expect_context::<Session>();
    session.tools.want();
    let tool = store.watch_step(&path, |step| step.run.tool.clone().unwrap_or_default());
    let shape: Memo<Option<Vec<Field>>> = Memo::new(move |_| {
        session.tools.with(|tools| {
            let tool = tools?.iter().find(|known| tool.with(|tool| known.id == *tool))?;
            fields(&tool.input_schema)
        })
    });
    let model = arguments_model(form);
    let way = RwSignal::new(Way::Form);
    let can_show = Memo::new(move |_| shape.with(Option::is_some));
    let is_awaited = Memo::new(move |_| session.tools.is_awaited());
    let id = StoredValue::new(fresh_id("arguments"));
    let discard = move |_| form.typed.update(|typed| typed.text = None);
    view! {
        <div class="stack" role="group" aria-label="Arguments, as you edit them">
            <div class="row wrap between">
                <h4>"Arguments, as you edit them"</h4>
                <Show when=move || can_show.get()>
                    <Segments
                        label="How to write the arguments"
                        choices=vec![(Way::Form, "Form"), (Way::Json, "JSON")]
                        chosen=way
                        on_choose=move |chosen| way.set(chosen)
                    />
                </Show>
            </div>
            {move || match (is_awaited.get(), way.get(), shape.get()) {
                (true, ..) => view! { <Skeleton lines=3 /> }.into_any(),
                (false, Way::Form, Some(fields)) => view! { <ArgumentsForm model fields /> }.into_any(),
                (false, ..) => view! { <ArgumentsJson model id=id.get_value() /> }.into_any(),
            }}
            <div>
                <Button kind=ButtonKind::Ghost small=true disabled=form.busy() on_press=discard>
                    "Discard my edit"
                </Button>
            </div>
        </div>
    }
}

/// A text of the arguments.
#[component]
fn PlainText(form: GateForm, spec: TextSpec) -> impl IntoView {
    let TextSpec { label, hint, placeholder, is_short, is_required, text, wrong, on_change, .. } = spec;
    let hint = Some(hint).filter(|hint| !hint.is_empty());
    view! {
        <FieldFrame label hint wrong let:ids>
            <textarea
                id=ids.input
                class="textarea grows mono"
                class:line=is_short
                rows=if is_short { "1" } else { "3" }
                readonly=form.busy()
                placeholder=placeholder
                spellcheck="false"
                aria-required=is_required.then_some("true")
                aria-describedby=ids.described_by
                aria-invalid=move || wrong.get().is_some().then_some("true")
                prop:value=move || text.get()
                on:input:target=move |event| on_change.run(event.target().value())
            ></textarea>
        </FieldFrame>
    }
}

#[component]
fn Decisions(form: GateForm) -> impl IntoView {
    let edited = Memo::new(move |_| {
        let typed = form.typed.read().text.clone()?;
        let (mine, theirs) = (parse_arguments(&typed).ok()?, parse_arguments(&form.content()).ok());
        (Some(&mine) != theirs.as_ref()).then(|| serde_json::to_string(&mine).unwrap_or_default())
    });
    let comment = move || Some(form.typed.read_untracked().comment.trim().to_owned()).filter(|text| !text.is_empty());
    let decide = move |decision| {
        let content = edited.get_untracked().filter(|_| decision == ReviewDecision::Approve);
        form.decide(DecideGate { decision, comment: comment(), content, budget_usd: None, opened_seq: None });
    };
    let has_reason = Memo::new(move |_| !form.typed.read().comment.trim().is_empty());
    view! {
        <FieldFrame
            label="Reason"
            hint="If you refuse, the model reads it as the answer to its call and goes on with it. If you approve, it is only kept."
            let:ids
        >
            <textarea
                class="textarea grows short"
                rows="1"
                readonly=move || form.busy().get()
                id=ids.input
                aria-describedby=ids.described_by
                placeholder="Not in this folder: write to drafts/ instead."
                prop:value=move || form.typed.read().comment.clone()
                on:input:target=move |event| {
                    let text = event.target().value();
                    form.typed.update(|typed| typed.comment = text);
                }
            ></textarea>
        </FieldFrame>
        {move || form.error().map(|error| view! { <FailureNote error /> })}
        <div class="row wrap gate-actions">
            <Show when=move || form.may(ReviewDecision::Approve)>
                <Button
                    kind=ButtonKind::Primary
                    icon=icondata_lu::LuCheck
                    busy=form.busy()
                    on_press=move |_| decide(ReviewDecision::Approve)
                >
                    {move || if edited.read().is_some() { "Allow with my arguments" } else { "Allow this call" }}
                </Button>
            </Show>
            <Show when=move || form.may(ReviewDecision::Reject)>
                <Button icon=icondata_lu::LuX busy=form.busy() on_press=move |_| decide(ReviewDecision::Reject)>
                    {move || if has_reason.get() { "Refuse with this reason" } else { "Refuse" }}
                </Button>
            </Show>
        </div>
    }
}
