//! The chosen connection, and the button that takes it away.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use sluice_types::StepId;
use sluice_web_state::canvas::Point;
use sluice_web_state::canvas::edges::line;
use sluice_web_state::canvas::jumps::{Jump, next_jump};

use super::state::CanvasState;
use crate::browser::focus::focus_soon;
use crate::components::Button;

impl CanvasState {
    /// Chooses a connection and says which.
    pub fn choose_jump(self, jump: Jump) {
        let said = self.seat.input.with_untracked(|input| {
            let input = input.as_ref()?;
            Some(self.picture.with_untracked(|picture| jump.words(&input.index, picture)))
        });
        self.jump.set(Some(jump));
        self.said.set(said.unwrap_or_default());
    }

    /// Chooses the connection whose line was pressed.
    pub fn press_jump(self, jump: Jump) {
        self.choose_jump(jump);
        focus_soon(TOOL.to_owned());
    }

    /// Chooses the next connection that begins at a step.
    pub fn choose_jump_of(self, id: &StepId) {
        let chosen = self.jump.get_untracked();
        match self.picture.with_untracked(|picture| next_jump(picture, id, chosen.as_ref())) {
            Some(jump) => self.choose_jump(jump),
            None => self.said.set("This step goes to the next one: it has no line to remove.".to_owned()),
        }
    }

    /// Chooses no connection any more, and gives whether one was chosen.
    pub fn leave_jump(self) -> bool {
        let Some(jump) = self.jump.try_update(Option::take).flatten() else { return false };
        self.said.set("The line stays.".to_owned());
        self.lead_to(&jump.id);
        true
    }

    /// Takes the chosen connection away, and gives whether there was one.
    pub fn remove_jump(self) -> bool {
        let Some(jump) = self.jump.get_untracked() else { return false };
        self.jump.set(None);
        let is_there = self.picture.with_untracked(|picture| jump.line(picture).is_some());
        if !is_there {
            return false;
        }
        let said = self.seat.input.with_untracked(|input| input.as_ref().map(|input| jump.gone_words(&input.index)));
        self.host().connect(jump.removal());
        self.said.set(said.unwrap_or_default());
        self.lead_to(&jump.id);
        true
    }
}

/// The element that takes the focus once a line was pressed.
const TOOL: &str = "canvas-jump";

/// The keys that a chosen line knows while the focus is at its button.
fn key(state: CanvasState, event: &KeyboardEvent) {
    match event.key().as_str() {
        "Delete" | "Backspace" => _ = state.remove_jump(),
        "Escape" => _ = state.leave_jump(),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// The button at the middle of the chosen line.
#[component]
pub fn JumpTool(state: CanvasState) -> impl IntoView {
    let at = Memo::new(move |_| {
        let jump = state.jump.get()?;
        let picture = state.picture.get();
        let list = &picture.node(&jump.id)?.list;
        let (position, edge) = jump.line(&picture)?;
        let drawn = line(&picture, list, position, edge, |id: &StepId| Some(state.rect(id).get()))?;
        Some(state.view().to_surface(drawn.label.plus(picture.origin_of(list))))
    });
    let is_shown = Memo::new(move |_| at.with(Option::is_some));
    let side = move |of: fn(Point) -> f64| move || format!("{}px", at.get().map(of).unwrap_or_default());
    view! {
        <Show when=move || is_shown.get()>
            <div
                class="canvas-jump"
                id=TOOL
                role="group"
                aria-label="The chosen line"
                tabindex="-1"
                style:left=side(|at| at.x)
                style:top=side(|at| at.y)
                on:keydown=move |event| key(state, &event)
            >
                <Button small=true icon=icondata_lu::LuUnlink on_press=move |_| _ = state.remove_jump()>
                    "Remove the line"
                </Button>
            </div>
        </Show>
    }
}
