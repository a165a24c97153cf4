//! The field in which people say what a workflow is to do. It leads to the page on which a model designs it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_web_state::generation::{Described, EXAMPLES};

use super::button::Button;
use super::choice::Tag;
use super::field::fresh_id;
use crate::browser::focus::focus_soon;
use crate::browser::storage;

/// The address of the page on which a model designs a workflow.
pub const GENERATE: &str = "/generate";

/// The prompt for a new workflow, which the browser keeps until a generation was started with it.
pub fn described() -> RwSignal<Described> {
    let described = RwSignal::new(Described::from_json(storage::get(Described::KEY).as_deref()));
    Effect::new(move || described.with(|described| storage::keep(Described::KEY, described.to_json().as_deref())));
    described
}

/// Whether a key press sends a text: Ctrl or Command with Enter.
pub fn sends(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key())
}

/// A field for a sentence, with examples where there is room for them. Nothing is spent by it: the page that it leads to
/// says which model designs.
#[component]
pub fn DescribeField(
    /// Whether examples are offered.
    #[prop(optional, into)]
    examples: Signal<bool>,
) -> impl IntoView {
    let id = fresh_id("describe");
    let focus = StoredValue::new(id.clone());
    let described = described();
    let navigate = use_navigate();
    let go = StoredValue::new(move || navigate(GENERATE, NavigateOptions::default()));
    let go = move || go.with_value(|go| go());
    let keys = move |event: KeyboardEvent| {
        if sends(&event) {
            event.prevent_default();
            go();
        }
    };
    view! {
        <section class="card padded describe" aria-labelledby=format!("{id}-head")>
            <h2 id=format!("{id}-head")>
                <label for=id.clone()>"Describe what the workflow should do"</label>
            </h2>
            <div class="describe-line">
                <textarea
                    id=id.clone()
                    class="textarea grows short"
                    dir="auto"
                    rows="1"
                    placeholder="Summarise a week of customer mail, and ask me before it is sent"
                    prop:value=move || described.with(|described| described.prompt.clone())
                    on:input:target=move |event| {
                        let text = event.target().value();
                        described.update(|described| described.prompt = text);
                    }
                    on:keydown=keys
                ></textarea>
                <Button icon=icondata_lu::LuSparkles on_press=move |_| go()>
                    "Describe it"
                </Button>
            </div>
            <Show when=move || examples.get()>
                <Examples described focus=focus.get_value() />
            </Show>
        </section>
    }
}

/// Prompts to begin with. One that is chosen takes the place of what is typed.
#[component]
pub fn Examples(
    described: RwSignal<Described>,
    /// The id of the field that gets the focus.
    #[prop(into)]
    focus: String,
) -> impl IntoView {
    let focus = StoredValue::new(focus);
    let example = move |(name, prompt): (&'static str, &'static str)| {
        let choose = move |()| {
            described.update(|described| prompt.clone_into(&mut described.prompt));
            focus_soon(focus.get_value());
        };
        view! { <Tag text=name label=format!("Example: {name}") on_press=choose /> }
    };
    view! {
        <div class="row wrap examples" role="group" aria-label="Examples">
            <span class="small muted" aria-hidden="true">
                "For example"
            </span>
            {EXAMPLES.map(example).into_iter().collect_view()}
        </div>
    }
}
