//! The tree of steps: lists, containers with their lists, and the numbers that people call steps by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sluice_types::{BlockAddress, Slot, StepId};

use crate::editor::{Draft, List};

/// The steps of a draft by their lists, without their fields: typing in a field does not change it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    lists: BTreeMap<BlockAddress, Arc<List>>,
    slots: BTreeMap<StepId, Arc<Vec<Slot>>>,
}

/// The place of a step in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreePlace {
    /// The list that holds it.
    pub list: BlockAddress,
    /// Its position there, from 0.
    pub position: usize,
    /// What people call it by, as in `2A.1`.
    pub number: String,
}

impl Tree {
    /// The tree of a draft.
    #[must_use]
    pub fn of(draft: &Draft) -> Self {
        Self { lists: draft.lists().clone(), slots: draft.containers().clone() }
    }

    /// The steps of a list, in order.
    #[must_use]
    pub fn list(&self, address: &BlockAddress) -> &[StepId] {
        self.lists.get(address).map_or(&[], |list| &list.steps)
    }

    /// The lists of a container, in order; none of another step.
    #[must_use]
    pub fn slots(&self, id: &StepId) -> &[Slot] {
        self.slots.get(id).map_or(&[], |slots| slots)
    }

    /// Whether a step is a container.
    #[must_use]
    pub fn is_container(&self, id: &StepId) -> bool {
        self.slots.contains_key(id)
    }

    /// The containers.
    pub fn containers(&self) -> impl Iterator<Item = &StepId> {
        self.slots.keys()
    }

    /// Number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lists.values().map(|list| list.steps.len()).sum()
    }

    /// Whether there are no steps.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The places of all steps.
    #[must_use]
    pub fn places(&self) -> HashMap<StepId, TreePlace> {
        let mut places = HashMap::new();
        self.add_places(&BlockAddress::Root, "", &mut places);
        places
    }

    fn add_places(&self, address: &BlockAddress, prefix: &str, places: &mut HashMap<StepId, TreePlace>) {
        for (position, id) in self.list(address).iter().enumerate() {
            let number = format!("{prefix}{}", position.saturating_add(1));
            for (at, slot) in self.slots(id).iter().enumerate() {
                let inner = BlockAddress::Inner { parent: id.clone(), slot: slot.clone() };
                self.add_places(&inner, &format!("{number}{}.", letter(slot, at)), places);
            }
            places.insert(id.clone(), TreePlace { list: address.clone(), position, number });
        }
    }

    /// The list that holds a step, and its position there.
    #[must_use]
    pub fn place(&self, id: &StepId) -> Option<(&BlockAddress, usize)> {
        self.lists.iter().find_map(|(address, list)| Some((address, list.steps.iter().position(|step| step == id)?)))
    }

    /// Number of steps in a list, at any depth.
    #[must_use]
    pub fn steps_within(&self, address: &BlockAddress) -> usize {
        let inside = |id: &StepId| self.steps_inside(id).saturating_add(1);
        self.list(address).iter().map(inside).sum()
    }

    /// Number of steps in a container, at any depth.
    #[must_use]
    pub fn steps_inside(&self, id: &StepId) -> usize {
        let lists = self.slots(id).iter().map(|slot| BlockAddress::Inner { parent: id.clone(), slot: slot.clone() });
        lists.map(|list| self.steps_within(&list)).sum()
    }

    /// The containers around a list, innermost first.
    #[must_use]
    pub fn around(&self, address: &BlockAddress) -> Vec<StepId> {
        let mut around = Vec::new();
        let mut list = address;
        while let BlockAddress::Inner { parent, .. } = list {
            around.push(parent.clone());
            match self.place(parent) {
                Some((outer, _)) => list = outer,
                None => break,
            }
        }
        around
    }

    /// The tree without a step and those inside it.
    #[must_use]
    pub fn without(&self, id: &StepId) -> Self {
        let mut gone = BTreeSet::from([id.clone()]);
        let mut open = vec![id.clone()];
        while let Some(container) = open.pop() {
            for slot in self.slots(&container) {
                let list = BlockAddress::Inner { parent: container.clone(), slot: slot.clone() };
                for step in self.list(&list) {
                    gone.insert(step.clone());
                    open.push(step.clone());
                }
            }
        }
        let is_left = |address: &BlockAddress| match address {
            BlockAddress::Root => true,
            BlockAddress::Inner { parent, .. } => !gone.contains(parent),
        };
        let mut lists = self.lists.clone();
        lists.retain(|address, _| is_left(address));
        if let Some(list) = lists.values_mut().find(|list| list.steps.contains(id)) {
            Arc::make_mut(list).steps.retain(|step| step != id);
        }
        let mut slots = self.slots.clone();
        slots.retain(|container, _| !gone.contains(container));
        Self { lists, slots }
    }
}

/// What a list adds to the number of its container: a letter, where the container has several lists.
#[must_use]
pub fn letter(slot: &Slot, position: usize) -> String {
    let letters = |first: u8| {
        let mut rest = position;
        let mut name = Vec::new();
        loop {
            let digit = u8::try_from(rest % LETTERS).unwrap_or_default();
            name.push(char::from(first.saturating_add(digit)));
            match (rest / LETTERS).checked_sub(1) {
                Some(left) => rest = left,
                None => return name.into_iter().rev().collect(),
            }
        }
    };
    match slot {
        Slot::Branch(_) => letters(b'A'),
        Slot::Case(_) | Slot::Otherwise => letters(b'a'),
        Slot::Each | Slot::Body => String::new(),
    }
}

const LETTERS: usize = 26;

/// The list of a container, in words: `branch B of Look at it`. `None` for the workflow's own list.
#[must_use]
pub fn list_words(draft: &Draft, address: &BlockAddress) -> Option<String> {
    let BlockAddress::Inner { parent, slot } = address else { return None };
    let label = draft.step(parent).map(|step| step.label.as_str()).unwrap_or_default();
    Some(format!("{} of {label}", crate::editor::list_noun(slot)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::Definition;

    use super::*;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    fn draft() -> Draft {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            llm("a"),
            {"id": "fan", "label": "Look at it", "type": "parallel", "branches": [
                {"name": "market", "steps": [llm("b"), llm("c")]},
                {"name": "law", "steps": [
                    {"id": "each", "label": "Each", "type": "parallel", "for_each": "input.all", "steps": [llm("d")]},
                ]},
            ]},
            {"id": "which", "label": "Which", "type": "conditional", "cases": [{"name": "yes", "when": "true", "steps": [
                {"id": "again", "label": "Again", "type": "loop", "until": "true", "max_iterations": 2, "steps": [llm("e")]},
            ]}]},
        ]}))
        .unwrap();
        Draft::from_definition(definition)
    }

    #[test]
    fn steps_have_numbers() {
        let places = Tree::of(&draft()).places();
        let number = |step: &str| places[&id(step)].number.as_str();
        let numbers = ["a", "fan", "b", "c", "each", "d", "which", "again", "e"].map(number);
        assert_eq!(numbers, ["1", "2", "2A.1", "2A.2", "2B.1", "2B.1.1", "3", "3a.1", "3a.1.1"]);
        let branch = |at| letter(&Slot::Branch(sluice_types::BranchName::new("x").unwrap()), at);
        assert_eq!([0, 25, 26, 51, 52, 701, 702].map(branch), ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
        assert_eq!([letter(&Slot::Otherwise, 1), letter(&Slot::Body, 0)], ["b", ""]);
    }

    #[test]
    fn otherwise_is_always_a_list() {
        let tree = Tree::of(&draft());
        assert_eq!(tree.slots(&id("which")).last(), Some(&Slot::Otherwise));
        assert!(tree.slots(&id("a")).is_empty() && !tree.is_container(&id("a")) && tree.is_container(&id("each")));
    }

    #[test]
    fn steps_are_counted_at_any_depth() {
        let tree = Tree::of(&draft());
        assert_eq!([tree.len(), tree.steps_inside(&id("fan")), tree.steps_inside(&id("which"))], [9, 4, 2]);
        let rest = tree.without(&id("fan"));
        assert_eq!((rest.len(), rest.list(&BlockAddress::Root).len()), (4, 2));
        assert!(rest.place(&id("d")).is_none() && rest.place(&id("e")).is_some());
        let (list, _) = tree.place(&id("d")).unwrap();
        assert_eq!(tree.around(list), [id("each"), id("fan")]);
    }

    #[test]
    fn lists_are_said_in_words() {
        let draft = draft();
        let of = |step: &str| list_words(&draft, Tree::of(&draft).place(&id(step)).unwrap().0);
        assert_eq!(of("a"), None);
        assert_eq!(of("b").as_deref(), Some("branch market of Look at it"));
        assert_eq!(of("d").as_deref(), Some("the steps for each item of Each"));
        assert_eq!(of("again").as_deref(), Some("case yes of Which"));
        assert_eq!(of("e").as_deref(), Some("the rounds of Again"));
    }
}
