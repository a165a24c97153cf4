//! Which model designs, and that it costs.

use leptos::prelude::*;
use sluice_types::default_provider;
use sluice_web_state::generation::{Designer, designer};
use sluice_web_state::model_choice::named;

use crate::components::{ModelChoice, ModelPicker};
use crate::session::Session;

/// A picker, and a line that names the model that it leads to.
#[component]
pub fn DesignerField(
    #[prop(into)] chosen: Signal<ModelChoice>,
    #[prop(into)] on_choose: Callback<ModelChoice>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let none = move || {
        let first = session.providers.with(|all| all.and_then(|all| default_provider(all)).map(named));
        first.map_or_else(|| "The server's choice".to_owned(), |first| format!("The server's choice, else {first}"))
    };
    view! {
        <div class="stack tight">
            <ModelPicker
                label="Model that designs"
                none=Signal::derive(none)
                as_typed=true
                chosen
                on_choose
            />
            <DesignerLine chosen />
        </div>
    }
}

/// The model that will design.
#[component]
fn DesignerLine(chosen: Signal<ModelChoice>) -> impl IntoView {
    let session = expect_context::<Session>();
    let found = Memo::new(move |_| {
        let choice = chosen.get();
        session.providers.with(|providers| {
            designer(choice.provider.as_deref(), choice.model.as_deref(), providers.map(Vec::as_slice))
        })
    });
    let is_chosen = move || chosen.with(|choice| choice.provider.is_some() || choice.model.is_some());
    let settings = || {
        view! {
            <a class="link" href="/settings/providers">
                "Open the settings"
            </a>
        }
    };
    let line = move || {
        match found.get() {
        Designer::NotKnown => "Its calls cost what the model costs.".into_any(),
        Designer::Nobody => {
            view! { "No provider can be used: none has a key. " {settings()} }.into_any()
        }
        Designer::NotAvailable { title, missing } => {
            view! { {format!("{title} cannot be used: {missing}. ")} {settings()} }.into_any()
        }
        Designer::Model { name, simulated: true } => {
            format!("{name} designs: simulated, from templates and the words of your prompt. It costs nothing.").into_any()
        }
        Designer::Model { name, .. } if is_chosen() => {
            format!("{name} designs. Its calls cost what the model costs: one, and up to three more to fix what the check finds.")
                .into_any()
        }
        Designer::Model { name, .. } => {
            format!("{name} designs, unless the server names another model. Its calls cost what the model costs: one, and up to three more to fix what the check finds.")
                .into_any()
        }
    }
    };
    view! { <p class="small muted">{line}</p> }
}
