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

impl StepPath {
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
