//! The settings of a step in one closed row, which tells them in a line.

use leptos::html;
use leptos::prelude::*;
use sluice_web_state::editor::settings_line;

use super::step_card::CountsBadge;
use super::step_form::StepForm;
use crate::session::Session;

/// The fields in the row of a step that calls something, as findings name them.
pub const OF_CALLS: &[&str] = &[
    "temperature",
    "max_tokens",
    "persona_id",
    "reasoning",
    "on_truncated",
    "system_prompt",
    "instructions",
    "output_schema",
    "fallbacks",
    "max_retries",
    "timeout",
    "idle_timeout",
    "max_turns",
    "next",
];

/// Those in the row of a review.
pub const OF_REVIEW: &[&str] = &["next"];

/// A row that opens to its fields, and stays open while the page is. A problem in them opens it.
#[component]
pub fn SettingsRow(
    form: StepForm,
    /// The fields in it, as findings name them.
    fields: &'static [&'static str],
    children: Children,
) -> impl IntoView {
    let builder = form.builder;
    let session = expect_context::<Session>();
    let id = StoredValue::new(form.id());
    let counts = form.counts_in(fields);
    let element: NodeRef<html::Details> = NodeRef::new();
    let is_open = Memo::new(move |_| builder.open_settings().with(|open| id.with_value(|id| open.contains(id))));
    let opens = is_open.get_untracked() || counts.with_untracked(|counts| counts.errors > 0);
    let persona = form.read(|step| step.kind.model_use().and_then(|model| model.persona_id.cloned()));
    let persona_name = Memo::new(move |_| {
        let id = persona.get()?;
        let known = session.personas.with(|all| all?.iter().find(|known| known.id == id).map(|it| it.name.clone()));
        Some(known.unwrap_or_else(|| id.to_string()))
    });
    let whole = form.read(|step| Some(step.clone()));
    let line = move || {
        whole.with(|step| {
            let step = step.as_ref()?;
            Some(persona_name.with(|persona| settings_line(step, persona.as_deref())))
        })
    };
    let toggled = move |_| {
        let Some(open) = element.get_untracked().map(|details| details.open()) else { return };
        let known = is_open.get_untracked();
        if open != known {
            builder.open_settings().update(|all| {
                if open {
                    all.insert(id.get_value());
                } else {
                    id.with_value(|id| all.remove(id));
                }
            });
        }
    };
    view! {
        <details class="settings-row" node_ref=element open=opens on:toggle=toggled>
            <summary>
                <span class="settings-line">{line}</span>
                <CountsBadge counts />
            </summary>
            <div class="inside">{children()}</div>
        </details>
    }
}
