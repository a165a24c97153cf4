//! Short lists in order.

use std::cmp::Ordering;

/// Puts items in order; those that compare as equal stay as they are.
///
/// `slice::sort_by` is made for long lists, and takes nearly 5 KB of the app for each type of item.
/// This one is for what a page shows: it compares as seldom, but moves items along one by one.
pub fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let mut sorted = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let at = sorted.partition_point(|before| compare(before, &item).is_le());
        sorted.insert(at, item);
    }
    *items = sorted;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort_by;

    proptest! {
        #[test]
        fn it_sorts_as_the_standard_library_does(items: Vec<(u8, u16)>) {
            let (mut ours, mut theirs) = (items.clone(), items);
            sort_by(&mut ours, |a, b| a.0.cmp(&b.0));
            theirs.sort_by_key(|item| item.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
