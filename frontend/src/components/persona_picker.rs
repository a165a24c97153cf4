//! Choosing a persona.

use leptos::prelude::*;
use sluice_types::PersonaId;

use super::field::fresh_id;
use crate::session::Session;

/// A list of the personas, with none of its own at the top.
#[component]
pub fn PersonaPicker(
    #[prop(into)] chosen: Signal<Option<PersonaId>>,
    /// The label of the first entry.
    #[prop(default = "Workflow's persona")]
    none: &'static str,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(into)] on_choose: Callback<Option<PersonaId>>,
) -> impl IntoView {
    let id = fresh_id("persona");
    let session = expect_context::<Session>();
    let value = move || chosen.get().map(|id| id.to_string()).unwrap_or_default();
    let options = move || {
        let personas = session.personas.get().unwrap_or_default();
        let known = personas.iter().any(|persona| Some(&persona.id) == chosen.get().as_ref());
        let gone = chosen.get().filter(|_| !known).map(|id| {
            view! { <option value=id.to_string() selected=true>{format!("{id} (unknown)")}</option> }
        });
        let all = personas.into_iter().map(|persona| {
            let selected = chosen.get().as_ref() == Some(&persona.id);
            view! { <option value=persona.id.to_string() selected=selected>{persona.name}</option> }
        });
        (gone, all.collect_view())
    };
    view! {
        <div class="field">
            <label for=id.clone()>"Persona"</label>
            <select
                id=id
                class="select"
                disabled=move || disabled.get()
                prop:value=value
                on:change:target=move |event| on_choose.run(PersonaId::new(event.target().value()).ok())
            >
                <option value="">{none}</option>
                {options}
            </select>
        </div>
    }
}
