//! Moving among the steps of the canvas by keys.

use sluice_types::{BlockAddress, StepId};

use super::picture::Picture;

/// Where a key leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the step before, or to the container around.
    Up,
    /// Into a container, or to the step after.
    Down,
    /// Into the list at the left, or to the container around.
    Left,
    /// Into the list at the right.
    Right,
    /// To the first step.
    First,
    /// To the last one.
    Last,
}

impl Direction {
    /// The direction of a key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            "ArrowUp" => Some(Self::Up),
            "ArrowDown" => Some(Self::Down),
            "ArrowLeft" => Some(Self::Left),
            "ArrowRight" => Some(Self::Right),
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            _ => None,
        }
    }
}

/// The step that a key leads to. Up and down reach every step, in the order of the list, through the first list of a container
/// that has steps; left and right change the list.
#[must_use]
pub fn step_towards(picture: &Picture, from: Option<&StepId>, direction: Direction) -> Option<StepId> {
    let root = picture.steps(&BlockAddress::Root);
    match (direction, from) {
        (Direction::First, _) | (_, None) => root.first().cloned(),
        (Direction::Last, _) => root.last().cloned(),
        (Direction::Down, Some(id)) => first_inside(picture, id).or_else(|| after(picture, id)),
        (Direction::Up, Some(id)) => before(picture, id),
        (Direction::Left, Some(id)) => beside(picture, id, -1).or_else(|| picture.around(id).into_iter().next()),
        (Direction::Right, Some(id)) => beside(picture, id, 1),
    }
}

fn lists_of(picture: &Picture, id: &StepId) -> Vec<BlockAddress> {
    let slots = picture.node(id).map(|node| node.slots.as_slice()).unwrap_or_default();
    slots.iter().map(|slot| BlockAddress::Inner { parent: id.clone(), slot: slot.clone() }).collect()
}

fn first_inside(picture: &Picture, id: &StepId) -> Option<StepId> {
    lists_of(picture, id).iter().find_map(|list| picture.steps(list).first().cloned())
}

/// The next step of the list, or that behind the container.
fn after(picture: &Picture, id: &StepId) -> Option<StepId> {
    let node = picture.node(id)?;
    let steps = picture.steps(&node.list);
    let at = steps.iter().position(|step| step == id)?;
    match (steps.get(at.saturating_add(1)), &node.list) {
        (Some(next), _) => Some(next.clone()),
        (None, BlockAddress::Inner { parent, .. }) => after(picture, parent),
        (None, BlockAddress::Root) => None,
    }
}

/// The step before in the list, its last step inside when it is a container, or the container around.
fn before(picture: &Picture, id: &StepId) -> Option<StepId> {
    let node = picture.node(id)?;
    let steps = picture.steps(&node.list);
    let at = steps.iter().position(|step| step == id)?;
    match (at.checked_sub(1).and_then(|at| steps.get(at)), &node.list) {
        (Some(previous), _) => Some(last_inside(picture, previous)),
        (None, BlockAddress::Inner { parent, .. }) => Some(parent.clone()),
        (None, BlockAddress::Root) => None,
    }
}

fn last_inside(picture: &Picture, id: &StepId) -> StepId {
    let last = lists_of(picture, id).iter().find_map(|list| picture.steps(list).last().cloned());
    last.map_or_else(|| id.clone(), |last| last_inside(picture, &last))
}

/// The step at the same height in the list at the left (-1) or the right (1).
fn beside(picture: &Picture, id: &StepId, by: isize) -> Option<StepId> {
    let height = picture.place(id)?.centre().y;
    let mut inner = id.clone();
    loop {
        let BlockAddress::Inner { parent, slot } = picture.node(&inner)?.list.clone() else {
            // A container with lists: right leads into the first of them.
            return (by > 0).then(|| first_inside(picture, id)).flatten();
        };
        let lists = lists_of(picture, &parent);
        let own = BlockAddress::Inner { parent: parent.clone(), slot };
        let mut at = lists.iter().position(|list| *list == own);
        while let Some(list) = at.and_then(|at| at.checked_add_signed(by)).and_then(|at| lists.get(at)) {
            let nearest = picture.steps(list).iter().min_by(|one, other| {
                let distance =
                    |id: &StepId| picture.place(id).map_or(f64::MAX, |place| (place.centre().y - height).abs());
                distance(one).total_cmp(&distance(other))
            });
            if let Some(nearest) = nearest {
                return Some(nearest.clone());
            }
            at = at.and_then(|at| at.checked_add_signed(by));
        }
        inner = parent;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use serde_json::json;
    use sluice_types::{Definition, Index};

    use super::*;

    fn picture() -> Picture {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            llm("a"),
            {"id": "fan", "label": "Fan", "type": "parallel", "branches": [
                {"name": "x", "steps": [llm("b"), llm("c")]},
                {"name": "empty", "steps": []},
                {"name": "y", "steps": [
                    {"id": "again", "label": "Again", "type": "loop", "until": "true", "max_iterations": 2, "steps": [llm("d")]},
                ]},
            ]},
            llm("z"),
        ]}))
        .unwrap();
        Picture::of(&Index::of(&definition), &BTreeMap::new())
    }

    fn walk(from: &str, direction: Direction) -> Option<String> {
        step_towards(&picture(), Some(&StepId::new(from).unwrap()), direction).map(|id| id.to_string())
    }

    #[test]
    fn keys_lead_into_containers_and_out_of_them() {
        use Direction::{Down, First, Last, Left, Right, Up};
        for (from, direction, to) in [
            ("a", Down, Some("fan")),
            ("fan", Down, Some("b")),
            ("c", Down, Some("z")),
            ("z", Up, Some("c")),
            ("b", Up, Some("fan")),
            ("b", Right, Some("again")),
            ("d", Left, Some("c")),
            ("again", Left, Some("c")),
            ("b", Left, Some("fan")),
            ("fan", Right, Some("b")),
            ("again", Down, Some("d")),
            ("d", Down, Some("z")),
            ("d", Right, None),
            ("a", Up, None),
            ("z", Down, None),
            ("d", First, Some("a")),
            ("a", Last, Some("z")),
        ] {
            assert_eq!(walk(from, direction).as_deref(), to, "{from} {direction:?}");
        }
        assert_eq!(step_towards(&picture(), None, Down).unwrap().as_str(), "a");
    }

    #[test]
    fn keys_reach_every_step() {
        let picture = picture();
        let mut open = vec![StepId::new("a").unwrap()];
        let mut seen: HashSet<StepId> = open.iter().cloned().collect();
        while let Some(id) = open.pop() {
            for direction in [Direction::Up, Direction::Down, Direction::Left, Direction::Right] {
                if let Some(to) = step_towards(&picture, Some(&id), direction).filter(|to| !seen.contains(to)) {
                    seen.insert(to.clone());
                    open.push(to);
                }
            }
        }
        assert_eq!(seen.len(), picture.len());
    }
}
