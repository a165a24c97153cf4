//! Steps to add: containers with something in them to begin with, an empty prompt, a review.

use std::sync::Arc;

use serde_json::Map;
use sluice_types::edit::{Edit, Wrapping};
use sluice_types::{BlockAddress, Branch, BranchName, LlmStep, ReviewStep, Slot, Step, StepId, StepKind};

use super::distinct::free_name;
use crate::tree::{Tree, letter};

/// What can be added to any list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewStep {
    /// A prompt without text.
    Prompt,
    /// A review.
    Review,
    /// A container with an empty prompt in it.
    Container(Wrapping),
}

impl NewStep {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 6] = [
        Self::Prompt,
        Self::Review,
        Self::Container(Wrapping::Parallel),
        Self::Container(Wrapping::Condition),
        Self::Container(Wrapping::Loop),
        Self::Container(Wrapping::ForEach),
    ];

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Prompt => "Prompt",
            Self::Review => "Review",
            Self::Container(kind) => kind.label(),
        }
    }

    /// The step. Adding it gives it an id and a label that no other step has.
    #[must_use]
    pub fn step(self) -> Option<Step> {
        let kind = match self {
            Self::Prompt => StepKind::Llm(LlmStep::default()),
            Self::Review => StepKind::Review(ReviewStep::default()),
            Self::Container(kind) => {
                let prompt = || Some(Arc::new(Self::Prompt.step()?));
                let mut kind = kind.around(vec![prompt()?]);
                if let StepKind::Parallel(parallel) = &mut kind
                    && parallel.for_each.is_none()
                {
                    let steps = vec![prompt()?];
                    let second =
                        Branch { name: BranchName::new("B").ok()?, steps, entry_step: None, extra: Map::new() };
                    parallel.branches.push(second);
                }
                kind
            }
        };
        Some(Step {
            id: StepId::new("new").ok()?,
            label: self.label().to_owned(),
            kind,
            enabled: true,
            max_retries: None,
            timeout: None,
            idle_timeout: None,
            effect: None,
            next: None,
        })
    }
}

/// The place for a new step: behind the step that a person works on, otherwise at the end.
#[must_use]
pub fn place_for_new(tree: &Tree, current: Option<&StepId>) -> (BlockAddress, usize) {
    match current.and_then(|id| tree.place(id)) {
        Some((list, position)) => (list.clone(), position.saturating_add(1)),
        None => (BlockAddress::Root, tree.list(&BlockAddress::Root).len()),
    }
}

/// The edit that adds a branch or a case to a container; `None` for a loop, and for a step that is none of them.
#[must_use]
pub fn slot_to_add(tree: &Tree, id: &StepId, is_condition: bool) -> Option<Edit> {
    let slots = tree.slots(id);
    let taken: Vec<BranchName> = slots.iter().filter_map(name_of).cloned().collect();
    let (position, name) = (taken.len(), if is_condition { "case" } else { "branch" });
    if slots.iter().any(|slot| matches!(slot, Slot::Each | Slot::Body)) || !tree.is_container(id) {
        return None;
    }
    let name = if is_condition {
        BranchName::new(name).ok()?
    } else {
        BranchName::new(letter(&Slot::Branch(BranchName::new(name).ok()?), position)).ok()?
    };
    let name = if taken.contains(&name) { free_name(&name, &taken)? } else { name };
    let slot = if is_condition { Slot::Case(name) } else { Slot::Branch(name) };
    Some(Edit::AddSlot { parent: id.clone(), slot, position })
}

/// The name of a branch or case.
#[must_use]
pub const fn name_of(slot: &Slot) -> Option<&BranchName> {
    match slot {
        Slot::Branch(name) | Slot::Case(name) => Some(name),
        Slot::Each | Slot::Otherwise | Slot::Body => None,
    }
}

/// The name that was typed for a branch or case, or why it cannot be.
pub fn parse_slot_name(text: &str, own: &BranchName, taken: &[BranchName]) -> Result<BranchName, String> {
    let name = BranchName::new(text.trim()).map_err(|_| {
        "A name begins with a letter; then come letters, digits, - or _, up to 100 characters.".to_owned()
    })?;
    if name != *own && (taken.contains(&name) || name.as_str() == "otherwise") {
        return Err(format!("There is a “{name}” already."));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::Definition;

    use super::*;
    use crate::editor::Draft;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    fn draft() -> Draft {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "fan", "label": "Fan", "type": "parallel", "branches": [{"name": "A", "steps": [llm("a")]}, {"name": "C", "steps": []}]},
            {"id": "which", "label": "Which", "type": "conditional", "cases": [{"name": "case", "when": "true", "steps": []}]},
            {"id": "again", "label": "Again", "type": "loop", "until": "true", "max_iterations": 1, "steps": [llm("b"), llm("c")]},
        ]}))
        .unwrap();
        Draft::from_definition(definition)
    }

    #[test]
    fn each_new_step_can_be_added_twice() {
        let mut draft = draft();
        for new in NewStep::ALL.into_iter().chain(NewStep::ALL) {
            let step = Box::new(new.step().unwrap());
            let before = Tree::of(&draft).len();
            draft = draft.apply(Edit::AddStep { step, to: BlockAddress::Root, position: 0 }).unwrap().draft;
            assert!(Tree::of(&draft).len() > before, "{}", new.label());
        }
        let labels: Vec<&str> = draft.nodes().values().map(|step| step.label.as_str()).collect();
        assert!(labels.contains(&"Prompt 2") && labels.contains(&"For each 2"), "{labels:?}");
        assert_eq!(labels.len(), Tree::of(&draft).len());
    }

    #[test]
    fn a_new_step_comes_behind_the_current_one() {
        let tree = Tree::of(&draft());
        assert_eq!(place_for_new(&tree, None), (BlockAddress::Root, 3));
        assert_eq!(place_for_new(&tree, Some(&id("gone"))), (BlockAddress::Root, 3));
        assert_eq!(place_for_new(&tree, Some(&id("fan"))), (BlockAddress::Root, 1));
        let body = BlockAddress::Inner { parent: id("again"), slot: Slot::Body };
        assert_eq!(place_for_new(&tree, Some(&id("b"))), (body, 1));
    }

    #[test]
    fn branches_and_cases_are_added_under_free_names() {
        let draft = draft();
        let added = |of: &str, is_condition| {
            let edit = slot_to_add(&Tree::of(&draft), &id(of), is_condition)?;
            let Edit::AddSlot { slot, position, .. } = &edit else { return None };
            let name = name_of(slot)?.to_string();
            assert!(draft.apply(edit.clone()).is_ok());
            Some((name, *position))
        };
        assert_eq!(added("fan", false), Some(("C-2".into(), 2)));
        assert_eq!(added("which", true), Some(("case-2".into(), 1)));
        assert_eq!((added("again", false), added("a", false)), (None, None));
    }

    #[test]
    fn names_of_branches_are_checked() {
        let name = |text: &str| BranchName::new(text).unwrap();
        let read = |text: &str| parse_slot_name(text, &name("A"), &[name("A"), name("B")]);
        assert_eq!((read(" C "), read("A")), (Ok(name("C")), Ok(name("A"))));
        assert!([" ", "B", "otherwise", "a b", "1"].iter().all(|text| read(text).is_err()));
    }
}
