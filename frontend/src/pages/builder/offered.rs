//! What the builder offers in the command menu.

use leptos::prelude::*;
use sluice_web_state::editor::NewStep;
use sluice_web_state::history::History;

use super::canvas::BuilderView;
use super::model::Builder;
use super::save::Saver;
use crate::browser::focus::{focus_soon, scroll_into_view};
use crate::commands::{PageCommand, offer_commands};
use crate::components::new_step_icon;

/// The field for changing the draft by a sentence.
const REFINE: &str = "refine-prompt";

/// Offers what can be done with the draft.
pub fn offer(builder: Builder, saver: Saver, view: Memo<BuilderView>) {
    offer_commands(move || {
        let is_busy = saver.is_busy();
        let mut commands = Vec::new();
        if builder.is_dirty() && !is_busy {
            commands.push(PageCommand::new("Save", icondata_lu::LuSave, move || saver.save(false)).with_keys("Ctrl S"));
            commands.push(PageCommand::new("Save and run", icondata_lu::LuPlay, move || saver.save(true)));
        }
        let id = builder.saved.with(|saved| saved.as_ref().filter(|saved| !saved.deleted).map(|it| it.id.clone()));
        if let Some(id) = id.as_ref().filter(|_| !builder.is_dirty()) {
            commands.push(PageCommand::link("Run", icondata_lu::LuPlay, Saver::run_address(id)));
        }
        if let Some(undo) = builder.history.with(History::undo_label) {
            commands.push(PageCommand::new(undo, icondata_lu::LuUndo2, move || builder.undo()).with_keys("Ctrl Z"));
        }
        if let Some(redo) = builder.history.with(History::redo_label) {
            commands
                .push(PageCommand::new(redo, icondata_lu::LuRedo2, move || builder.redo()).with_keys("Ctrl Shift Z"));
        }
        commands.extend(NewStep::ALL.map(|new| {
            let name = format!("Add a step: {}", new.label());
            PageCommand::new(name, new_step_icon(new), move || {
                if let Some(step) = new.step() {
                    builder.add(step);
                }
            })
        }));
        if view.get() == BuilderView::List && builder.step_count() > 0 {
            commands.push(PageCommand::new("Change it by a sentence", icondata_lu::LuSparkles, || {
                scroll_into_view(REFINE);
                focus_soon(REFINE.to_owned());
            }));
        }
        if let Some(id) = id {
            let address = format!("/workflows/{id}");
            commands.push(PageCommand::link("Statistics", icondata_lu::LuChartColumn, format!("{address}/stats")));
            commands.push(PageCommand::link("History", icondata_lu::LuHistory, format!("{address}/versions")));
        }
        commands
    });
}
