//! The arguments of a call, and the parts of its result beside text and JSON.

use leptos::prelude::*;
use sluice_types::{Attachment, AttachmentType, ErrorCode, StepPath, StepRunStatus};
use sluice_web_state::arguments::shown;
use sluice_web_state::format::duration;
use sluice_web_state::run::{StepView, call_words};

use crate::api;
use crate::browser::clock::local_time;
use crate::components::{CopyButton, Note, NoteKind};
use crate::pages::run::failure::StepError;
use crate::pages::run::store::RunStore;

/// Arguments by name.
#[component]
pub fn ToolArguments(store: RunStore, path: StepPath) -> impl IntoView {
    let arguments = store.watch_step(&path, |step| step.run.arguments.clone());
    let json = move |()| {
        arguments.with_untracked(|arguments| {
            arguments.as_ref().and_then(|it| serde_json::to_string_pretty(it).ok()).unwrap_or_default()
        })
    };
    move || {
        let known = arguments.get()?;
        let label = store.peek_step(&path, |step| ["Arguments of ", &call_words(&path, &step.run.label)].concat());
        if known.is_empty() {
            return Some(view! { <p class="small muted">"It is called without arguments."</p> }.into_any());
        }
        let row = |(name, value): (String, serde_json::Value)| {
            view! {
                <div>
                    <dt class="mono small">{name}</dt>
                    <dd><pre>{shown(Some(&value))}</pre></dd>
                </div>
            }
        };
        Some(
            view! {
                <div class="stack tight">
                    <div class="row between">
                        <p class="label">"Arguments"</p>
                        <CopyButton label="Copy the arguments" text=json />
                    </div>
                    <div class="call-arguments" tabindex="0" role="region" aria-label=label>
                        <dl>{known.into_iter().map(row).collect_view()}</dl>
                    </div>
                </div>
            }
            .into_any(),
        )
    }
}

/// Until when a wait goes on.
#[component]
pub fn Waiting(store: RunStore, path: StepPath) -> impl IntoView {
    move || {
        let until = store.step(&path, |step| step.run.waits_until).flatten()?;
        let left = (until - store.now_utc()).num_milliseconds().max(0);
        let at = local_time(until);
        Some(view! {
            <Note kind=NoteKind::Info>
                {format!("It waits until {at}: {} more. A restart of the server changes nothing about that.", duration(left))}
            </Note>
        })
    }
}

/// Pictures, recordings and resources of a result. Their bytes are not in lists: they are read when they are shown.
#[component]
pub fn Attachments(store: RunStore, path: StepPath) -> impl IntoView {
    let known = store.watch_step(&path, |step| step.run.attachments.clone());
    let lacks_bytes = Memo::new(move |_| known.read().iter().any(|part| part.data.is_none() && part.text.is_none()));
    let path = StoredValue::new(path);
    let read = LocalResource::new(move || {
        let wanted = lacks_bytes.get();
        let (id, path) = (store.id(), path.get_value());
        async move {
            if !wanted {
                return Vec::new();
            }
            // Without an answer, names and addresses are shown.
            api::executions::step(&id, &path).await.map(|detail| detail.run.attachments).unwrap_or_default()
        }
    });
    let shown = move || match read.get() {
        Some(whole) if !whole.is_empty() => whole,
        Some(_) | None => known.get(),
    };
    view! {
        <ul class="attachments" hidden=move || known.read().is_empty()>
            {move || shown().into_iter().map(|part| view! { <AttachmentItem part /> }).collect_view()}
        </ul>
    }
}

#[component]
fn AttachmentItem(part: Attachment) -> impl IntoView {
    let kind = part.mime_type.clone().unwrap_or_default();
    let name = part.name.clone().or_else(|| part.uri.clone());
    let title = name.unwrap_or_else(|| {
        match part.attachment_type {
            AttachmentType::Image => "A picture",
            AttachmentType::Audio => "A recording",
            AttachmentType::Resource => "A resource",
            AttachmentType::Link => "A link",
            AttachmentType::Other | AttachmentType::Unknown => "Another part",
        }
        .to_owned()
    });
    // Only pictures of plain kinds are drawn: an SVG is a program.
    let is_drawn = matches!(kind.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
    let picture =
        part.data.as_ref().filter(|_| is_drawn && part.attachment_type == AttachmentType::Image).map(|data| {
            let source = format!("data:{kind};base64,{data}");
            view! { <img class="attachment-image" src=source alt=title.clone() /> }
        });
    let text = part.text.filter(|text| !text.is_empty()).map(|text| {
        let label = format!("Contents of {title}");
        view! {
            <pre class="text-box" tabindex="0" role="region" aria-label=label>
                {text}
            </pre>
        }
    });
    let size = part.data.as_ref().map(|data| {
        // Four characters of base64 are three bytes.
        let bytes = u64::try_from(data.len()).unwrap_or(0) / 4 * 3;
        sluice_web_state::format::bytes(bytes)
    });
    let uri = part.uri.filter(|uri| *uri != title);
    view! {
        <li class="stack tight">
            <p class="row wrap small">
                <strong class="break">{title.clone()}</strong>
                <span class="muted">{kind}</span>
                <span class="muted numbers">{size}</span>
                <span class="muted mono break">{uri}</span>
            </p>
            {picture}
            {text}
        </li>
    }
}

/// Why a turn or a call failed. A retry is the whole agent's.
#[component]
pub fn Failed(store: RunStore, path: StepPath) -> impl IntoView {
    let error = Memo::new(move |_| {
        let failed = |step: &StepView| step.run.error.clone().filter(|_| step.run.status == StepRunStatus::Failed);
        store.step(&path, failed).flatten()
    });
    move || {
        let error = error.get()?;
        // A person has decided so: nothing is wrong.
        if error.code == ErrorCode::ToolCallRefused {
            return Some(view! { <Note kind=NoteKind::Info>{error.message}</Note> });
        }
        Some(view! {
            <Note kind=NoteKind::Bad>
                <StepError error />
            </Note>
        })
    }
}
