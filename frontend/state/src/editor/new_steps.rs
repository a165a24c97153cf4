//! Steps to add: containers with something in them to begin with, and empty steps of the other kinds.

use std::sync::Arc;

use sluice_types::edit::{BranchChange, Edit, Wrapper};
use sluice_types::{
    AgentStep, BlockAddress, Branch, BranchName, Case, ConditionalStep, LlmStep, LoopStep, ParallelStep, ReviewStep,
    Slot, Step, StepId, StepKind, ToolStep,
};

use super::words::wrapper_label;
use crate::tree::{Tree, letter};

/// What can be added to any list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewStep {
    /// A prompt without text.
    Prompt,
    /// An agent without a task.
    Agent,
    /// A call of a tool that is yet to be chosen.
    Tool,
    /// A review.
    Review,
    /// A container with an empty prompt in it.
    Container(Wrapper),
}

impl NewStep {
    /// All of them, in the order of a menu.
    pub const ALL: [Self; 8] = [
        Self::Prompt,
        Self::Agent,
        Self::Tool,
        Self::Review,
        Self::Container(Wrapper::Branches),
        Self::Container(Wrapper::Conditional),
        Self::Container(Wrapper::Loop),
        Self::Container(Wrapper::ForEach),
    ];

    /// What people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Prompt => "Prompt",
            Self::Agent => "Agent",
            Self::Tool => "Tool",
            Self::Review => "Review",
            Self::Container(kind) => wrapper_label(kind),
        }
    }

    /// The step. Adding it gives it an id and a label that no other step has.
    #[must_use]
    pub fn step(self) -> Option<Step> {
        let kind = match self {
            Self::Prompt => StepKind::Llm(LlmStep::default()),
            Self::Agent => StepKind::Agent(AgentStep::default()),
            Self::Tool => StepKind::Tool(ToolStep::default()),
            Self::Review => StepKind::Review(ReviewStep::default()),
            Self::Container(kind) => container(kind)?,
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

/// Rounds of a new loop at the most.
const ROUNDS: u32 = 5;

/// A container with an empty prompt in each of its lists. Its expressions are left to be written.
fn container(kind: Wrapper) -> Option<StepKind> {
    let prompt = || Some(vec![Arc::new(NewStep::Prompt.step()?)]);
    let branch = |name: &str| Some(Branch { steps: prompt()?, ..Branch::empty(BranchName::new(name).ok()?) });
    let kind = match kind {
        Wrapper::Branches => {
            let branches = vec![branch("A")?, branch("B")?];
            StepKind::Parallel(ParallelStep { branches, ..ParallelStep::default() })
        }
        Wrapper::ForEach => StepKind::Parallel(ParallelStep {
            for_each: Some(String::new()),
            steps: prompt()?,
            ..ParallelStep::default()
        }),
        Wrapper::Conditional => {
            let case = Case { steps: prompt()?, ..Case::empty(BranchName::new("case").ok()?) };
            StepKind::Conditional(ConditionalStep { cases: vec![case], ..ConditionalStep::default() })
        }
        Wrapper::Loop => StepKind::Loop(LoopStep { steps: prompt()?, max_iterations: ROUNDS, ..LoopStep::default() }),
    };
    Some(kind)
}

/// The place for a new step: behind the step that a person works on, otherwise at the end.
#[must_use]
pub fn place_for_new(tree: &Tree, current: Option<&StepId>) -> (BlockAddress, usize) {
    match current.and_then(|id| tree.place(id)) {
        Some((list, position)) => (list.clone(), position.saturating_add(1)),
        None => (BlockAddress::Root, tree.list(&BlockAddress::Root).len()),
    }
}

/// The edit that adds a branch or a case to a container; `None` for a step that has none. Branches get the next letter.
#[must_use]
pub fn branch_to_add(tree: &Tree, id: &StepId, is_condition: bool) -> Option<Edit> {
    let slots = tree.slots(id);
    if slots.iter().any(|slot| matches!(slot, Slot::Each | Slot::Body)) || !tree.is_container(id) {
        return None;
    }
    let count = slots.iter().filter_map(name_of).count();
    let name = if is_condition {
        BranchName::from_label("case")
    } else {
        BranchName::new(letter(&Slot::Branch(BranchName::from_label("branch")), count)).ok()?
    };
    Some(Edit::ChangeBranches { parent: id.clone(), change: BranchChange::Add(name) })
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
            let edit = branch_to_add(&Tree::of(&draft), &id(of), is_condition)?;
            let after = Tree::of(&draft.apply(edit).unwrap().draft);
            let names: Vec<String> = after.slots(&id(of)).iter().filter_map(name_of).map(ToString::to_string).collect();
            Some(names.join(" "))
        };
        assert_eq!(added("fan", false).as_deref(), Some("A C C-2"));
        assert_eq!(added("which", true).as_deref(), Some("case case-2"));
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
