//! What the builder tells the canvas, and what it does for it.

use std::sync::Arc;

use leptos::prelude::*;
use sluice_types::edit::Edit;
use sluice_types::{Position, Severity, Slot, StepId};
use sluice_web_state::canvas::words::{HELP, condition_of, jumps_words, place_words, second_line};
use sluice_web_state::canvas::{Picture, Structure};
use sluice_web_state::editor::{Counts, DraftEdit, NewStep, count};
use sluice_web_state::format::plural;

use super::super::model::{Builder, toggle_id};
use super::super::selection::Picking;
use super::super::step_card::{CountsBadge, label_of};
use super::super::step_menu::StepMenu;
use crate::browser::focus::focus_soon;
use crate::components::canvas::{CanvasHost, CanvasInput, CanvasSeat};
use crate::components::{Icon, Menu, MenuItem, new_step_icon, step_look};

/// The id of the heading of the card beside the canvas.
pub const CARD_TITLE: &str = "canvas-card-title";

/// The builder as the page of a canvas.
struct BuilderCanvas {
    builder: Builder,
    picking: Picking,
}

/// The canvas of a builder.
pub fn seat_of(builder: Builder, picking: Picking) -> CanvasSeat {
    let structure = Memo::new(move |_| builder.draft.with(|draft| Structure::of(draft, builder.tree.get())));
    let input = Memo::new(move |_| {
        // Only a memo that is read follows what it depends on.
        structure.with(|_| ());
        let layout = builder.draft.with_untracked(|draft| Arc::clone(draft.layout()));
        Some(CanvasInput { index: builder.index.get_untracked(), layout })
    });
    let seat = CanvasSeat::new(BuilderCanvas { builder, picking }, input, builder.on_canvas().view);
    CanvasSeat { selected: builder.on_canvas().selected, ..seat }
}

/// What was found at a step, without the steps inside it.
fn own_counts(builder: Builder, id: &StepId) -> Counts {
    let pending = builder.pending_problems.with(|problems| {
        let is_own = |at: &sluice_web_state::editor::FieldAt| at.step().is_some_and(|(step, _)| step == id);
        problems.iter().filter(|problem| is_own(&problem.at)).map(|_| 1).sum::<u64>()
    });
    builder.analysis.with(|analysis| {
        let of = |severity| count(analysis.findings.of_step(id), severity);
        Counts { errors: of(Severity::Error) + pending, warnings: of(Severity::Warning) }
    })
}

/// The line below the label. Tracks changes.
fn line_of(builder: Builder, id: &StepId) -> String {
    let resolved = builder.analysis.with(|analysis| analysis.step_estimate(id).and_then(|step| step.model.clone()));
    builder.draft.with(|draft| draft.step(id).map(|step| second_line(step, resolved.as_deref()))).unwrap_or_default()
}

impl CanvasHost for BuilderCanvas {
    fn face(&self, id: &StepId) -> AnyView {
        let builder = self.builder;
        let step = builder.step(id.clone());
        let icon = Signal::derive(move || {
            step.with(|step| step.as_ref().map_or(icondata_lu::LuMessageSquare, |step| step_look(step).icon))
        });
        let (own, of_counts, of_number) = (id.clone(), id.clone(), id.clone());
        let line = Memo::new(move |_| line_of(builder, &own));
        let number = move || builder.number(&of_number).unwrap_or_default();
        let counts = Memo::new(move |_| own_counts(builder, &of_counts));
        view! {
            <Icon icon />
            <span class="canvas-text">
                <span class="canvas-label">{move || label_of(step)}</span>
                <span class="canvas-line">
                    <span class="numbers">{number}</span>
                    " · "
                    {move || line.get()}
                </span>
            </span>
            <CountsBadge counts />
        }
        .into_any()
    }

    fn name(&self, picture: &Picture, id: &StepId) -> String {
        let builder = self.builder;
        builder.draft.with(|draft| {
            let Some(step) = draft.step(id) else { return String::new() };
            let number = builder.number(id).unwrap_or_default();
            let place = picture.node(id).map(|node| place_words(&number, &node.list, draft)).unwrap_or_default();
            let found = match own_counts(builder, id) {
                Counts { errors: 0, warnings: 0 } => String::new(),
                Counts { errors: 0, warnings } => format!(", {}", plural(warnings, "warning", "warnings")),
                Counts { errors, .. } => format!(", {}", plural(errors, "problem", "problems")),
            };
            let off = if step.enabled { "" } else { ", switched off" };
            let label_of = |id: &StepId| draft.step(id).map(|step| step.label.clone()).unwrap_or_default();
            let jumps = jumps_words(picture, id, label_of).map(|words| format!(". {words}")).unwrap_or_default();
            format!("{}, {}, {place}{off}{found}{jumps}", step.label, step_look(step).word)
        })
    }

    fn class(&self, id: &StepId) -> String {
        let off = self.builder.draft.with(|draft| draft.step(id).is_some_and(|step| !step.enabled));
        let open = self.builder.on_canvas().card.with(|card| card.as_ref() == Some(id));
        let picked = self.picking.picked(id) == Some(true);
        let all = [(off, "off"), (open, "open"), (picked, "picked")];
        all.into_iter().filter(|(is, _)| *is).map(|(_, class)| class).collect::<Vec<_>>().join(" ")
    }

    fn list_note(&self, parent: &StepId, slot: &Slot) -> Option<String> {
        self.builder.draft.with(|draft| condition_of(draft, parent, slot))
    }

    fn element_id(&self, id: &StepId) -> String {
        toggle_id(id)
    }

    fn open(&self, id: &StepId, by_key: bool) {
        self.builder.on_canvas().open(id);
        if by_key {
            focus_soon(CARD_TITLE.to_owned());
        }
    }

    fn words(&self) -> (&'static str, &'static str) {
        ("The steps on a canvas. The list has all of it, too", HELP)
    }

    fn list_link(&self) -> AnyView {
        view! { <a href="?view=list">"Edit as a list"</a> }.into_any()
    }

    fn can_edit(&self) -> bool {
        true
    }

    fn menu(&self, id: &StepId) -> Option<AnyView> {
        let builder = self.builder;
        let step = builder.step(id.clone());
        Some(view! { <StepMenu builder step id=id.clone() /> }.into_any())
    }

    fn tools(&self) -> Option<AnyView> {
        let builder = self.builder;
        let item = move |new: NewStep| {
            let add = move |_| {
                if let Some(step) = new.step() {
                    builder.add(step);
                }
            };
            view! { <MenuItem icon=new_step_icon(new) label=new.label() on_press=add /> }
        };
        let items = move || NewStep::ALL.map(item).into_iter().collect_view();
        Some(view! { <Menu label=Signal::stored("Add a step behind the current one".to_owned()) text="step">{items()}</Menu> }.into_any())
    }

    fn place(&self, id: &StepId, to: Position, by_key: bool) {
        let id = id.clone();
        self.builder.edit(if by_key { DraftEdit::Nudge(id, to) } else { DraftEdit::Place(id, to) });
    }

    fn is_tidy(&self) -> bool {
        self.builder.draft.with(|draft| draft.layout().is_empty())
    }

    fn tidy_up(&self) {
        self.builder.edit(DraftEdit::TidyUp);
    }

    fn connect(&self, edit: Edit) {
        self.builder.edit(edit);
    }

    fn remove(&self, id: &StepId) {
        self.picking.remove(self.picking.with_picked(id));
    }
}
