//! What a step reuses, what is new and which key is missing.

use leptos::prelude::*;
use sluice_types::{ReuseItem, ReuseKind};
use sluice_web_state::generation::reuse_look;

use crate::components::Icon;

/// One line of the reuse report.
#[component]
pub fn ReuseLine(item: ReuseItem) -> impl IntoView {
    let look = reuse_look(item.kind);
    let class = match (look.is_open, look.is_reused) {
        (true, _) => "badge warn",
        (false, true) => "badge good",
        (false, false) => "badge",
    };
    let icon = match item.kind {
        ReuseKind::ExistingAgent | ReuseKind::NewAgent | ReuseKind::MissingAgent => icondata_lu::LuBot,
        ReuseKind::ExistingTool | ReuseKind::NativeTool | ReuseKind::MissingTool => icondata_lu::LuWrench,
        ReuseKind::ModelCall => icondata_lu::LuMessageSquare,
        ReuseKind::Unknown => icondata_lu::LuCircleHelp,
    };
    let missing = item.missing_key.map(|provider| {
        view! {
            <span class="badge warn">{format!("{provider}: key missing")}</span>
            <a class="link small" href="/settings/providers">
                "Add a key"
            </a>
        }
    });
    view! {
        <li class="row wrap small">
            <span class=class>
                <Icon icon />
                {look.word}
            </span>
            {item.resource_id.map(|id| view! { <code class="break">{id}</code> })}
            <span class="muted" dir="auto">
                {item.reason}
            </span>
            {missing}
        </li>
    }
}
