//! The log of an MCP server, as it grows.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_types::{LogLine, LogSource};
use sluice_web_state::format::utc_iso;

use super::mcp_server::ServerCard;
use crate::api::{self, ApiError};
use crate::browser::clock::ticking;
use crate::components::{FailureNote, Skeleton};

/// How often the log is read while it is looked at.
const PACE: Duration = Duration::from_secs(2);
/// Lines that are shown; older ones go.
const MOST_LINES: usize = 500;

/// What the server and its connection said.
#[component]
pub fn ServerLog(card: ServerCard) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <details class="more" on:toggle:target=move |event| open.set(event.target().open())>
            <summary>"Log"</summary>
            <Show when=move || open.get()>
                <Lines card />
            </Show>
        </details>
    }
}

#[component]
fn Lines(card: ServerCard) -> impl IntoView {
    let lines = RwSignal::new(None::<Vec<LogLine>>);
    let error = RwSignal::new(None::<ApiError>);
    let after = StoredValue::new(None::<String>);
    let is_reading = StoredValue::new(false);
    let tick = ticking(PACE, || true);
    let read = move || {
        if is_reading.try_update_value(|reading| std::mem::replace(reading, true)) != Some(false) {
            return;
        }
        let id = card.server.with_untracked(|server| server.id.clone());
        let from = after.get_value();
        spawn_local(async move {
            match api::mcp_servers::logs(&id, from.as_deref()).await {
                Ok(page) => {
                    error.try_set(None);
                    let new = page.items;
                    if let Some(cursor) = page.next_cursor {
                        after.try_set_value(Some(cursor));
                    }
                    if !new.is_empty() || lines.try_with_untracked(Option::is_none) == Some(true) {
                        lines.try_update(|lines| {
                            let lines = lines.get_or_insert_default();
                            lines.extend(new);
                            let surplus = lines.len().saturating_sub(MOST_LINES);
                            lines.drain(..surplus);
                        });
                    }
                }
                Err(failed) => _ = error.try_set(Some(failed)),
            }
            is_reading.try_set_value(false);
        });
    };
    Effect::new(move || {
        tick.track();
        read();
    });
    let frame: NodeRef<leptos::html::Div> = NodeRef::new();
    // It follows its end, as logs do.
    Effect::new(move || {
        lines.track();
        request_animation_frame(move || {
            if let Some(frame) = frame.try_get_untracked().flatten() {
                frame.set_scroll_top(frame.scroll_height());
            }
        });
    });
    view! {
        <div class="inside">
            {move || error.get().map(|error| view! { <FailureNote error /> })}
            <Show when=move || lines.with(Option::is_none) && error.with(Option::is_none)>
                <Skeleton lines=3 />
            </Show>
            <Show when=move || lines.with(|lines| lines.as_ref().is_some_and(Vec::is_empty))>
                <p class="muted small">"Nothing yet. Press Test to start the server."</p>
            </Show>
            <Show when=move || lines.with(|lines| lines.as_ref().is_some_and(|lines| !lines.is_empty()))>
                <div node_ref=frame class="server-log" tabindex="0" role="region" aria-label="Log">
                    <ol>
                        <For each=move || lines.get().unwrap_or_default() key=|line| line.number let:line>
                            <Line line />
                        </For>
                    </ol>
                </div>
            </Show>
        </div>
    }
}

#[component]
fn Line(line: LogLine) -> impl IntoView {
    let at = utc_iso(line.at);
    let clock = at.split('T').nth(1).unwrap_or_default().trim_end_matches('Z').to_owned();
    let source = match line.source {
        LogSource::Stderr => "stderr",
        LogSource::Stdout => "stdout",
        LogSource::Notification => "server",
        LogSource::Connection => "Sluice",
        LogSource::Unknown => "",
    };
    view! {
        <li>
            <time class="muted" datetime=at>
                {clock}
            </time>
            <span class="muted">{source}</span>
            <span class="break">{line.text}</span>
        </li>
    }
}
