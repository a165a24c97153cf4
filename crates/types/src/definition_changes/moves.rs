//! The steps that are at another place.

use std::collections::{HashMap, HashSet};
use std::iter;

use crate::block::{BlockAddress, Slot};
use crate::definition::Step;
use crate::ids::StepId;
use crate::index::Index;

/// The steps of both definitions that are in another list, or in another order than the steps that stay.
pub(super) fn moved_steps(older: &Index, newer: &Index) -> HashSet<StepId> {
    let renamed = renamed_lists(older, newer);
    let mut moved = HashSet::new();
    // The positions that the steps of each list had, in their new order.
    let mut orders: HashMap<&BlockAddress, Vec<(usize, &StepId)>> = HashMap::new();
    for place in newer.places() {
        let id = &place.step.id;
        let Some(before) = older.place(id) else { continue };
        if renamed.get(&before.block).unwrap_or(&before.block) == &place.block {
            orders.entry(&place.block).or_default().push((before.position, id));
        } else {
            moved.insert(id.clone());
        }
    }
    for order in orders.values() {
        let positions: Vec<usize> = order.iter().map(|(position, _)| *position).collect();
        let staying = longest_increasing(&positions);
        moved.extend(order.iter().filter(|(position, _)| !staying.contains(position)).map(|(_, id)| (*id).clone()));
    }
    moved
}

/// The new addresses of lists whose branch or case has another name. Of those that only one definition has, the first
/// belong together, and so on: steps that they share have not moved.
fn renamed_lists(older: &Index, newer: &Index) -> HashMap<BlockAddress, BlockAddress> {
    let mut renamed = HashMap::new();
    for place in newer.places() {
        let Some(before) = older.place(&place.step.id) else { continue };
        let (slots_before, slots_after) = (named_slots(&before.step), named_slots(&place.step));
        let gone = slots_before.iter().filter(|slot| !slots_after.contains(slot));
        let new = slots_after.iter().filter(|slot| !slots_before.contains(slot));
        for (gone, new) in gone.zip(new) {
            let address = |slot: &Slot| BlockAddress::Inner { parent: place.step.id.clone(), slot: slot.clone() };
            renamed.insert(address(gone), address(new));
        }
    }
    renamed
}

fn named_slots(step: &Step) -> Vec<Slot> {
    let slots = step.kind.blocks().into_iter().map(|inner| inner.slot);
    slots.filter(|slot| matches!(slot, Slot::Branch(_) | Slot::Case(_))).collect()
}

/// The longest increasing subsequence of different numbers.
fn longest_increasing(numbers: &[usize]) -> HashSet<usize> {
    // The smallest number that ends a subsequence of each length, and the number before each in its subsequence.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous: HashMap<usize, usize> = HashMap::new();
    for &number in numbers {
        let length = ends.partition_point(|&end| end < number);
        if let Some(&before) = length.checked_sub(1).and_then(|shorter| ends.get(shorter)) {
            previous.insert(number, before);
        }
        match ends.get_mut(length) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
    }
    iter::successors(ends.last().copied(), |number| previous.get(number).copied()).collect()
}
