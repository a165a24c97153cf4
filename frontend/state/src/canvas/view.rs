//! The part of the canvas that is seen, and how large.

use super::geometry::{Point, Rect, Size};

/// The smallest magnification.
pub const LEAST_ZOOM: f64 = 0.1;
/// The largest one.
pub const MOST_ZOOM: f64 = 2.0;
/// How much closer the button and the key `+` come.
pub const ZOOM_STEP: f64 = 1.25;
/// Magnification for a turn of the wheel of one pixel, as a natural logarithm.
const PER_WHEEL_PX: f64 = 0.002;
/// The empty border, in pixels of the window, when all is shown.
const BORDER_PX: f64 = 24.0;
/// The smallest magnification at which a picture is shown at first: its labels can be read.
const LEAST_AT_FIRST: f64 = 0.6;
/// What is drawn beyond the seen part, as a share of it: panning by less draws nothing anew.
const DRAWN_BEYOND: f64 = 0.5;

/// The seen part: the point of the picture at the upper left corner, and the magnification.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point of the picture at the upper left corner.
    pub origin: Point,
    /// The magnification; 1 for none.
    pub zoom: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { origin: Point::default(), zoom: 1.0 }
    }
}

impl View {
    /// A point of the surface in the picture.
    #[must_use]
    pub fn to_picture(&self, at: Point) -> Point {
        self.origin.plus(at.times(1.0 / self.zoom))
    }

    /// A point of the picture on the surface.
    #[must_use]
    pub fn to_surface(&self, at: Point) -> Point {
        at.minus(self.origin).times(self.zoom)
    }

    /// The part of the picture that a surface of this size shows.
    #[must_use]
    pub fn seen(&self, surface: Size) -> Rect {
        Rect::new(self.origin.x, self.origin.y, surface.width / self.zoom, surface.height / self.zoom)
    }

    /// The picture moved by pixels of the surface.
    #[must_use]
    pub fn panned(self, by: Point) -> Self {
        Self { origin: self.origin.minus(by.times(1.0 / self.zoom)), ..self }
    }

    /// So many times as large, where the point of the picture below a point of the surface stays where it is.
    #[must_use]
    pub fn zoomed(self, factor: f64, at: Point) -> Self {
        let zoom = (self.zoom * factor).clamp(LEAST_ZOOM, MOST_ZOOM);
        if !zoom.is_finite() {
            return self;
        }
        let fixed = self.to_picture(at);
        Self { origin: fixed.minus(at.times(1.0 / zoom)), zoom }
    }

    /// All of a picture, in the middle; not larger than it is.
    #[must_use]
    pub fn fitting(bounds: Rect, surface: Size) -> Self {
        let room = |side: f64| (side - 2.0 * BORDER_PX).max(1.0);
        let zoom = (room(surface.width) / bounds.width.max(1.0)).min(room(surface.height) / bounds.height.max(1.0));
        let zoom = zoom.clamp(LEAST_ZOOM, 1.0);
        let middle = Point::new(surface.width / 2.0, surface.height / 2.0).times(1.0 / zoom);
        Self { origin: bounds.centre().minus(middle), zoom }
    }

    /// The beginning of a picture, large enough to be read; all of it where that is possible. `first` is its first step, which is
    /// in the middle where the picture is wider than the surface.
    #[must_use]
    pub fn at_first(bounds: Rect, first: Rect, surface: Size) -> Self {
        let fitting = Self::fitting(bounds, surface);
        if fitting.zoom >= LEAST_AT_FIRST {
            return fitting;
        }
        let wide = (surface.width - 2.0 * BORDER_PX).max(1.0) / bounds.width.max(1.0);
        let zoom = wide.clamp(LEAST_AT_FIRST, 1.0);
        let middle = if wide < zoom { first.centre().x } else { bounds.centre().x };
        let left = middle - surface.width / zoom / 2.0;
        Self { origin: Point::new(left, bounds.y - BORDER_PX / zoom), zoom }
    }

    /// Moved no more than needed to show a box; its upper left corner, when it is larger than the surface.
    #[must_use]
    pub fn revealing(self, target: Rect, surface: Size) -> Self {
        let border = BORDER_PX / self.zoom;
        let target = target.grown(border);
        let seen = self.seen(surface);
        let along = |from: f64, to: f64, start: f64, length: f64| {
            if to - from > length || from < start {
                from
            } else if to > start + length {
                to - length
            } else {
                start
            }
        };
        let x = along(target.x, target.right(), seen.x, seen.width);
        let y = along(target.y, target.bottom(), seen.y, seen.height);
        Self { origin: Point::new(x, y), ..self }
    }

    /// The part of the picture to draw: more than what is seen. The part that is drawn stays as long as it suffices.
    #[must_use]
    pub fn drawn(&self, surface: Size, before: Option<Rect>) -> Rect {
        let seen = self.seen(surface);
        let wanted = seen.grown(seen.width.max(seen.height) * DRAWN_BEYOND);
        let is_close = |before: &Rect| before.covers(&seen) && before.width <= wanted.width * 2.0;
        before.filter(is_close).unwrap_or(wanted)
    }

    /// The transformation of the picture, for a style sheet.
    #[must_use]
    pub fn transform(&self) -> String {
        let at = self.to_surface(Point::default());
        format!("translate({:.2}px, {:.2}px) scale({:.4})", at.x, at.y, self.zoom)
    }

    /// The magnification in words.
    #[must_use]
    pub fn zoom_words(&self) -> String {
        format!("{:.0} %", self.zoom * 100.0)
    }
}

/// The magnification of a turn of the wheel by pixels.
#[must_use]
pub fn wheel_factor(delta_y: f64) -> f64 {
    (-delta_y * PER_WHEEL_PX).exp()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SURFACE: Size = Size { width: 800.0, height: 600.0 };

    fn close(one: Point, other: Point) -> bool {
        one.minus(other).length() < 1e-6
    }

    #[test]
    fn what_is_below_the_pointer_stays_there() {
        let view = View { origin: Point::new(40.0, -20.0), zoom: 0.5 };
        let at = Point::new(300.0, 200.0);
        let below = view.to_picture(at);
        let closer = view.zoomed(ZOOM_STEP, at);
        assert!(close(closer.to_picture(at), below) && closer.zoom > view.zoom);
        assert_eq!(view.zoomed(f64::NAN, at), view);
        let bounds = [view.zoomed(1e9, at).zoom - MOST_ZOOM, view.zoomed(0.0, at).zoom - LEAST_ZOOM];
        assert!(bounds.iter().all(|off| off.abs() < 1e-9));
    }

    #[test]
    fn all_of_a_picture_is_shown_and_none_is_made_larger() {
        let small = Rect::new(10.0, 10.0, 100.0, 50.0);
        let view = View::fitting(small, SURFACE);
        assert!((view.zoom - 1.0).abs() < 1e-9);
        assert!(close(view.to_surface(small.centre()), Point::new(400.0, 300.0)));
        let large = Rect::new(-500.0, 0.0, 3_000.0, 1_000.0);
        assert!(View::fitting(large, SURFACE).seen(SURFACE).covers(&large));
    }

    #[test]
    fn a_long_picture_begins_at_its_top_and_can_be_read() {
        let long = Rect::new(0.0, 0.0, 300.0, 40_000.0);
        let view = View::at_first(long, Rect::new(0.0, 0.0, 300.0, 50.0), SURFACE);
        assert!((view.zoom - 1.0).abs() < 1e-9);
        assert!(view.seen(SURFACE).holds(Point::new(150.0, 0.0)));
        let first = Rect::new(4_000.0, 0.0, 220.0, 48.0);
        let wide = View::at_first(Rect::new(0.0, 0.0, 9_000.0, 9_000.0), first, SURFACE);
        assert!((wide.zoom - LEAST_AT_FIRST).abs() < 1e-9);
        assert!(wide.seen(SURFACE).covers(&first));
    }

    #[test]
    fn a_box_is_brought_into_view_and_what_is_seen_already_does_not_move() {
        let view = View::default();
        let inside = Rect::new(100.0, 100.0, 200.0, 50.0);
        assert_eq!(view.revealing(inside, SURFACE), view);
        for target in [inside.moved(Point::new(900.0, 0.0)), inside.moved(Point::new(-400.0, 700.0))] {
            assert!(view.revealing(target, SURFACE).seen(SURFACE).covers(&target));
        }
    }

    #[test]
    fn little_panning_draws_nothing_anew() {
        let view = View::default();
        let drawn = view.drawn(SURFACE, None);
        assert_eq!(view.panned(Point::new(-100.0, 50.0)).drawn(SURFACE, Some(drawn)), drawn);
        assert_ne!(view.panned(Point::new(-900.0, 0.0)).drawn(SURFACE, Some(drawn)), drawn);
        // Coming closer lets go of what is far away by then.
        assert_ne!(
            view.zoomed(2.0, Point::default()).zoomed(2.0, Point::default()).drawn(SURFACE, Some(drawn.grown(2_000.0))),
            drawn
        );
    }

    proptest! {
        #[test]
        fn points_are_found_again(x in -1e4..1e4_f64, y in -1e4..1e4_f64, zoom in 0.1..2.0_f64, px in -1e3..1e3_f64) {
            let view = View { origin: Point::new(x, y), zoom };
            let at = Point::new(px, y / 10.0);
            prop_assert!(close(view.to_surface(view.to_picture(at)), at));
        }
    }
}
