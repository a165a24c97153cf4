//! The address of one running of a list of steps.

use sluice_types::{BlockAddress, BranchName, Choice, Index, OTHERWISE, Segment, Slot, StepId, StepKind, StepPath};

use crate::machine::runs::Runs;

/// One running of a list of steps: the workflow's own, or the list of a branch, an item, a case or a round. It is what the
/// paths of its step runs have in common: `fan.eu` of `fan.eu.draft`, and nothing of `draft`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListPath(Option<StepPath>);

impl ListPath {
    /// The workflow's own list.
    pub const ROOT: Self = Self(None);

    /// The list that holds a step run.
    #[must_use]
    pub fn of(step: &StepPath) -> Self {
        Self(step.without_last())
    }

    /// A list of a container. `None` when its path would be longer than a path may be.
    #[must_use]
    pub fn inside(container: &StepPath, segment: Segment<'_>) -> Option<Self> {
        container.child(segment).map(|path| Self(Some(path)))
    }

    /// The step run of its container; `None` for the workflow's own list.
    #[must_use]
    pub fn container(&self) -> Option<StepPath> {
        self.0.as_ref()?.without_last()
    }

    /// The name or number of the list in its container.
    #[must_use]
    pub fn segment(&self) -> Option<Segment<'_>> {
        self.0.as_ref()?.segments().last()
    }

    /// The number of its item or round.
    #[must_use]
    pub fn number(&self) -> Option<u32> {
        match self.segment()? {
            Segment::Index(number) => Some(number),
            Segment::Step(_) | Segment::Branch(_) => None,
        }
    }

    /// The step run of one of its steps. `None` when its path would be longer than a path may be: the container of such a
    /// list fails before it begins.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<StepPath> {
        match &self.0 {
            None => Some(StepPath::top(id)),
            Some(path) => path.child(Segment::Step(id.as_str())),
        }
    }

    /// The list in the definition; `None` when the definition has no such list.
    #[must_use]
    pub fn address(&self, index: &Index) -> Option<BlockAddress> {
        let Some(path) = &self.0 else { return Some(BlockAddress::Root) };
        let place = index.at(&path.without_last()?)?;
        let slot = match (&place.step.kind, path.segments().last()?) {
            (StepKind::Parallel(_), Segment::Branch(name)) => Slot::Branch(BranchName::new(name).ok()?),
            (StepKind::Parallel(_), Segment::Index(_)) => Slot::Each,
            (StepKind::Conditional(_), Segment::Branch(OTHERWISE)) => Slot::Otherwise,
            (StepKind::Conditional(_), Segment::Branch(name)) => Slot::Case(BranchName::new(name).ok()?),
            (StepKind::Loop(_), Segment::Index(_)) => Slot::Body,
            _ => return None,
        };
        Some(BlockAddress::Inner { parent: place.step.id.clone(), slot })
    }

    /// Its path, as messages spell it.
    #[must_use]
    pub fn path(&self) -> Option<&StepPath> {
        self.0.as_ref()
    }
}

/// The containers around a step run, without an agent that it may stand in, innermost first, each with the list of it that holds the step run.
pub fn around(path: &StepPath) -> impl Iterator<Item = (StepPath, ListPath)> {
    let of = |path: &StepPath| {
        let list = ListPath::of(path);
        list.container().map(|container| (container, list))
    };
    let agent = path.in_agent().map(|inside| inside.agent);
    std::iter::successors(of(agent.as_ref().unwrap_or(path)), move |(container, _)| of(container))
}

/// Whether an execution has, or may still come to have, a step run at a path: the definition has such a list, and its
/// container has not decided otherwise.
#[must_use]
pub fn may_exist(index: &Index, runs: &Runs, path: &StepPath) -> bool {
    // What an agent will do is not known before.
    let agent = path.in_agent().map(|inside| inside.agent);
    if agent.is_some() && runs.get(path).is_none() {
        return false;
    }
    let path = agent.as_ref().unwrap_or(path);
    let is_there = |path: &StepPath, list: &ListPath| {
        index.at(path).is_some_and(|place| list.address(index).as_ref() == Some(&place.block))
    };
    let is_chosen = |container: &StepPath, list: &ListPath| {
        let Some(choice) = runs.get(container).and_then(|run| run.choice.as_ref()) else { return true };
        match (list.segment(), choice) {
            (Some(Segment::Branch(case)), Choice { count: None, case: taken, .. }) => taken.as_deref() == Some(case),
            (Some(Segment::Index(item)), Choice { count: Some(count), .. }) => item < *count,
            (Some(Segment::Index(round)), Choice { iterations: Some(ended), .. }) => round >= 1 && round <= ended + 1,
            _ => true,
        }
    };
    is_there(path, &ListPath::of(path))
        && around(path)
            .all(|(container, list)| is_there(&container, &ListPath::of(&container)) && is_chosen(&container, &list))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> StepPath {
        StepPath::new(text).unwrap()
    }

    #[test]
    fn a_list_is_the_common_part_of_its_paths() {
        let list = ListPath::of(&path("each.3.fan.eu.draft"));
        assert_eq!(list.path().map(StepPath::as_str), Some("each.3.fan.eu"));
        assert_eq!(list.container(), Some(path("each.3.fan")));
        assert_eq!(list.step(&StepId::new("check").unwrap()), Some(path("each.3.fan.eu.check")));
        assert_eq!(ListPath::of(&path("draft")), ListPath::ROOT);
        let around: Vec<String> = around(&path("each.3.fan.eu.draft")).map(|(it, _)| it.to_string()).collect();
        assert_eq!(around, ["each.3.fan", "each"]);
        assert_eq!(ListPath::of(&path("each.3.draft")).number(), Some(3));
    }
}
