//! Models to try in turn when the first one fails.

use leptos::prelude::*;
use sluice_types::Fallback;
use sluice_types::limits::MAX_FALLBACKS;
use sluice_web_state::editor::{with_fallback, without_fallback};

use super::button::CloseButton;
use super::picker::{ModelChoice, ModelPicker};

/// A short list: each model with a button that takes it out, and a picker that adds one.
#[component]
pub fn FallbackList(
    #[prop(into)] fallbacks: Signal<Vec<Fallback>>,
    #[prop(into)] on_change: Callback<Vec<Fallback>>,
) -> impl IntoView {
    let add = move |choice: ModelChoice| {
        if let Some(model) = choice.model
            && let Some(all) = with_fallback(
                &fallbacks.read_untracked(),
                Fallback { provider: choice.provider, model, ..Fallback::default() },
            )
        {
            on_change.run(all);
        }
    };
    let remove = move |position: usize| on_change.run(without_fallback(&fallbacks.read_untracked(), position));
    // A definition may name a model twice: only its position tells the two apart.
    let numbered = move || fallbacks.get().into_iter().enumerate().collect::<Vec<_>>();
    view! {
        <ol class="stack tight" hidden=move || fallbacks.with(Vec::is_empty)>
            <For
                each=numbered
                key=|(at, fallback)| (*at, fallback.provider.clone(), fallback.model.clone())
                let((at, fallback))
            >
                {
                    let provider = fallback.provider.clone().map(|name| [&name, ": "].concat());
                    let label = ["Remove ", &fallback.model].concat();
                    let model = fallback.model.clone();
                    view! {
                        <li class="row">
                            <span class="mono break grow">{provider}{model}</span>
                            <CloseButton label on_press=move |_| remove(at) />
                        </li>
                    }
                }
            </For>
        </ol>
        <Show when=move || fallbacks.with(|all| all.len() < MAX_FALLBACKS)>
            <ModelPicker
                label="Add a fallback"
                none="Choose a model"
                chosen=Signal::stored(ModelChoice::default())
                on_choose=add
            />
        </Show>
    }
}
