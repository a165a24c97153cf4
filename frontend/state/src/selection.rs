//! Several steps that follow one another in a list, chosen together.

use sluice_types::{BlockAddress, StepId};

use crate::tree::Tree;

/// The chosen steps. They are a range, as a container can take only the place of steps that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    list: BlockAddress,
    /// In the order of the list; never empty.
    steps: Vec<StepId>,
    /// The end that stays where it is while the other one moves.
    anchor: StepId,
}

impl Selection {
    /// One step.
    #[must_use]
    pub fn one(tree: &Tree, id: &StepId) -> Option<Self> {
        let (list, _) = tree.place(id)?;
        Some(Self { list: list.clone(), steps: vec![id.clone()], anchor: id.clone() })
    }

    /// The steps from one to another, in any order. `None` when they are in different lists.
    fn between(tree: &Tree, anchor: &StepId, end: &StepId) -> Option<Self> {
        let (list, from) = tree.place(anchor)?;
        let (same, to) = tree.place(end)?;
        let steps = tree.list(list).get(from.min(to)..=from.max(to)).filter(|_| list == same)?;
        Some(Self { list: list.clone(), steps: steps.to_vec(), anchor: anchor.clone() })
    }

    /// The steps up to one that is pressed with Shift: from where the selection began, otherwise from the step that a
    /// person works on. A step of another list is chosen alone.
    #[must_use]
    pub fn up_to(before: Option<&Self>, current: Option<&StepId>, tree: &Tree, id: &StepId) -> Option<Self> {
        let from = before.map(|selection| &selection.anchor).or(current);
        from.and_then(|from| Self::between(tree, from, id)).or_else(|| Self::one(tree, id))
    }

    /// The selection after Shift and an arrow key on a step, with the step that the key leads to.
    #[must_use]
    pub fn by_key(before: Option<&Self>, tree: &Tree, id: &StepId, by: isize) -> Option<(Self, StepId)> {
        let (list, position) = tree.place(id)?;
        let target = position.checked_add_signed(by).and_then(|position| tree.list(list).get(position)).unwrap_or(id);
        let anchor = before.filter(|selection| selection.holds(id)).map_or(id, |selection| &selection.anchor);
        Some((Self::between(tree, anchor, target)?, target.clone()))
    }

    /// The selection after a press on the box of a step. What follows a step that is taken out goes with it, unless that
    /// step is the first one. `None` when no step is left.
    #[must_use]
    pub fn toggled(&self, tree: &Tree, id: &StepId) -> Option<Self> {
        let (first, last) = (self.steps.first()?, self.steps.last()?);
        match self.steps.iter().position(|step| step == id) {
            Some(0) => Self::between(tree, self.steps.get(1)?, last),
            Some(at) => Self::between(tree, first, self.steps.get(at.checked_sub(1)?)?),
            None => {
                let position = |id: &StepId| tree.list(&self.list).iter().position(|step| step == id);
                let far = if position(id) < position(first) { last } else { first };
                Self::between(tree, far, id).or_else(|| Self::one(tree, id))
            }
        }
    }

    /// Whether its steps still follow one another in their list.
    #[must_use]
    pub fn fits(&self, tree: &Tree) -> bool {
        let list = tree.list(&self.list);
        let from = self.steps.first().and_then(|first| list.iter().position(|step| step == first));
        from.and_then(|from| list.get(from..)).is_some_and(|rest| rest.starts_with(&self.steps))
    }

    /// Whether a step is chosen.
    #[must_use]
    pub fn holds(&self, id: &StepId) -> bool {
        self.steps.contains(id)
    }

    /// The list that holds them.
    #[must_use]
    pub const fn list(&self) -> &BlockAddress {
        &self.list
    }

    /// The chosen steps, in the order of their list.
    #[must_use]
    pub fn steps(&self) -> &[StepId] {
        &self.steps
    }
}

/// The announcement of the chosen steps, by their labels.
#[must_use]
pub fn selection_words(labels: &[String]) -> String {
    match labels {
        [] => "Nothing is selected.".to_owned(),
        [only] => format!("{only} is selected. Shift and the arrow keys select more; escape ends it."),
        [first, .., last] => format!("{} steps selected, from {first} to {last}.", labels.len()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;
    use sluice_types::Definition;

    use super::*;
    use crate::editor::Draft;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    /// The list `a b c d`, with `x y` inside of `c`.
    fn tree() -> Tree {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let again = json!({"id": "c", "label": "c", "type": "loop", "until": "true", "max_iterations": 2,
            "steps": [llm("x"), llm("y")]});
        let definition: Definition =
            serde_json::from_value(json!({"steps": [llm("a"), llm("b"), again, llm("d")]})).unwrap();
        Tree::of(&Draft::from_definition(definition))
    }

    fn said(selection: Option<&Selection>) -> String {
        selection.map(|it| it.steps().iter().map(StepId::as_str).collect::<String>()).unwrap_or_default()
    }

    #[test]
    fn shift_and_a_press_choose_a_range() {
        let tree = tree();
        let up_to = |before: Option<&Selection>, current: &str, to: &str| {
            Selection::up_to(before, Some(&id(current)), &tree, &id(to))
        };
        let first = up_to(None, "b", "d");
        assert_eq!(said(first.as_ref()), "bcd");
        // The other side of where it began.
        assert_eq!(said(up_to(first.as_ref(), "d", "a").as_ref()), "ab");
        assert_eq!(said(up_to(first.as_ref(), "d", "y").as_ref()), "y");
        assert_eq!(said(Selection::up_to(None, None, &tree, &id("b")).as_ref()), "b");
        assert_eq!(Selection::up_to(None, None, &tree, &id("gone")), None);
    }

    #[test]
    fn shift_and_arrows_choose_a_range() {
        let tree = tree();
        let mut selection = None;
        let mut at = id("b");
        for (by, expected, focus) in
            [(1, "bc", "c"), (1, "bcd", "d"), (1, "bcd", "d"), (-1, "bc", "c"), (-1, "b", "b"), (-1, "ab", "a")]
        {
            let (next, to) = Selection::by_key(selection.as_ref(), &tree, &at, by).unwrap();
            assert_eq!((said(Some(&next)).as_str(), to.as_str()), (expected, focus));
            (selection, at) = (Some(next), to);
        }
        // The focus went elsewhere meanwhile.
        let (other, _) = Selection::by_key(selection.as_ref(), &tree, &id("x"), 1).unwrap();
        assert_eq!(said(Some(&other)), "xy");
    }

    #[test]
    fn boxes_choose_a_range() {
        let tree = tree();
        let one = Selection::one(&tree, &id("b")).unwrap();
        let press = |selection: &Selection, step: &str| selection.toggled(&tree, &id(step));
        let down = press(&one, "d").unwrap();
        assert_eq!(said(Some(&down)), "bcd");
        let all = press(&down, "a").unwrap();
        assert_eq!(said(Some(&all)), "abcd");
        for (step, left) in [("a", "bcd"), ("b", "a"), ("c", "ab"), ("d", "abc"), ("y", "y")] {
            assert_eq!(said(press(&all, step).as_ref()), left);
        }
        assert_eq!(press(&one, "b"), None);
    }

    #[test]
    fn a_selection_ends_when_its_steps_part() {
        let tree = tree();
        let selection = Selection::up_to(None, Some(&id("a")), &tree, &id("b")).unwrap();
        assert!(selection.fits(&tree) && selection.fits(&tree.without(&id("d"))));
        assert!(!selection.fits(&tree.without(&id("a"))) && !selection.fits(&tree.without(&id("b"))));
        let ends = Selection::up_to(None, Some(&id("b")), &tree, &id("d")).unwrap();
        assert!(!ends.fits(&tree.without(&id("c"))));
    }

    #[test]
    fn selections_are_said_in_words() {
        let said = |labels: &[&str]| selection_words(&labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>());
        assert_eq!(said(&[]), "Nothing is selected.");
        assert!(said(&["Plan"]).starts_with("Plan is selected."));
        assert_eq!(said(&["Plan", "Look", "Write"]), "3 steps selected, from Plan to Write.");
    }

    proptest! {
        #[test]
        fn a_selection_is_always_a_range(presses in prop::collection::vec((0..3_u8, 0..6_usize), 1..20)) {
            let tree = tree();
            let ids = ["a", "b", "c", "d", "x", "y"].map(id);
            let mut selection: Option<Selection> = None;
            for (kind, at) in presses {
                let step = &ids[at];
                selection = match (kind, &selection) {
                    (0, before) => Selection::up_to(before.as_ref(), None, &tree, step),
                    (1, before) => Selection::by_key(before.as_ref(), &tree, step, 1).map(|(after, _)| after),
                    (_, Some(before)) => before.toggled(&tree, step),
                    (_, None) => Selection::one(&tree, step),
                };
                if let Some(selection) = &selection {
                    prop_assert!(selection.fits(&tree) && selection.holds(&selection.anchor));
                }
            }
        }
    }
}
