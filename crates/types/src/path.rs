//! The path of a step run in an execution.

use std::fmt;

use crate::ids::{StepId, StepPath};

/// One segment of a step path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment<'p> {
    /// A step, by its id.
    Step(&'p str),
    /// A branch or a case of the step before it, by its name.
    Branch(&'p str),
    /// A number: an item, a round, an agent's turn or one of its tool calls.
    Index(u32),
}

impl fmt::Display for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(name) | Self::Branch(name) => f.write_str(name),
            Self::Index(index) => index.fmt(f),
        }
    }
}

/// Where a step run stands inside an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InAgent {
    /// The step run of the agent.
    pub agent: StepPath,
    /// The turn, from 1.
    pub turn: u32,
    /// The call in the turn, from 0; `None` for the turn itself.
    pub call: Option<u32>,
}

impl StepPath {
    /// Where it stands inside an agent, when it is the path of a turn or of a call. Of all step runs, only theirs end with a
    /// number.
    #[must_use]
    pub fn in_agent(&self) -> Option<InAgent> {
        let (before, last) = self.numbered()?;
        Some(match before.numbered() {
            Some((agent, turn)) => InAgent { agent, turn, call: Some(last) },
            None => InAgent { agent: before, turn: last, call: None },
        })
    }

    /// The path without the number at its end, and that number.
    fn numbered(&self) -> Option<(Self, u32)> {
        let (before, number) = self.as_str().rsplit_once('.')?;
        Some((Self::new(before).ok()?, number.parse().ok()?))
    }

    /// The segments, from the workflow's own list inwards. A name after a step is a branch of it; every other name is
    /// a step.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let mut follows_step = false;
        self.as_str().split('.').map(move |text| {
            let segment = match text.parse() {
                Ok(index) => Segment::Index(index),
                Err(_) if follows_step => Segment::Branch(text),
                Err(_) => Segment::Step(text),
            };
            follows_step = matches!(segment, Segment::Step(_));
            segment
        })
    }

    /// The id of the step at the path: its last step id.
    #[must_use]
    pub fn step_id(&self) -> Option<StepId> {
        let steps = self.segments().filter_map(|segment| match segment {
            Segment::Step(id) => StepId::new(id).ok(),
            Segment::Branch(_) | Segment::Index(_) => None,
        });
        steps.last()
    }

    /// The path of the container's step run; `None` in the workflow's own list.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let mut end = self.as_str();
        loop {
            end = end.rsplit_once('.')?.0;
            let parent = Self::new(end).ok()?;
            if !matches!(parent.segments().last(), Some(Segment::Branch(_))) && !parent.ends_with_item() {
                return Some(parent);
            }
        }
    }

    /// Whether the last segment is an item or a round of a container.
    fn ends_with_item(&self) -> bool {
        matches!(self.segments().last(), Some(Segment::Index(_)))
    }

    /// The path without its last segment.
    #[must_use]
    pub fn without_last(&self) -> Option<Self> {
        Self::new(self.as_str().rsplit_once('.')?.0).ok()
    }

    /// The path one segment further in.
    #[must_use]
    pub fn child(&self, segment: Segment<'_>) -> Option<Self> {
        Self::new(format!("{self}.{segment}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> StepPath {
        StepPath::new(text).unwrap()
    }

    #[test]
    fn names_after_a_step_are_branches() {
        let kinds = |text: &str| path(text).segments().map(|segment| format!("{segment:?}")).collect::<Vec<_>>();
        assert_eq!(kinds("fan.eu.draft"), ["Step(\"fan\")", "Branch(\"eu\")", "Step(\"draft\")"]);
        assert_eq!(kinds("each.0.draft"), ["Step(\"each\")", "Index(0)", "Step(\"draft\")"]);
        assert_eq!(kinds("scout.2.0"), ["Step(\"scout\")", "Index(2)", "Index(0)"]);
    }

    #[test]
    fn turns_and_calls_stand_in_their_agent() {
        let at = |text: &str| path(text).in_agent().map(|at| (at.agent.to_string(), at.turn, at.call));
        assert_eq!(at("scout.2"), Some(("scout".into(), 2, None)));
        assert_eq!(at("each.0.scout.2.1"), Some(("each.0.scout".into(), 2, Some(1))));
        for outside in ["scout", "each.0.scout", "fan.eu.scout"] {
            assert_eq!(at(outside), None);
        }
        assert_eq!((path("scout.2").parent(), path("scout.2.1").parent()), (Some(path("scout")), Some(path("scout"))));
    }

    #[test]
    fn a_path_knows_its_step_and_its_container() {
        let about = |text: &str| {
            let path = path(text);
            (path.step_id().unwrap().to_string(), path.parent().map(|parent| parent.to_string()))
        };
        assert_eq!(about("research"), ("research".into(), None));
        assert_eq!(about("fan.eu.draft"), ("draft".into(), Some("fan".into())));
        assert_eq!(about("each.3.fan.eu.draft"), ("draft".into(), Some("each.3.fan".into())));
        assert_eq!(path("each").child(Segment::Index(3)), Some(path("each.3")));
    }
}
