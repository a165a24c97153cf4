//! From the connections of a list to their lines.

use sluice_types::edit::Port;
use sluice_types::{BlockAddress, Slot, StepId};

use super::geometry::{Point, Rect};
use super::paths::{Line, around, between, down, to_end};
use super::picture::{Picture, PictureEdge, Start};

/// Height of the name of a list, in pixels: the line to its first step begins below it.
const LIST_NAME: f64 = 24.0;

/// Where a connection begins at a step, in the coordinates of its list. The cases of a condition begin below their lists.
#[must_use]
pub fn handle(picture: &Picture, id: &StepId, rect: Rect, port: &Port) -> Point {
    let slot = match port {
        Port::Next => return rect.bottom_middle(),
        Port::Case(name) => Slot::Case(name.clone()),
        Port::Otherwise => Slot::Otherwise,
    };
    match picture.list(&BlockAddress::Inner { parent: id.clone(), slot }) {
        // Beside the middle, where the connection to the next step begins.
        Some(list) => Point::new(rect.x + list.rect.x + list.rect.width / 4.0, rect.bottom()),
        None => rect.bottom_middle(),
    }
}

/// What stands for the end of a list while a connection is drawn: below its steps.
#[must_use]
pub fn end_of(picture: &Picture, address: &BlockAddress) -> Rect {
    let rects = picture.steps(address).iter().filter_map(|id| picture.node(id).map(|node| node.rect));
    let around = rects.reduce(Rect::with).unwrap_or_default();
    Rect::new(around.centre().x - END_WIDTH / 2.0, around.bottom() + END_GAP, END_WIDTH, END_HEIGHT)
}

const END_WIDTH: f64 = 112.0;
const END_HEIGHT: f64 = 28.0;
const END_GAP: f64 = 24.0;

/// The steps whose boxes a line depends on: its ends. What it goes around is taken as it is in the picture.
pub fn ends(edge: &PictureEdge) -> impl Iterator<Item = &StepId> {
    let source = match &edge.start {
        Start::List => None,
        Start::Step(id, _) => Some(id),
    };
    source.into_iter().chain(edge.target.as_ref())
}

/// The line of a connection, with the boxes of its ends as they are while a step is dragged.
#[must_use]
pub fn line(
    picture: &Picture,
    address: &BlockAddress,
    at: usize,
    edge: &PictureEdge,
    rect_of: impl Fn(&StepId) -> Option<Rect>,
) -> Option<Line> {
    let list = picture.list(address)?;
    let target = edge.target.as_ref().map(&rect_of);
    let (id, port) = match &edge.start {
        Start::List => {
            let target = target.flatten()?;
            let from = Point::new(list.rect.width / 2.0, LIST_NAME);
            // A list whose steps stand aside is entered above them.
            let from =
                if (from.x - target.centre().x).abs() < 1.0 { Point::new(target.centre().x, from.y) } else { from };
            return Some(down(from, target.top_middle()));
        }
        Start::Step(id, port) => (id, port),
    };
    let source = rect_of(id)?;
    let from = handle(picture, id, source, port);
    let Some(target) = target else { return Some(to_end(from)) };
    let target = target?;
    let others = list.steps.iter().filter(|other| *other != id && Some(*other) != edge.target.as_ref());
    let others = others.filter_map(|other| picture.node(other).map(|node| node.rect));
    let start = Rect { x: from.x, width: 0.0, ..source };
    match between(start, target, others) {
        None => Some(down(from, target.top_middle())),
        Some(right) if *port == Port::Next => Some(around(source, target, right, lane_of(&list.edges, at))),
        Some(right) => Some(below_and_around(from, source, target, right, lane_of(&list.edges, at))),
    }
}

/// Lines of a list that go around steps lie beside each other.
fn lane_of(edges: &[PictureEdge], at: usize) -> usize {
    let jumps = edges.iter().take(at).filter(|edge| edge.is_explicit && edge.target.is_some());
    jumps.count() % MOST_LANES
}

const MOST_LANES: usize = 6;

/// A line from the lower border of a container around the steps below it.
fn below_and_around(from: Point, source: Rect, target: Rect, right: f64, lane: usize) -> Line {
    let knee = Rect::new(from.x, source.bottom(), 0.0, 2.0 * KNEE);
    let aside = around(knee, target, right, lane);
    let path = aside.path.trim_start_matches('M');
    let rest = path.split_once(' ').map_or("", |(_, rest)| rest);
    Line { path: format!("M{:.1},{:.1} v{KNEE} {rest}", from.x, from.y), label: aside.label }
}

/// How far a line goes down before it turns aside, in pixels.
const KNEE: f64 = 12.0;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use sluice_types::{Definition, Index};

    use super::*;

    fn picture() -> Picture {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "a", "label": "a", "type": "llm", "prompt": "x", "next": "c"},
            llm("b"),
            llm("c"),
            {"id": "which", "label": "which", "type": "conditional", "cases": [
                {"name": "big", "when": "true", "steps": [llm("in")], "next": "e"},
            ]},
            llm("d"),
            {"id": "e", "label": "e", "type": "llm", "prompt": "x", "next": "end"},
        ]}))
        .unwrap();
        Picture::of(&Index::of(&definition), &BTreeMap::new())
    }

    fn lines(picture: &Picture, address: &BlockAddress) -> Vec<(String, Line)> {
        let rect_of = |id: &StepId| picture.node(id).map(|node| node.rect);
        let edges = picture.list(address).unwrap().edges.iter().enumerate();
        edges.map(|(at, edge)| (edge.id.clone(), line(picture, address, at, edge, rect_of).unwrap())).collect()
    }

    #[test]
    fn neighbours_are_joined_straight_and_jumps_go_around() {
        let picture = picture();
        let lines = lines(&picture, &BlockAddress::Root);
        let path = |from: &str, to: &str| {
            let edges = &picture.list(&BlockAddress::Root).unwrap().edges;
            let is_it = |edge: &PictureEdge| {
                matches!(&edge.start, Start::Step(id, _) if id.as_str() == from)
                    && edge.target.as_ref().map_or("end", StepId::as_str) == to
            };
            lines[edges.iter().position(is_it).unwrap()].1.path.clone()
        };
        assert!(path("b", "c").contains(" V") && !path("b", "c").contains('Q'));
        assert!(path("a", "c").contains('Q'), "{}", path("a", "c"));
        assert!(path("which", "e").contains('v') && path("which", "e").contains('Q'));
        assert!(path("e", "end").contains(" V"));
    }

    #[test]
    fn a_connection_that_leads_to_no_step_says_so() {
        let step = json!({"id": "a", "label": "a", "type": "llm", "prompt": "x", "next": "end"});
        let case = json!({"name": "big", "when": "true", "steps": [step], "next": "end"});
        let which = json!({"id": "which", "label": "which", "type": "conditional", "cases": [case]});
        let definition: Definition = serde_json::from_value(json!({"steps": [which]})).unwrap();
        let picture = Picture::of(&Index::of(&definition), &BTreeMap::new());
        let said = |address: &BlockAddress| {
            let edges = picture.list(address).unwrap().edges.iter().filter(|edge| edge.is_explicit);
            edges.filter(|edge| edge.target.is_none()).map(|edge| edge.label.clone()).collect::<Vec<_>>()
        };
        let slot = "case:big".parse::<Slot>().unwrap();
        let inner = BlockAddress::Inner { parent: StepId::new("which").unwrap(), slot };
        assert_eq!(
            (said(&BlockAddress::Root), said(&inner)),
            (vec!["big: ends the run".into()], vec!["ends here".into()])
        );
    }

    #[test]
    fn a_list_is_entered_from_its_head() {
        let picture = picture();
        let address =
            BlockAddress::Inner { parent: StepId::new("which").unwrap(), slot: "case:big".parse::<Slot>().unwrap() };
        let [(_, line)] = &lines(&picture, &address)[..] else { panic!() };
        let first = picture.node(&StepId::new("in").unwrap()).unwrap().rect;
        assert!(line.path.ends_with(&format!("V{}", first.y)), "{}", line.path);
    }
}
