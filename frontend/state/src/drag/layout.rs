//! Positions of the items of a list, before and after a move.

use std::ops::Range;

/// Position of one item, in px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// From the top of the list.
    pub top: f64,
    /// From its own top to its own bottom.
    pub height: f64,
}

impl Slot {
    /// Its bottom, from the top of the list.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

/// The items of a list at the pick-up of one of them, from top to bottom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Layout {
    slots: Vec<Slot>,
}

impl Layout {
    /// The items as measured, from top to bottom.
    #[must_use]
    pub fn new(slots: Vec<Slot>) -> Self {
        Self { slots }
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The index of an item after a drag of `by` px down. Another item makes room as soon as the
    /// edge that goes ahead has passed its middle, so that a tall item need not be dragged by its
    /// whole height to change places with a flat one.
    #[must_use]
    pub fn target(&self, from: usize, by: f64) -> usize {
        let Some(dragged) = self.slots.get(from) else { return 0 };
        let passed = |slot: &&Slot| {
            if by > 0.0 { dragged.bottom() + by > slot.middle() } else { dragged.top + by < slot.middle() }
        };
        if by > 0.0 {
            from + self.slots.iter().skip(from + 1).take_while(passed).count()
        } else {
            from - self.slots.iter().take(from).rev().take_while(passed).count()
        }
    }

    /// Px by which an item is drawn below its place while the item `from` is moved to `to`.
    #[must_use]
    pub fn shift(&self, index: usize, from: usize, to: usize) -> f64 {
        let (Some(slot), Some(dragged)) = (self.slots.get(index), self.slots.get(from)) else { return 0.0 };
        if index == from {
            return self.landing(from, to).map_or(0.0, |landing| landing.top - slot.top);
        }
        if from < index && index <= to {
            self.slots.get(from + 1).map_or(0.0, |below| dragged.top - below.top)
        } else if to <= index && index < from {
            from.checked_sub(1)
                .and_then(|above| self.slots.get(above))
                .map_or(0.0, |above| dragged.bottom() - above.bottom())
        } else {
            0.0
        }
    }

    /// The position of the item `from` after a drop at `to`.
    #[must_use]
    pub fn landing(&self, from: usize, to: usize) -> Option<Slot> {
        let (dragged, target) = (self.slots.get(from)?, self.slots.get(to)?);
        let top = if to > from { target.bottom() - dragged.height } else { target.top };
        Some(Slot { top, height: dragged.height })
    }
}

/// The list with the item at `from` moved to `to`; unchanged when there is no such
/// item or place.
#[cfg(test)]
pub fn moved<T: Clone>(list: &[T], from: usize, to: usize) -> Vec<T> {
    let mut list = list.to_vec();
    if from < list.len() && to < list.len() {
        let item = list.remove(from);
        list.insert(to, item);
    }
    list
}

/// Px from the edge of the visible area in which scrolling begins.
const SCROLL_ZONE_PX: f64 = 64.0;
/// Px per frame at the edge and beyond it.
const SCROLL_MOST_PX: f64 = 16.0;

/// Px to scroll down in a frame (up when negative) while the pointer drags at `pointer_y` px from the top of the
/// window: the nearer to the edge of `view`, the faster. The view excludes fixed bars.
#[must_use]
pub fn auto_scroll(pointer_y: f64, view: &Range<f64>) -> f64 {
    // In a low view, the middle half stays calm.
    let zone = SCROLL_ZONE_PX.min((view.end - view.start) / 4.0);
    if zone.is_nan() || zone <= 0.0 || pointer_y.is_nan() {
        return 0.0;
    }
    let speed = |distance: f64| SCROLL_MOST_PX * ((zone - distance) / zone).clamp(0.0, 1.0);
    speed(view.end - pointer_y) - speed(pointer_y - view.start)
}
