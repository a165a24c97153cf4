//! The panel of a gate: its message and the decisions that it accepts.

use leptos::prelude::*;
use sluice_types::{Gate, GateKind, StepPath};
use sluice_web_state::run_text::{expiry, gate_heading};

use super::budget::BudgetGate;
use super::form::GateForm;
use super::other::{InterruptedGate, UnknownGate};
use super::review::ReviewGate;
use super::tool_call::ToolCallGate;
use crate::components::{MarkdownView, NewerServer, Skeleton};
use crate::pages::run::change::ChangeStep;
use crate::pages::run::ids;
use crate::pages::run::store::RunStore;

/// The message of a gate and the decisions that it accepts.
#[component]
pub fn GatePanel(store: RunStore, path: StepPath, label: String) -> impl IntoView {
    let gate = store.watch_step(&path, |step| step.run.gate.clone());
    let form = GateForm::new(store, path.clone(), gate);
    let path = StoredValue::new(path);
    let label = StoredValue::new(label);
    let kind = Memo::new(move |_| gate.read().as_ref().map(|gate| gate.kind));
    move || {
        let label = label.get_value();
        match kind.get() {
            None => view! { <Skeleton lines=4 /> }.into_any(),
            Some(kind) => view! {
                <section
                    class="gate stack"
                    aria-label=[label.as_str(), ": decision"].concat()
                    aria-busy=move || form.busy().get().then_some("true")
                >
                    <GateHead store path=path.get_value() gate kind />
                    {match kind {
                        GateKind::Review => view! { <ReviewGate form store path=path.get_value() label=label.clone() /> }.into_any(),
                        GateKind::Budget => view! { <BudgetGate form store path=path.get_value() /> }.into_any(),
                        GateKind::OutcomeUnknown => view! { <UnknownGate form /> }.into_any(),
                        GateKind::ToolCall => view! { <ToolCallGate form store path=path.get_value() /> }.into_any(),
                        GateKind::InterruptedOften => view! { <InterruptedGate form /> }.into_any(),
                        GateKind::Unknown => view! { <NewerServer /> }.into_any(),
                    }}
                    {(!matches!(kind, GateKind::Review | GateKind::ToolCall)).then(|| view! { <ChangeStep store path=path.get_value() /> })}
                </section>
            }
            .into_any(),
        }
    }
}

#[component]
fn GateHead(store: RunStore, path: StepPath, gate: Memo<Option<Gate>>, kind: GateKind) -> impl IntoView {
    let message = Signal::derive(move || gate.read().as_ref().map(|gate| gate.message.clone()).unwrap_or_default());
    // The form of a budget says the same with the amounts of now.
    let is_said = kind != GateKind::Budget || gate.with_untracked(|gate| gate.as_ref()?.needed_usd).is_none();
    let expires = move || {
        let gate = gate.get().filter(|gate| gate.expires_at.is_some())?;
        expiry(&gate, store.now_utc())
    };
    view! {
        <div class="stack tight">
            <h4 tabindex="-1" id=ids::gate_heading(&path)>
                {gate_heading(kind)}
            </h4>
            {is_said.then(|| view! { <MarkdownView source=message /> })}
            {move || expires().map(|text| view! { <p class="small numbers">{text}</p> })}
        </div>
    }
}
