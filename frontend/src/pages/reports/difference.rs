//! The difference of two versions.

use leptos::prelude::*;
use sluice_types::{WorkflowId, WorkflowVersionDifference};
use sluice_web_state::changed_field::ChangedField;
use sluice_web_state::format::capitalised;
use sluice_web_state::versions::{Change, changes};

use crate::api;
use crate::components::{DiffView, Loaded};

/// Reads and draws what a version has changed since another one.
#[component]
pub fn Difference(
    workflow: WorkflowId,
    #[prop(into)] from: Signal<i64>,
    #[prop(into)] to: Signal<i64>,
) -> impl IntoView {
    let difference = LocalResource::new(move || {
        let (id, from, to) = (workflow.clone(), from.get(), to.get());
        async move { api::workflows::difference(&id, to, from).await }
    });
    view! {
        <Loaded resource=difference lines=3 let:found>
            {drawn(&found)}
        </Loaded>
    }
}

fn drawn(difference: &WorkflowVersionDifference) -> AnyView {
    let changes = changes(difference);
    if changes.is_empty() {
        return view! { <p class="muted">"Nothing differs."</p> }.into_any();
    }
    view! { <ul class="changes">{changes.into_iter().map(change).collect_view()}</ul> }.into_any()
}

fn change(change: Change) -> impl IntoView {
    let badge = match change.kind {
        "added" => "badge good",
        "removed" => "badge bad",
        _ => "badge",
    };
    view! {
        <li class="stack tight">
            <div class="row wrap">
                <strong class="break" dir="auto">
                    {change.title}
                </strong>
                <span class=badge>{capitalised(change.kind)} {change.note.map(|note| [" ", note].concat())}</span>
            </div>
            {change.fields.into_iter().map(field).collect_view()}
        </li>
    }
}

fn field(field: ChangedField) -> impl IntoView {
    let values = if field.is_text {
        let (before, after) = (StoredValue::new(field.before), StoredValue::new(field.after));
        view! {
            <DiffView
                of=field.name.clone()
                before=Signal::derive(move || before.get_value())
                after=Signal::derive(move || after.get_value())
            />
        }
        .into_any()
    } else {
        view! {
            <span class="values">
                {(!field.before.is_empty())
                    .then(|| {
                        view! {
                            <del class="break" dir="auto">
                                <span class="visually-hidden">"before: "</span>
                                {field.before}
                            </del>
                        }
                    })}
                {(!field.after.is_empty())
                    .then(|| {
                        view! {
                            <ins class="break" dir="auto">
                                <span class="visually-hidden">"after: "</span>
                                {field.after}
                            </ins>
                        }
                    })}
            </span>
        }
        .into_any()
    };
    view! {
        <div class="changed-field">
            <span class="muted small break">{field.name}</span>
            {values}
        </div>
    }
}
