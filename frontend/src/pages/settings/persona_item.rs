//! One persona of the list: to read, or to edit in its place.

use leptos::prelude::*;
use sluice_types::Persona;

use super::persona_form::{EditPersona, is_kept};
use super::persona_model::PersonaList;
use crate::browser::focus::focus_soon;
use crate::browser::memo::{Memo, memo};
use crate::browser::signal::RwSignal;
use crate::browser::stored::StoredValue;
use crate::components::{Button, ButtonKind};

/// A persona's card.
#[component]
pub fn PersonaItem(first: Persona, list: PersonaList) -> impl IntoView {
    let id = first.id.clone();
    let heading = format!("persona-{id}");
    let editing = RwSignal::new(is_kept(Some(&id)));
    let persona = memo(move || list.find(&id).unwrap_or_else(|| first.clone()));
    let back = heading.clone();
    let close = move |()| {
        editing.set(false);
        focus_soon(back.clone());
    };
    let close = StoredValue::new(close);
    view! {
        <li class="card padded">
            {move || {
                if editing.get() {
                    let on_close = move |()| close.with_value(|close| close(()));
                    view! { <EditPersona persona=persona.get_untracked() list on_close /> }.into_any()
                } else {
                    view! { <Reading persona heading=heading.clone() list editing /> }.into_any()
                }
            }}
        </li>
    }
}

#[component]
fn Reading(persona: Memo<Persona>, heading: String, list: PersonaList, editing: RwSignal<bool>) -> impl IntoView {
    let name = move || persona.with(|persona| persona.name.clone());
    let description = move || {
        persona.with(|persona| {
            let text = Some(persona.description.clone()).filter(|text| !text.trim().is_empty())?;
            Some(view! { <p class="break" dir="auto">{text}</p> })
        })
    };
    view! {
        <div class="stack tight">
            <div class="row between top">
                <h3 id=heading tabindex="-1" class="break" dir="auto">
                    {name}
                </h3>
                <div class="row">
                    <Button
                        small=true
                        label=Signal::derive(move || format!("Edit {}", name()))
                        on_press=move |_| editing.set(true)
                    >
                        "Edit"
                    </Button>
                    <Button
                        kind=ButtonKind::Ghost
                        small=true
                        icon=icondata_lu::LuTrash2
                        label=Signal::derive(move || format!("Delete {}", name()))
                        on_press=move |_| list.delete(&persona.get_untracked())
                    />
                </div>
            </div>
            {description}
            <p class="muted small excerpt persona-text" dir="auto">
                {move || persona.with(|persona| persona.instructions.clone())}
            </p>
        </div>
    }
}
