//! The models that are tried in turn when the step's own fails for good.

use leptos::prelude::*;
use sluice_types::Fallback;
use sluice_types::limits::MAX_FALLBACKS;

use super::llm_fields::llm;
use super::step_body::{Found, StepForm};
use crate::components::{CloseButton, Each, ModelChoice, ModelPicker, Shown};
use crate::state::editor::StepField;

/// A short list: each model with a button that takes it out, and a picker that adds one.
#[component]
pub fn FallbacksField(form: StepForm) -> impl IntoView {
    let fallbacks = form.read(|step| llm(step).map(|llm| llm.fallbacks.clone()).unwrap_or_default());
    let add = move |choice: ModelChoice| {
        if let Some(model) = choice.model {
            let mut all = fallbacks.get_untracked();
            all.push(Fallback { provider: choice.provider, model });
            form.set(StepField::Fallbacks(all));
        }
    };
    let remove = move |fallback: &Fallback| {
        let mut all = fallbacks.get_untracked();
        all.retain(|it| it != fallback);
        form.set(StepField::Fallbacks(all));
    };
    view! {
        <ol class="stack tight" hidden=move || fallbacks.with(Vec::is_empty)>
            <Each
                each=move || fallbacks.get()
                key=|fallback| [fallback.provider.as_deref().unwrap_or_default(), " ", &fallback.model].concat()
                let:fallback
            >
                {
                    let provider = fallback.provider.clone().map(|name| [&name, ": "].concat());
                    let label = ["Remove ", &fallback.model].concat();
                    let model = fallback.model.clone();
                    view! {
                        <li class="row">
                            <span class="mono break grow">{provider}{model}</span>
                            <CloseButton label on_press=move |_| remove(&fallback) />
                        </li>
                    }
                }
            </Each>
        </ol>
        <Shown is=move || fallbacks.with(|all| all.len() < MAX_FALLBACKS)>
            <ModelPicker
                label="Add a fallback"
                none="Choose a model"
                chosen=Signal::stored(ModelChoice::default())
                on_choose=add
            />
        </Shown>
        <Found findings=form.found("fallbacks") builder=form.builder />
    }
}
