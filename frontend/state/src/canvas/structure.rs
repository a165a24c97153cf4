//! What the picture of a draft depends on.

use std::sync::Arc;

use sluice_types::edit::Port;
use sluice_types::{BlockAddress, Positions, StepId, StepKind};

use crate::editor::Draft;
use crate::tree::Tree;

/// The lists, the connections and the positions of a draft: typing in a prompt changes none of them, and draws no picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    tree: Arc<Tree>,
    connections: Vec<(StepId, Port, StepId)>,
    entries: Vec<(BlockAddress, StepId)>,
    off: Vec<StepId>,
    layout: Arc<Positions>,
}

impl Structure {
    /// The structure of a draft, with its tree.
    #[must_use]
    pub fn of(draft: &Draft, tree: Arc<Tree>) -> Self {
        let mut connections = Vec::new();
        let mut off = Vec::new();
        for (id, step) in draft.nodes() {
            let next = step.next.as_ref().map(|next| (id.clone(), Port::Next, next.clone()));
            connections.extend(next);
            if !step.enabled {
                off.push(id.clone());
            }
            if let StepKind::Conditional(conditional) = &step.kind {
                let cases = conditional.cases.iter();
                let cases =
                    cases.filter_map(|case| Some((id.clone(), Port::Case(case.name.clone()), case.next.clone()?)));
                connections.extend(cases);
                let otherwise = conditional.otherwise.as_ref().and_then(|otherwise| otherwise.next.clone());
                connections.extend(otherwise.map(|next| (id.clone(), Port::Otherwise, next)));
                // A list that is there while nothing is in it takes room.
                connections.extend(conditional.otherwise.iter().map(|_| (id.clone(), Port::Otherwise, id.clone())));
            }
        }
        let entries = draft.lists().iter().filter_map(|(list, steps)| Some((list.clone(), steps.entry_step.clone()?)));
        Self { tree, connections, entries: entries.collect(), off, layout: Arc::clone(draft.layout()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::edit::{CaseField, Edit, LlmField, StepField};
    use sluice_types::{Definition, Position, Slot};

    use super::*;
    use crate::editor::DraftEdit;

    #[test]
    fn typing_draws_no_picture_and_what_moves_or_connects_does() {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            llm("a"),
            {"id": "which", "label": "Which", "type": "conditional", "cases": [{"name": "big", "when": "true", "steps": []}]},
            llm("b"), llm("c"),
        ]}))
        .unwrap();
        let draft = Draft::from_definition(definition);
        let id = |text: &str| StepId::new(text).unwrap();
        let of = |draft: &Draft| Structure::of(draft, Arc::new(Tree::of(draft)));
        let after = |edit: DraftEdit| of(&draft.apply(edit).unwrap().draft);
        let update = |field: StepField| DraftEdit::from(Edit::UpdateStep { id: id("a"), field });
        let before = of(&draft);
        assert_eq!(after(update(LlmField::Prompt("y".into()).into())), before);
        assert_eq!(after(Edit::RenameStep { id: id("a"), label: "A".into() }.into()), before);
        let next = CaseField::Next { slot: "case:big".parse::<Slot>().unwrap(), next: Some(id("c")) };
        let case = Edit::UpdateStep { id: id("which"), field: next.into() };
        for edit in [
            update(StepField::Next(Some(id("c")))),
            update(StepField::Enabled(false)),
            case.into(),
            Edit::RemoveSteps(vec![id("c")]).into(),
            DraftEdit::Place(id("a"), Position { x: 1.0, y: 2.0 }),
        ] {
            assert_ne!(after(edit.clone()), before, "{edit:?}");
        }
    }
}
