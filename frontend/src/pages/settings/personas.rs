//! All personas.

use leptos::prelude::*;

use super::persona_form::{NewPersona, is_kept};
use super::persona_item::PersonaItem;
use super::persona_model::PersonaList;
use crate::browser::memo::memo;
use crate::browser::signal::RwSignal;
use crate::components::{Button, ButtonKind, Each, Empty, FailureNote, Shown, Skeleton};

/// Voices and instructions that steps can take on.
#[component]
pub fn Personas() -> impl IntoView {
    let list = PersonaList::provide();
    let creating = RwSignal::new(is_kept(None));
    let shown = memo(move || list.shown());
    let none = move || list.is_here() && shown.with(Vec::is_empty) && !creating.get();
    view! {
        <section class="stack loose" aria-labelledby="personas">
            <div class="row wrap between top">
                <div class="stack tight grow">
                    <h2 id="personas">"Personas"</h2>
                    <p class="muted">
                        "A voice and instructions that stand before a step's system prompt. A workflow or a single step takes one on."
                    </p>
                </div>
                <Shown is=move || !none()>
                    <Button icon=icondata_lu::LuPlus disabled=creating on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Shown>
            </div>
            {move || list.failure().map(|error| view! { <FailureNote error on_retry=move |()| list.refetch() /> })}
            <Shown is=move || creating.get()>
                <div class="card padded">
                    <NewPersona list on_close=move |()| creating.set(false) />
                </div>
            </Shown>
            <Shown is=move || list.is_waiting()>
                <div class="card padded">
                    <Skeleton lines=6 />
                </div>
            </Shown>
            <Shown is=none>
                <Empty
                    icon=icondata_lu::LuUserRound
                    title="No personas yet"
                    text="Write once how texts are to sound or what is to be looked after, as “Plain writer: short sentences, no jargon”, and let any step take it on."
                >
                    <Button kind=ButtonKind::Primary icon=icondata_lu::LuPlus on_press=move |_| creating.set(true)>
                        "New persona"
                    </Button>
                </Empty>
            </Shown>
            <ul class="stack" aria-label="Personas">
                <Each each=move || shown.get() key=|persona| persona.id.to_string() let:first>
                    <PersonaItem first list />
                </Each>
            </ul>
        </section>
    }
}
