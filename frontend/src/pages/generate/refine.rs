//! Changing a design by another sentence: the design as it is now is sent along, and another one comes of it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{GenerateWorkflow, Generation};
use sluice_web_state::generation::Design;

use super::page::address;
use super::prompt::{PromptField, StartFailure, Starter};
use super::result::DesignState;
use crate::browser::storage;
use crate::components::Button;

/// Takes the sentence, and leads to the design that comes of it.
#[component]
pub fn RefineCard(state: DesignState) -> impl IntoView {
    let key = state.read(|generation| format!("sluice.refine-design.{}", generation.id));
    let typed = RwSignal::new(storage::get(&key).unwrap_or_default());
    let kept = key.clone();
    Effect::new(move || {
        typed.with(|typed| storage::keep(&kept, Some(typed.as_str()).filter(|typed| !typed.is_empty())));
    });
    let navigate = use_navigate();
    let starter = Starter::new(move |generation: Generation| {
        storage::remove(&key);
        // A saved workflow has its name.
        if generation.workflow_id.is_none() {
            let kept = state.design.with_untracked(Design::for_refined);
            storage::keep(&Design::key(&generation.id), kept.as_deref());
        }
        navigate(&address(&generation.id), NavigateOptions::default());
    });
    let send = move || {
        let request = state.read(|generation| {
            // A new agent is not there yet, so what it says goes along in its steps.
            let workflow = state.design.with_untracked(|design| design.standalone(generation));
            GenerateWorkflow {
                prompt: typed.get_untracked(),
                provider: Some(generation.provider.clone()),
                model: Some(generation.model.clone()),
                workflow_id: generation.workflow_id.clone(),
                name: workflow.as_ref().map(|workflow| workflow.name.clone()),
                description: workflow.as_ref().map(|workflow| workflow.description.clone()),
                definition: workflow.map(|workflow| workflow.definition),
            }
        });
        starter.send(request);
    };
    view! {
        <section class="card padded stack" aria-labelledby="refine">
            <h2 id="refine">"Change it by a sentence"</h2>
            <PromptField
                id="refine-prompt"
                label="What should be different?"
                hint="The same model changes this design. Each change costs its calls."
                prompt=typed
                rows=3
                starter
                on_type=move |text| typed.set(text)
                on_send=move |()| send()
            />
            <StartFailure starter />
            <div>
                <Button icon=icondata_lu::LuSparkles busy=starter.is_busy() on_press=move |_| send()>
                    "Change it"
                </Button>
            </div>
        </section>
    }
}
