//! A model that no list knows, by its name.

use leptos::html;
use leptos::prelude::*;
use sluice_web_state::model_list::ModelChoice;

use crate::session::Session;

/// A provider and a model by name, for models that no list knows.
#[component]
pub fn ByHand(
    chosen: Signal<ModelChoice>,
    /// Whether each letter is told. Else the name is told when its field is left.
    as_typed: bool,
    on_choose: Callback<ModelChoice>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let given = chosen.get_untracked();
    let provider = RwSignal::new(given.provider.unwrap_or_else(|| "ollama".into()));
    let model = RwSignal::new(String::new());
    let tell = move || {
        let named = model.get_untracked().trim().to_owned();
        if !named.is_empty() {
            on_choose.run(ModelChoice { provider: Some(provider.get_untracked()), model: Some(named) });
        }
    };
    // It was asked for just now: that is where one goes on.
    let name: NodeRef<html::Input> = NodeRef::new();
    Effect::new(move || {
        if let Some(name) = name.get() {
            request_animation_frame(move || _ = name.focus());
        }
    });
    let options = session.providers.get_untracked().unwrap_or_default().into_iter().map(|known| {
        let selected = known.name.as_str() == provider.get_untracked();
        view! { <option value=known.name.as_str() selected=selected>{known.title}</option> }
    });
    view! {
        <div class="row by-hand">
            <select
                class="select"
                aria-label="Provider"
                on:change:target=move |event| {
                    provider.set(event.target().value());
                    tell();
                }
            >
                {options.collect_view()}
            </select>
            <input
                class="input"
                node_ref=name
                aria-label="Name of the model"
                placeholder="name of the model"
                maxlength="200"
                on:input:target=move |event| {
                    model.set(event.target().value());
                    if as_typed {
                        tell();
                    }
                }
                on:change=move |_| tell()
            />
        </div>
    }
}
