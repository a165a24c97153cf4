//! The canvas with what stands beside it: the card of a step, otherwise the palette and what was found.

use leptos::prelude::*;

use super::super::findings::{EstimateCard, Problems};
use super::super::input_card::InputCard;
use super::super::model::Builder;
use super::super::palette::Palette;
use super::super::selection::Picking;
use super::super::settings::Defaults;
use super::card::CardPane;
use super::carrier::Carrier;
use super::host::seat_of;
use crate::components::canvas::LazyCanvas;

/// The builder as a canvas.
#[component]
pub fn CanvasLayout(builder: Builder, picking: Picking) -> impl IntoView {
    let seat = seat_of(builder, picking);
    let carrier = expect_context::<Carrier>();
    carrier.carry_to(seat);
    // New steps come behind the current one.
    Effect::new(move || {
        if let Some(id) = builder.on_canvas().selected.get() {
            builder.current.set_value(Some(id));
        }
    });
    let open = Memo::new(move |_| {
        builder.on_canvas().card.get().filter(|id| builder.draft.with(|draft| draft.step(id).is_some()))
    });
    let is_open = Memo::new(move |_| open.with(Option::is_some));
    view! {
        <div class="canvas-view">
            <h2 class="visually-hidden">"Steps"</h2>
            <LazyCanvas seat />
            <aside class="stack" class:with-card=move || is_open.get() aria-label="Step, or add, estimate and check">
                <CardPane builder open />
                <Show when=move || !is_open.get()>
                    <Palette builder />
                    <EstimateCard builder />
                    <Problems builder />
                </Show>
            </aside>
        </div>
        <div class="stack canvas-below">
            <Defaults builder />
            <InputCard builder />
        </div>
        {move || {
            carrier
                .ghost
                .get()
                .map(|(label, at)| {
                    view! {
                        <div
                            class="card canvas-ghost"
                            aria-hidden="true"
                            style:left=format!("{}px", at.x)
                            style:top=format!("{}px", at.y)
                        >
                            {label}
                        </div>
                    }
                })
        }}
    }
}
