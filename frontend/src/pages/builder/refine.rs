//! Changing the draft by a sentence: the sentence, and the generation that it began.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::{GenerateWorkflow, Generation};
use sluice_web_state::editor::Draft;
use sluice_web_state::generation::Refining;

use super::model::Builder;
use super::refine_dialog::RefineDialog;
use crate::browser::storage;
use crate::components::{Button, ModelChoice};
use crate::pages::generate::{DesignerField, PromptField, StartFailure, Starter};

/// The sentence and its generation. A copy is a handle to the same ones.
#[derive(Clone, Copy)]
pub struct Refine {
    builder: StoredValue<Builder>,
    /// What is typed, and the generation that is under way or waits to be taken.
    pub refining: RwSignal<Refining>,
    /// The draft that was sent; unknown after a reload.
    pub base: StoredValue<Option<Arc<Draft>>>,
    /// Whether the dialog is open.
    pub open: RwSignal<bool>,
    /// Begins generations.
    pub starter: Starter,
}

impl Refine {
    /// The sentence as it was left. The browser keeps it until the change is taken or dropped.
    fn new(builder: Builder) -> Self {
        let key = move || builder.saved.with(|saved| Refining::key(saved.as_ref().map(|saved| &saved.id)));
        let first = untrack(key);
        let refining = RwSignal::new(Refining::from_json(storage::get(&first).as_deref()));
        let open = RwSignal::new(false);
        let mut kept_under = first;
        Effect::new(move || {
            let key = key();
            if key != kept_under {
                // A first save gives the workflow its id.
                storage::remove(&kept_under);
                kept_under.clone_from(&key);
            }
            refining.with(|refining| storage::keep(&key, refining.to_json().as_deref()));
        });
        let starter = Starter::new(move |generation: Generation| {
            refining.update(|refining| refining.generation = Some(generation.id));
            open.set(true);
        });
        Self { builder: StoredValue::new(builder), refining, base: StoredValue::new(None), open, starter }
    }

    /// The builder whose draft is changed.
    pub fn builder(self) -> Builder {
        self.builder.get_value()
    }

    /// Sends the draft with the sentence.
    pub fn send(self) {
        let builder = self.builder();
        let base = builder.draft.with_untracked(|draft| Arc::clone(&draft.0));
        let Refining { prompt, provider, model, .. } = self.refining.get_untracked();
        let workflow_id = builder
            .saved
            .with_untracked(|saved| saved.as_ref().filter(|saved| !saved.deleted).map(|saved| saved.id.clone()));
        builder.seal();
        let (name, description) = (Some(base.name.clone()), Some(base.description.clone()));
        let definition = Some(base.to_definition());
        self.base.set_value(Some(base));
        self.starter.send(GenerateWorkflow { prompt, provider, model, workflow_id, name, description, definition });
    }

    /// Lets go of the generation; the sentence stays.
    pub fn drop_generation(self) {
        self.open.set(false);
        self.refining.update(|refining| refining.generation = None);
    }

    /// Lets go of both: the change is in the draft.
    pub fn done(self) {
        self.open.set(false);
        self.refining.update(|refining| (refining.generation, refining.prompt) = (None, String::new()));
        self.starter.reset();
    }
}

/// The field for the sentence, where there is something to change.
#[component]
pub fn RefineCard(builder: Builder) -> impl IntoView {
    let refine = Refine::new(builder);
    let refining = refine.refining;
    let has_steps = Memo::new(move |_| builder.step_count() > 0);
    let waits = Memo::new(move |_| refining.with(|refining| refining.generation.is_some()));
    let prompt = Signal::derive(move || refining.with(|refining| refining.prompt.clone()));
    let chosen = Signal::derive(move || {
        refining.with(|refining| ModelChoice { provider: refining.provider.clone(), model: refining.model.clone() })
    });
    let choose = move |choice: ModelChoice| {
        refining.update(|refining| (refining.provider, refining.model) = (choice.provider, choice.model));
    };
    let field = move || {
        view! {
            <PromptField
                id="refine-prompt"
                label="What should be different?"
                hint="You see the difference before it goes into the draft."
                prompt
                rows=2
                starter=refine.starter
                on_type=move |text| refining.update(|refining| refining.prompt = text)
                on_send=move |()| refine.send()
            />
            <details class="more">
                <summary>"Model that designs"</summary>
                <div class="inside">
                    <DesignerField chosen on_choose=choose />
                </div>
            </details>
            <StartFailure starter=refine.starter />
            <div>
                <Button
                    small=true
                    icon=icondata_lu::LuSparkles
                    busy=refine.starter.is_busy()
                    on_press=move |_| refine.send()
                >
                    "Change it"
                </Button>
            </div>
        }
    };
    let waiting = move || {
        view! {
            <p class="small">"A change is being designed, or waits for you."</p>
            <div class="row wrap">
                <Button small=true on_press=move |_| refine.open.set(true)>
                    "Show it"
                </Button>
                <Button small=true on_press=move |_| refine.drop_generation()>
                    "Discard it"
                </Button>
            </div>
        }
    };
    view! {
        <Show when=move || has_steps.get() || waits.get()>
            <section class="card padded stack" aria-labelledby="refine">
                <h2 id="refine">"Change it by a sentence"</h2>
                <Show when=move || waits.get() fallback=field>
                    {waiting}
                </Show>
            </section>
        </Show>
        <RefineDialog refine />
    }
}
