//! The card of a step beside the canvas: the same fields as in the list.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use sluice_types::{Step, StepId};
use sluice_web_state::canvas::words::place_words;
use sluice_web_state::shared::Shared;

use super::super::container::ContainerBody;
use super::super::model::{Builder, toggle_id};
use super::super::step_card::{StepModel, label_of};
use super::super::step_fields::StepFields;
use super::host::CARD_TITLE;
use crate::browser::focus::focus_soon;
use crate::components::CloseButton;

/// The fields are beside the canvas, which draws the steps of containers already.
#[derive(Clone, Copy)]
pub struct InCardPane;

/// The step whose card is open.
#[component]
pub fn CardPane(builder: Builder, open: Memo<Option<StepId>>) -> impl IntoView {
    move || open.get().map(|id| view! { <Card builder id /> })
}

#[component]
fn Card(builder: Builder, id: StepId) -> impl IntoView {
    provide_context(InCardPane);
    let step = builder.step(id.clone());
    let is_container = Memo::new(move |_| step.with(|step| step.as_ref().is_some_and(|step| step.kind.is_container())));
    let own = StoredValue::new(id);
    let close = move || {
        builder.on_canvas().card.set(None);
        focus_soon(own.with_value(toggle_id));
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.default_prevented() {
            event.prevent_default();
            close();
        }
    };
    let place = move || {
        own.with_value(|id| {
            let number = builder.number(id)?;
            let list = builder.tree.with(|tree| tree.place(id).map(|(list, _)| list.clone()))?;
            builder.draft.with(|draft| Some(place_words(&number, &list, draft)))
        })
    };
    view! {
        <section class="card canvas-card" aria-labelledby=CARD_TITLE on:keydown=escape>
            <header class="row top">
                <div class="grow stack tight">
                    <p class="small muted">{place}</p>
                    <h2 id=CARD_TITLE tabindex="-1" class="break">
                        {move || label_of(step)}
                    </h2>
                </div>
                <CloseButton label="Close the card" on_press=move |_| close() />
            </header>
            <StepModel builder step id=own.get_value() />
            {move || fields(builder, step, own.get_value(), is_container.get())}
        </section>
    }
}

fn fields(builder: Builder, step: Memo<Option<Shared<Step>>>, id: StepId, is_container: bool) -> AnyView {
    if is_container {
        view! { <ContainerBody builder step id /> }.into_any()
    } else {
        view! { <StepFields builder step id /> }.into_any()
    }
}
