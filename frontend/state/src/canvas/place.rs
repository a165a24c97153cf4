//! Where a step is put: one that is dragged to another position, and a new one that is dropped.

use sluice_types::limits::MAX_CANVAS_COORDINATE;
use sluice_types::{BlockAddress, Position, StepId};

use super::geometry::{Point, Rect};
use super::picture::Picture;

/// Steps are put on a grid of so many pixels.
const GRID_PX: f64 = 4.0;
/// How far an arrow key moves a step, in pixels.
pub const NUDGE_PX: f64 = 16.0;
/// Distance of the mark from the step before or after it, in pixels.
const MARK_GAP: f64 = 16.0;
/// Width of the mark in a list without steps, in pixels.
const MARK_WIDTH: f64 = 160.0;
/// Height of the name of a list, in pixels: the mark stands below it.
const LIST_HEAD: f64 = 48.0;

/// The box of a step that was dragged by pixels of the picture. In a container it does not leave its list at the left or at the
/// top: there the list begins.
#[must_use]
pub fn dragged(picture: &Picture, id: &StepId, by: Point) -> Option<Rect> {
    let node = picture.node(id)?;
    let least = match node.list {
        BlockAddress::Root => -MAX_CANVAS_COORDINATE,
        BlockAddress::Inner { .. } => 0.0,
    };
    let on_grid = |from: f64, by: f64| ((from + by) / GRID_PX).round() * GRID_PX;
    let bounded =
        |value: f64| if value.is_finite() { value.clamp(least, MAX_CANVAS_COORDINATE) } else { least.max(0.0) };
    Some(Rect { x: bounded(on_grid(node.rect.x, by.x)), y: bounded(on_grid(node.rect.y, by.y)), ..node.rect })
}

/// The position that a drag sets; `None` when the step is where it was.
#[must_use]
pub fn dropped(picture: &Picture, id: &StepId, by: Point) -> Option<Position> {
    let (before, after) = (picture.node(id)?.rect, dragged(picture, id, by)?);
    (before != after).then(|| after.origin().into())
}

/// Where a new step would go.
#[derive(Debug, Clone, PartialEq)]
pub struct Landing {
    /// The list.
    pub list: BlockAddress,
    /// The position there.
    pub position: usize,
    /// The line that marks it, in the picture: its left end and its width.
    pub mark: (Point, f64),
}

/// The place for a new step at a point of the picture: the nearest gap of the innermost list there.
#[must_use]
pub fn landing(picture: &Picture, at: Point) -> Landing {
    let list = picture.list_at(at);
    let origin = picture.origin_of(&list);
    let inside = at.minus(origin);
    let rects: Vec<Rect> =
        picture.steps(&list).iter().filter_map(|id| picture.node(id).map(|node| node.rect)).collect();
    let gaps = (0..=rects.len()).map(|position| {
        let before = position.checked_sub(1).and_then(|at| rects.get(at));
        (position, gap(before, rects.get(position), picture.list(&list).map_or(0.0, |list| list.rect.width)))
    });
    let nearest = gaps
        .min_by(|(_, (one, _)), (_, (other, _))| one.minus(inside).length().total_cmp(&other.minus(inside).length()));
    let (position, (middle, width)) = nearest.unwrap_or_default();
    let left = Point::new(middle.x - width / 2.0, middle.y);
    Landing { list, position, mark: (left.plus(origin), width) }
}

/// The middle of the gap between two steps of a list, and its width.
fn gap(before: Option<&Rect>, after: Option<&Rect>, list_width: f64) -> (Point, f64) {
    match (before, after) {
        (Some(before), Some(after)) => {
            (before.bottom_middle().middle(after.top_middle()), before.width.min(after.width))
        }
        (Some(before), None) => (before.bottom_middle().plus(Point::new(0.0, MARK_GAP)), before.width),
        (None, Some(after)) => (after.top_middle().minus(Point::new(0.0, MARK_GAP)), after.width),
        (None, None) => (Point::new(list_width / 2.0, LIST_HEAD), MARK_WIDTH),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use sluice_types::{Definition, Index, Positions};

    use super::*;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    fn picture(positions: &Positions) -> Picture {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            llm("a"),
            {"id": "fan", "label": "Fan", "type": "parallel", "branches": [
                {"name": "x", "steps": [llm("b"), llm("c")]},
                {"name": "empty", "steps": []},
            ]},
            llm("z"),
        ]}))
        .unwrap();
        Picture::of(&Index::of(&definition), positions)
    }

    #[test]
    fn a_step_is_put_where_it_is_dragged_on_the_grid_and_in_its_list() {
        let picture = picture(&BTreeMap::new());
        let from = picture.node(&id("b")).unwrap().rect;
        let moved = dropped(&picture, &id("b"), Point::new(41.0, 80.0)).unwrap();
        assert!((moved.x - from.x - 41.0).abs() <= GRID_PX && (moved.x / GRID_PX).fract() == 0.0, "{moved:?}");
        assert_eq!(dropped(&picture, &id("b"), Point::new(-9e9, f64::NAN)).unwrap(), Position { x: 0.0, y: 0.0 });
        assert!(dropped(&picture, &id("a"), Point::new(-900.0, 0.0)).unwrap().x < -500.0);
        assert_eq!(dropped(&picture, &id("gone"), Point::default()), None);
        // What it sets is where it stands then.
        let set = self::picture(&BTreeMap::from([(id("b"), moved)]));
        assert_eq!(set.node(&id("b")).unwrap().rect.origin(), Point::new(moved.x, moved.y));
        assert_eq!(dropped(&set, &id("b"), Point::new(0.4, 0.0)), None);
    }

    #[test]
    fn a_new_step_lands_in_the_gap_below_the_pointer() {
        let picture = picture(&BTreeMap::new());
        let place = |step: &str| picture.place(&id(step)).unwrap();
        let at = |point: Point| {
            let Landing { list, position, .. } = landing(&picture, point);
            (list, position)
        };
        let branch =
            |name: &str| BlockAddress::Inner { parent: id("fan"), slot: format!("branch:{name}").parse().unwrap() };
        assert_eq!(at(place("a").top_middle()), (BlockAddress::Root, 0));
        assert_eq!(at(place("a").bottom_middle().plus(Point::new(0.0, 10.0))), (BlockAddress::Root, 1));
        assert_eq!(at(place("z").bottom_middle().plus(Point::new(0.0, 90.0))), (BlockAddress::Root, 3));
        assert_eq!(at(place("c").top_middle()), (branch("x"), 1));
        assert_eq!(at(picture.list_place(&branch("empty")).unwrap().centre()), (branch("empty"), 0));
    }
}
