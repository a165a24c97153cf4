//! The gates that wait for a person, above the list.

use leptos::prelude::*;
use sluice_types::OpenGate;
use sluice_web_state::format::{run_name, run_number};
use sluice_web_state::runs::{Waiting, question};

use crate::components::{Button, ButtonKind, Icon, LinkButton, When};
use crate::waiting::WaitingGates;

/// Gates that are shown at once.
const SHOWN_AT_ONCE: usize = 5;

/// What waits for a person, longest first; nothing when nothing does.
#[component]
pub fn WaitingForYou() -> impl IntoView {
    let gates: WaitingGates = expect_context();
    // The page is often come to for what waits.
    gates.look();
    let all = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let most = if all.get() { usize::MAX } else { SHOWN_AT_ONCE };
        gates.with(|waiting| waiting.gates.iter().take(most).cloned().collect::<Vec<_>>())
    });
    let count = Memo::new(move |_| gates.with(Waiting::count));
    let rest = Memo::new(move |_| gates.with(|waiting| waiting.gates.len()).saturating_sub(SHOWN_AT_ONCE));
    let key = |gate: &OpenGate| (gate.execution_id.clone(), gate.path.clone(), gate.opened_seq);
    view! {
        <Show when=move || count.read().is_some()>
            <section class="waiting-gates" aria-labelledby="waiting">
                <h2 id="waiting">
                    <Icon icon=icondata_lu::LuUserCheck />
                    "Waiting for you"
                    <span class="count">{move || count.get()}</span>
                </h2>
                <ul class="card">
                    <For each=move || shown.get() key=key let:gate>
                        <GateRow gate />
                    </For>
                </ul>
                <div class="row wrap">
                <Show when=move || rest.get() != 0>
                    <Button kind=ButtonKind::Ghost small=true on_press=move |_| all.update(|all| *all = !*all)>
                        {move || if all.get() { "Show fewer".to_owned() } else { format!("Show {} more", rest.get()) }}
                    </Button>
                </Show>
                <Show when=move || all.get() && gates.with(Waiting::has_more)>
                    <a class="small" href="/runs?status=waiting">
                        {move || count.get().map(|count| format!("All {count} in the list below"))}
                    </a>
                </Show>
                </div>
            </section>
        </Show>
    }
}

/// A gate: which step of which workflow asks what, and the way to it.
#[component]
fn GateRow(gate: OpenGate) -> impl IntoView {
    let asks = question(&gate);
    let href = format!("/runs/{}#{}", gate.execution_id, gate.path);
    let about = format!(" {} of {}", gate.step_label, run_name(&gate.workflow_name, gate.execution_number));
    view! {
        <li>
            <div class="what">
                <p class="break">
                    <strong dir="auto">{gate.step_label}</strong>
                    <span class="muted">" in "</span>
                    <span dir="auto">{gate.workflow_name}</span>
                    {gate.execution_number.map(|number| view! { <span class="muted numbers">" " {run_number(number)}</span> })}
                </p>
                {(!asks.is_empty()).then(|| view! { <p class="small muted one-line" dir="auto">{asks}</p> })}
            </div>
            <span class="small muted numbers">
                {gate.opened_at.map(|at| view! { <When at=Signal::stored(at) /> })}
            </span>
            <LinkButton small=true href>
                "Decide"
                <span class="visually-hidden">{about}</span>
            </LinkButton>
        </li>
    }
}
