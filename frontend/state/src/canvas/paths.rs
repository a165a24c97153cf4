//! The lines of connections, in the coordinates of their list.

use super::geometry::{Point, Rect};

/// Distance of a line that goes around steps from them, in pixels.
const ASIDE: f64 = 16.0;
/// Radius of the corners of a line, in pixels.
const CORNER: f64 = 8.0;
/// How far a line goes straight before it bends, in pixels.
const STRAIGHT: f64 = 14.0;
/// Length of the line to the end of a list, in pixels.
const END: f64 = 18.0;

/// A line with the place of its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The path, as in the attribute `d` of an SVG `path`.
    pub path: String,
    /// Where its label stands.
    pub label: Point,
}

/// A line down to a step: straight, or with a bend where the step stands aside.
#[must_use]
pub fn down(from: Point, to: Point) -> Line {
    let reach = ((to.y - from.y) / 2.0).max(STRAIGHT);
    let path = if (from.x - to.x).abs() < 0.5 && to.y > from.y {
        format!("M{} V{}", at(from), short(to.y))
    } else {
        let (one, other) = (Point::new(from.x, from.y + reach), Point::new(to.x, to.y - reach));
        format!("M{} C{} {} {}", at(from), at(one), at(other), at(to))
    };
    Line { path, label: from.middle(to) }
}

/// A line around steps that stand between its ends: out at the right, and in again from the right. `right` is the right border
/// of what it goes around, `lane` tells lines beside each other apart.
#[must_use]
pub fn around(from: Rect, to: Rect, right: f64, lane: usize) -> Line {
    let lane = f64::from(u16::try_from(lane).unwrap_or(u16::MAX));
    let x = right.max(from.right()).max(to.right()) + ASIDE + lane * CORNER;
    let (start, end) = (Point::new(from.right(), from.centre().y), Point::new(to.right(), to.centre().y));
    let turn = if end.y < start.y { -CORNER } else { CORNER };
    let path = format!(
        "M{} H{} Q{} {} V{} Q{} {} H{}",
        at(start),
        short(x - CORNER),
        at(Point::new(x, start.y)),
        at(Point::new(x, start.y + turn)),
        short(end.y - turn),
        at(Point::new(x, end.y)),
        at(Point::new(x - CORNER, end.y)),
        short(end.x),
    );
    Line { path, label: Point::new(x, f64::midpoint(start.y, end.y)) }
}

/// A short line to the end of a list.
#[must_use]
pub fn to_end(from: Point) -> Line {
    let to = Point::new(from.x, from.y + END);
    Line { path: format!("M{} V{}", at(from), short(to.y)), label: to }
}

/// The right border of the steps that stand between two others; `None` when a line down meets none of them.
#[must_use]
pub fn between(from: Rect, to: Rect, others: impl Iterator<Item = Rect>) -> Option<f64> {
    let straight = Rect::new(from.centre().x, from.bottom(), 0.0, 0.0).with(Rect::new(to.centre().x, to.y, 0.0, 0.0));
    if to.y < from.bottom() {
        return Some(from.right().max(to.right()));
    }
    let (top, bottom) = (from.bottom(), to.y);
    let all: Vec<Rect> = others.filter(|other| other.y < bottom && other.bottom() > top).collect();
    let is_met = all.iter().any(|other| other.meets(&straight));
    is_met.then(|| all.iter().map(Rect::right).fold(from.right().max(to.right()), f64::max))
}

fn at(point: Point) -> String {
    format!("{},{}", short(point.x), short(point.y))
}

/// A coordinate with one digit after the point, where it has one.
fn short(coordinate: f64) -> String {
    let text = format!("{coordinate:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(y: f64) -> Rect {
        Rect::new(0.0, y, 200.0, 40.0)
    }

    #[test]
    fn a_step_below_is_reached_straight_and_one_aside_by_a_bend() {
        assert_eq!(down(Point::new(10.0, 40.0), Point::new(10.0, 72.0)).path, "M10,40 V72");
        assert_eq!(down(Point::new(10.0, 40.0), Point::new(110.5, 80.0)).path, "M10,40 C10,60 110.5,60 110.5,80");
        // A step above is reached from above, too.
        assert!(down(Point::new(10.0, 40.0), Point::new(10.0, 0.0)).path.contains('C'));
    }

    #[test]
    fn a_line_goes_around_what_stands_in_its_way() {
        let (from, to) = (node(0.0), node(160.0));
        assert_eq!(between(from, to, [node(-90.0), node(400.0)].into_iter()), None);
        let wide = Rect { width: 300.0, ..node(80.0) };
        assert_eq!(between(from, to, [wide].into_iter()), Some(300.0));
        let aside = wide.moved(Point::new(500.0, 0.0));
        assert_eq!(between(from, to, [aside].into_iter()), None);
        // A step that was dragged above the one before it.
        assert_eq!(between(to, from, std::iter::empty()), Some(200.0));
        let line = around(from, to, 300.0, 0);
        assert_eq!(line.path, "M200,20 H308 Q316,20 316,28 V172 Q316,180 308,180 H200");
        assert_eq!(line.label, Point::new(316.0, 100.0));
        assert_ne!(around(from, to, 300.0, 1), line);
    }
}
