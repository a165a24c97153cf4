//! The input of the run, above its steps.

use leptos::prelude::*;
use serde_json::Value;
use sluice_web_state::format::bytes;
use sluice_web_state::input::fields;
use sluice_web_state::run::{InputPart, first_part, input_parts, input_preview};

use super::store::RunStore;
use crate::components::{Button, ButtonKind, CopyButton, Icon};

/// A longer text has a box that scrolls by itself, in bytes.
const LONG: usize = 1_200;

/// The input: one line of it while it is closed, each field with its label when it is open.
#[component]
pub fn RunInput(store: RunStore) -> impl IntoView {
    let parts = Memo::new(move |_| {
        let fields = store.definition().map(|definition| fields(&[], &definition)).unwrap_or_default();
        store.peek(|run| input_parts(&run.execution().input, &fields))
    });
    let open = RwSignal::new(false);
    let whole = move |()| store.peek(|run| as_text(&run.execution().input));
    let there = store.peek(|run| !input_parts(&run.execution().input, &[]).is_empty());
    there.then(|| {
        view! {
            <details class="card run-input" on:toggle:target=move |event| open.set(event.target().open())>
                <summary>
                    <Icon icon=icondata_lu::LuChevronRight />
                    <h2>"Input"</h2>
                    <span class="muted run-input-preview">{move || parts.with(|parts| input_preview(parts))}</span>
                </summary>
                <Show when=move || open.get()>
                    <div class="run-input-body">
                        <div class="run-input-copy">
                            <CopyButton label="Copy the input" text=whole />
                        </div>
                        {move || parts.get().into_iter().map(|part| view! { <Part part /> }).collect_view()}
                    </div>
                </Show>
            </details>
        }
    })
}

fn as_text(input: &Value) -> String {
    match input {
        Value::String(text) => text.clone(),
        _ => serde_json::to_string_pretty(input).unwrap_or_default(),
    }
}

/// One field. Of a very long text, the first part is drawn until all of it is asked for.
#[component]
fn Part(part: InputPart) -> impl IntoView {
    let InputPart { label, text, is_json } = part;
    let is_long = text.len() > LONG;
    let is_cut = first_part(&text).is_some();
    let size = bytes(u64::try_from(text.len()).unwrap_or(u64::MAX));
    let all = RwSignal::new(!is_cut);
    let text = StoredValue::new(text);
    let shown = move || {
        text.with_value(|text| match first_part(text) {
            Some(first) if !all.get() => [first, "…"].concat(),
            Some(_) | None => text.clone(),
        })
    };
    view! {
        <section class="run-input-part" aria-label=label.clone()>
            <div class="row between">
                <h3 class="small muted break">{label.clone()}</h3>
                <CopyButton label=format!("Copy {label}") text=move |()| text.get_value() />
            </div>
            <pre
                class=if is_long { "text-box" } else { "" }
                class:prose=!is_json
                dir="auto"
                tabindex=is_long.then_some("0")
                role=is_long.then_some("region")
                aria-label=is_long.then(|| format!("Value of {label}"))
            >
                {shown}
            </pre>
            <Show when=move || !all.get()>
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| all.set(true)>
                    {format!("Show all ({size})")}
                </Button>
            </Show>
        </section>
    }
}
