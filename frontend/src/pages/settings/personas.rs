//! All personas: to read, to edit in their place, to delete.

use leptos::prelude::*;
use sluice_types::Persona;

use super::persona_form::{EditPersona, NewPersona};
use crate::browser::focus::{focus_soon, use_title};
use crate::components::{Button, ButtonKind, Empty, FailureNote, ResourceList, Skeleton, forget_unsaved, has_unsaved};
use crate::session::Session;

/// Voices and instructions that steps can take on.
#[component]
pub fn Personas() -> impl IntoView {
    use_title(|| "Personas · Settings".to_owned());
    let list = ResourceList::new(expect_context::<Session>().personas);
    let creating = RwSignal::new(has_unsaved::<Persona>(None));
    let shown = Memo::new(move |_| list.shown());
    let none = move || list.is_here() && shown.with(Vec::is_empty) && !creating.get();
    view! {
        <section class="stack loose" aria-labelledby="personas">
            <div class="row wrap between top">
                <div class="stack tight grow">
                    <h2 id="personas">"Personas"</h2>
                    <p class="muted">
                        "A voice and instructions that come before a step's system prompt. A workflow or a single step uses one."
                    </p>
                </div>
                <Show when=move || !none()>
                    <Button icon=icondata_lu::LuPlus disabled=creating on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Show>
            </div>
            {move || list.failure().map(|error| view! { <FailureNote error on_retry=move |()| list.refetch() /> })}
            <Show when=move || creating.get()>
                <div class="card padded">
                    <NewPersona list on_close=move |()| creating.set(false) />
                </div>
            </Show>
            <Show when=move || !list.is_here() && list.failure().is_none()>
                <div class="card padded">
                    <Skeleton lines=6 />
                </div>
            </Show>
            <Show when=none>
                <Empty
                    icon=icondata_lu::LuUserRound
                    title="No personas yet"
                    text="Write once how texts should sound or what matters, as “Plain writer: short sentences, no jargon”, and use it in any step."
                >
                    <Button kind=ButtonKind::Primary icon=icondata_lu::LuPlus on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Empty>
            </Show>
            <ul class="stack" aria-label="Personas">
                <For each=move || shown.get() key=|persona| persona.id.clone() let:first>
                    <PersonaItem first list />
                </For>
            </ul>
        </section>
    }
}

/// A persona's card.
#[component]
pub fn PersonaItem(first: Persona, list: ResourceList<Persona>) -> impl IntoView {
    let id = first.id.clone();
    let heading = format!("persona-{id}");
    let editing = RwSignal::new(has_unsaved::<Persona>(Some(&id)));
    let persona = Memo::new(move |_| list.find(&id).unwrap_or_else(|| first.clone()));
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
fn Reading(
    persona: Memo<Persona>,
    heading: String,
    list: ResourceList<Persona>,
    editing: RwSignal<bool>,
) -> impl IntoView {
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
                        on_press=move |_| {
                            let persona = persona.get_untracked();
                            forget_unsaved::<Persona>(&persona.id);
                            list.delete(&persona);
                        }
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
