//! Placement of the list of completions.

use std::ops::Range;

/// Largest height of the list, in px.
const LIST_MOST_PX: f64 = 224.0;
/// Height of one completion, as in the style sheet.
const ROW_PX: f64 = 28.0;
/// Border and padding of the list.
const FRAME_PX: f64 = 10.0;
/// Between the list and the line that it belongs to.
pub const GAP_PX: f64 = 4.0;

/// Position and height of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Whether it is above its line.
    pub above: bool,
    /// Height in px; the list scrolls inside it.
    pub height: f64,
}

/// Places a list of `count` rows at a line: below it, or above it when there is more room and the list does not
/// fit below. `line` and `view` are px from the top of the window; the view excludes fixed bars.
#[must_use]
pub fn place(line: &Range<f64>, count: usize, view: &Range<f64>) -> Placement {
    let rows = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let wanted = (rows * ROW_PX + FRAME_PX).min(LIST_MOST_PX);
    let below = view.end - line.end - GAP_PX;
    let above = line.start - view.start - GAP_PX;
    let is_above = below < wanted && above > below;
    let room = if is_above { above } else { below };
    // In a window that is too low for any list, two offers can be seen and the page can be scrolled.
    Placement { above: is_above, height: room.clamp(2.0 * ROW_PX + FRAME_PX, LIST_MOST_PX) }
}

/// Largest height of a list to choose from, in px.
const CHOICES_MOST_PX: f64 = 352.0;

/// Places a long list at its field: below it, or above it when there is more room and little below.
#[must_use]
pub fn place_list(field: &Range<f64>, view: &Range<f64>) -> Placement {
    let below = view.end - field.end - GAP_PX;
    let above = field.start - view.start - GAP_PX;
    let is_above = below < CHOICES_MOST_PX && above > below;
    let room = if is_above { above } else { below };
    Placement { above: is_above, height: room.clamp(4.0 * ROW_PX, CHOICES_MOST_PX) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_opens_to_the_side_with_room() {
        let view = 48.0..850.0;
        for (top, count, above, height) in [
            (100.0, 50, false, 224.0),
            (602.0, 50, false, 224.0),
            (603.0, 50, true, 224.0),
            (687.0, 50, true, 224.0),
            // A short list fits below.
            (760.0, 1, false, 66.0),
            (840.0, 1, true, 224.0),
        ] {
            let expected = Placement { above, height };
            assert_eq!(place(&(top..top + 20.0), count, &view), expected, "{top} {count}");
        }
        for (top, above, height) in [(100.0, false, 352.0), (470.0, false, 352.0), (700.0, true, 352.0)] {
            assert_eq!(place_list(&(top..top + 20.0), &view), Placement { above, height }, "{top}");
        }
        // When the list fits on neither side, it uses the larger one and is cut.
        assert_eq!(place(&(120.0..140.0), 50, &(48.0..300.0)), Placement { above: false, height: 156.0 });
        assert_eq!(place(&(200.0..220.0), 50, &(48.0..300.0)), Placement { above: true, height: 148.0 });
        assert_eq!(place(&(60.0..80.0), 50, &(48.0..100.0)), Placement { above: false, height: 66.0 });
    }
}
