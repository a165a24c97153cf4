//! The run as it is printed: its input, and each step with all that it gave.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_use_event_listener::use_event_listener;
use serde_json::Value;
use sluice_types::{StepPath, StepRunStatus};
use sluice_web_state::format::{known_cost, number, run_name, utc_iso};
use sluice_web_state::input::fields;
use sluice_web_state::run::{InputPart, StepView, begun_containers, in_order, input_parts, name_of_run};
use sluice_web_state::run_status::RunStanding;

use super::store::RunStore;
use super::whole::WholeRun;
use crate::components::{MarkdownView, Message, Toasts, step_word};

/// Draws the run for paper while the browser prints. What is not loaded cannot be read in time then; the menu of the run
/// reads it first.
#[component]
pub fn PrintedRun(store: RunStore, #[prop(into)] name: Signal<String>) -> impl IntoView {
    let whole = expect_context::<WholeRun>();
    let printing = whole.printing;
    let _stop = use_event_listener(window(), leptos::ev::Custom::<web_sys::Event>::new("beforeprint"), move |_| {
        printing.set(true);
    });
    let _stop = use_event_listener(window(), leptos::ev::Custom::<web_sys::Event>::new("afterprint"), move |_| {
        printing.set(false);
    });
    view! {
        <Show when=move || printing.get()>
            <article class="printed-run">
                <h1>{move || run_name(&name.get(), store.peek(|run| run.execution().number))}</h1>
                <Facts store />
                <Input store />
                <Steps store whole />
            </article>
        </Show>
    }
}

/// Prints the run with what runs inside its containers.
pub fn print(store: RunStore, whole: WholeRun, toasts: Toasts) {
    spawn_local(async move {
        if let Err(error) = whole.read(store).await {
            return toasts
                .retry("The steps inside containers were not read", &error, move || print(store, whole, toasts));
        }
        whole.printing.try_set(true);
        // It is drawn in the frame after this one.
        request_animation_frame(move || {
            request_animation_frame(|| {
                // It fails only where printing is forbidden, and the browser says so.
                let _printed = window().print();
            });
        });
    });
}

#[component]
fn Facts(store: RunStore) -> impl IntoView {
    let facts = store.peek(|run| {
        let execution = run.execution();
        let totals = run.totals();
        let at = utc_iso(execution.started_at.unwrap_or(execution.created_at)).replace('T', " ").replace('Z', " UTC");
        let tokens = totals.tokens;
        [
            RunStanding::of_run(run).word().to_owned(),
            at,
            format!("Version {}", execution.workflow_version),
            format!("Started by {}", execution.triggered_by),
            format!("Cost: {}", known_cost(totals.cost_usd, totals.unpriced_calls)),
            format!("{} tokens in, {} out", number(tokens.input_tokens), number(tokens.output_tokens)),
            execution.id.to_string(),
        ]
        .join(" · ")
    });
    view! { <p class="small muted">{facts}</p> }
}

#[component]
fn Input(store: RunStore) -> impl IntoView {
    let fields = untrack(|| store.definition()).map(|definition| fields(&[], &definition)).unwrap_or_default();
    let parts = store.peek(|run| input_parts(&run.execution().input, &fields));
    (!parts.is_empty()).then(|| {
        let part = |InputPart { label, text, is_json }| {
            view! {
                <h3>{label}</h3>
                <pre class:prose=!is_json dir="auto">{text}</pre>
            }
        };
        view! {
            <section>
                <h2>"Input"</h2>
                {parts.into_iter().map(part).collect_view()}
            </section>
        }
    })
}

#[component]
fn Steps(store: RunStore, whole: WholeRun) -> impl IntoView {
    let (steps, unread) = whole.inside.with_untracked(|read| {
        store.peek(|run| {
            let steps = in_order(run, read);
            let is_read = |path: &StepPath| read.inside.contains_key(path);
            let printed: Vec<Printed> = steps.iter().map(|step| Printed::of(step, is_read(&step.run.path))).collect();
            let missing = begun_containers(steps).into_iter().filter(|path| !is_read(path)).count();
            (printed, missing > 0 || read.is_cut)
        })
    });
    view! {
        {unread
            .then(|| {
                view! {
                    <p class="small muted">
                        "Not all steps inside containers are loaded. “Print” in the menu of the run loads them first."
                    </p>
                }
            })}
        {steps.into_iter().map(|step| view! { <Step step /> }).collect_view()}
    }
}

/// A step as it is printed.
struct Printed {
    name: String,
    around: String,
    facts: String,
    text: String,
    is_json: bool,
    error: Option<String>,
}

impl Printed {
    /// What a container gave is not repeated where the steps inside are printed.
    fn of(step: &StepView, is_inside_read: bool) -> Self {
        let run = &step.run;
        let word = (run.status != StepRunStatus::Completed).then(|| step_word(run.status).to_owned());
        let cost = (run.cost_usd > 0.0 || run.unpriced_calls > 0).then(|| known_cost(run.cost_usd, run.unpriced_calls));
        let json = run
            .output
            .as_ref()
            .filter(|_| !is_inside_read)
            .filter(|value| matches!(value, Value::Object(_) | Value::Array(_)));
        Self {
            name: name_of_run(run),
            around: step.container.as_ref().map(|_| run.path.to_string()).unwrap_or_default(),
            facts: [word, run.model.clone(), cost].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            text: match json {
                Some(json) => serde_json::to_string_pretty(json).unwrap_or_default(),
                None if is_inside_read => String::new(),
                None => step.text.clone(),
            },
            is_json: json.is_some(),
            error: run.error.as_ref().map(|error| error.message.clone()),
        }
    }
}

#[component]
fn Step(step: Printed) -> impl IntoView {
    let Printed { name, around, facts, text, is_json, error } = step;
    view! {
        <section class="printed-step">
            <h2>{name}</h2>
            <p class="small muted">{around} " " {facts}</p>
            {error.map(|text| view! { <p><Message text /></p> })}
            {if is_json {
                view! { <pre>{text}</pre> }.into_any()
            } else {
                view! { <MarkdownView source=Signal::stored(text) /> }.into_any()
            }}
        </section>
    }
}
