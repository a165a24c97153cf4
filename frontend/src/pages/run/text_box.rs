//! A text in a box that scrolls by itself until it is opened.

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{StepPath, StepType};

use super::store::RunStore;
use crate::components::{Button, ButtonKind, MarkdownView};

/// The text of a step, and whether it is JSON.
pub fn text_of(store: RunStore, path: &StepPath) -> Memo<(String, bool)> {
    store.watch_step(path, |step| match &step.run.output {
        Some(value @ (Value::Object(_) | Value::Array(_)))
            if matches!(step.run.step_type, StepType::Llm | StepType::Agent | StepType::Tool) =>
        {
            (serde_json::to_string_pretty(value).unwrap_or_default(), true)
        }
        _ => (step.text.clone(), false),
    })
}

/// A text in a box of the height that it had while it came in; a longer one can be opened.
#[component]
pub fn TextBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    let source = Signal::derive(move || text.get().0);
    let is_json = move || text.with(|text| text.1);
    view! {
        <TextFrame label>
            {move || {
                if text.with(|text| text.0.is_empty()) {
                    view! { <p class="muted">"No output"</p> }.into_any()
                } else if is_json() {
                    view! { <pre>{source}</pre> }.into_any()
                } else {
                    view! { <MarkdownView source /> }.into_any()
                }
            }}
        </TextFrame>
    }
}

/// The same, as it was written.
#[component]
pub fn RawBox(text: Memo<(String, bool)>, label: String) -> impl IntoView {
    view! {
        <TextFrame label>
            <pre>{move || text.get().0}</pre>
        </TextFrame>
    }
}

/// A box that scrolls by itself until it is opened.
#[component]
pub fn TextFrame(#[prop(into)] label: String, children: Children) -> impl IntoView {
    let all = RwSignal::new(false);
    let frame: NodeRef<leptos::html::Div> = NodeRef::new();
    let long = RwSignal::new(false);
    Effect::new(move || {
        let Some(frame) = frame.get() else { return };
        request_animation_frame(move || {
            let _gone_already = long.try_set(frame.scroll_height() > frame.client_height() + 1);
        });
    });
    view! {
        <div
            node_ref=frame
            class="text-box"
            class:all=move || all.get()
            tabindex=move || (long.get() && !all.get()).then_some("0")
            role=move || (long.get() && !all.get()).then_some("region")
            aria-label=move || (long.get() && !all.get()).then(|| format!("Text of {label}"))
        >
            {children()}
        </div>
        <Show when=move || long.get()>
            <div>
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| all.update(|all| *all = !*all)>
                    {move || if all.get() { "Show less" } else { "Show all" }}
                </Button>
            </div>
        </Show>
    }
}
