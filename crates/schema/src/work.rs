//! The work of a schema for one value of an answer, computed before any answer exists.
//!
//! Subschemas that are applied to the same value (`$ref`, `allOf`, `anyOf`, `if`, …) must not form a cycle. They are
//! counted along each path that leads to them, so that chains of doubling definitions are found. Subschemas that are
//! applied to members or items carry the count one level deeper, so that doubling from level to level is found, too. A
//! recursive schema keeps its count.

use std::collections::HashMap;

use sluice_types::limits::{MAX_JSON_DEPTH, MAX_SCHEMA_APPLICATIONS, MAX_SCHEMA_CHAIN};

use crate::graph::{Graph, Place, Subschema};
use crate::schema_error::SchemaError;

/// Upper bound of [`Inside`] entries that are combined for one level. Only schemas in which many subschemas apply one
/// large object to the same value exceed it.
const MAX_COMBINED: usize = 200_000;

/// Checks a schema; returns the largest number of subschemas that it applies to one value.
pub fn check(graph: &Graph<'_>) -> Result<u64, SchemaError> {
    let order = order(graph)?;
    let mut counts = vec![0_u64; graph.subschemas.len()];
    let mut chains = vec![0_u64; graph.subschemas.len()];
    let mut unevaluated = 0_u64;
    for &at in &order {
        let Some(subschema) = graph.subschemas.get(at) else { continue };
        let (mut count, mut chain) = (1_u64, 0_u64);
        for to in same_value(subschema) {
            count = count.saturating_add(value_at(&counts, to));
            chain = chain.max(value_at(&chains, to));
        }
        chain += 1;
        if chain > MAX_SCHEMA_CHAIN {
            let message = format!(
                "more than {MAX_SCHEMA_CHAIN} subschemas apply one another to the same value. Write out the longest chain of `$ref` and `allOf`."
            );
            return Err(graph.error(at, message));
        }
        // The validator copies all that is applied here into each of these.
        unevaluated = unevaluated.saturating_add(if subschema.unevaluated { count } else { 0 });
        if count.max(unevaluated) > MAX_SCHEMA_APPLICATIONS {
            return Err(too_many(graph, at));
        }
        set(&mut counts, at, count);
        set(&mut chains, at, chain);
    }
    check_levels(graph, &order, &counts)?;
    Ok(counts.into_iter().max().unwrap_or_default())
}

fn too_many(graph: &Graph<'_>, at: usize) -> SchemaError {
    let message = format!(
        "more than {MAX_SCHEMA_APPLICATIONS} subschemas can apply to one value of an answer. Merge the `allOf`, `anyOf` and `$ref` that repeat the same subschema."
    );
    graph.error(at, message)
}

fn value_at(values: &[u64], at: usize) -> u64 {
    values.get(at).copied().unwrap_or_default()
}

fn set(values: &mut [u64], at: usize, value: u64) {
    if let Some(slot) = values.get_mut(at) {
        *slot = value;
    }
}

fn same_value<'g>(subschema: &'g Subschema<'_>) -> impl Iterator<Item = usize> + 'g {
    subschema.applies.iter().filter(|(place, _)| matches!(place, Place::Same | Place::Branch(_))).map(|&(_, to)| to)
}

/// The subschemas, each after those that it applies to the same value.
fn order(graph: &Graph<'_>) -> Result<Vec<usize>, SchemaError> {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        Ahead,
        Begun,
        Done,
    }
    let mut visits = vec![Visit::Ahead; graph.subschemas.len()];
    let mut order = Vec::with_capacity(graph.subschemas.len());
    let mut ahead: Vec<usize> = (0..graph.subschemas.len()).rev().collect();
    while let Some(&at) = ahead.last() {
        let (Some(visit), Some(subschema)) = (visits.get_mut(at), graph.subschemas.get(at)) else { break };
        if *visit != Visit::Ahead {
            ahead.pop();
            if *visit == Visit::Begun {
                *visit = Visit::Done;
                order.push(at);
            }
            continue;
        }
        *visit = Visit::Begun;
        for to in same_value(subschema) {
            match visits.get(to) {
                Some(Visit::Begun) => {
                    return Err(graph.error(
                        at,
                        "it applies itself to the same value, without end. Put the recursion below `properties` or `items`.",
                    ));
                }
                Some(Visit::Ahead) => ahead.push(to),
                Some(Visit::Done) | None => {}
            }
        }
    }
    Ok(order)
}

/// Follows the counts to the deepest level that an answer can have.
fn check_levels(graph: &Graph<'_>, order: &[usize], counts: &[u64]) -> Result<(), SchemaError> {
    let mut below = counts.to_vec();
    for _ in 0..MAX_JSON_DEPTH {
        let mut insides: Vec<Inside<'_>> = graph.subschemas.iter().map(|_| Inside::default()).collect();
        let mut next = below.clone();
        let mut combined = 0_usize;
        for &at in order {
            let Some(subschema) = graph.subschemas.get(at) else { continue };
            let inside = Inside::of(subschema, &below, &insides);
            combined = combined.saturating_add(inside.named.len() + subschema.applies.len());
            if inside.most() > MAX_SCHEMA_APPLICATIONS || combined > MAX_COMBINED {
                return Err(too_many(graph, at));
            }
            set(&mut next, at, inside.most());
            if let Some(slot) = insides.get_mut(at) {
                *slot = inside;
            }
        }
        if next == below {
            break;
        }
        below = next;
    }
    Ok(())
}

/// A member or an item that has a subschema of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Child<'s> {
    Member(&'s str),
    Item(usize),
}

/// Number of subschemas that a subschema applies to each child of its value.
#[derive(Debug, Default, Clone)]
struct Inside<'s> {
    named: HashMap<Child<'s>, u64>,
    other_members: u64,
    other_items: u64,
}

impl<'s> Inside<'s> {
    fn of(subschema: &Subschema<'s>, below: &[u64], insides: &[Inside<'s>]) -> Self {
        let mut inside = Self::own(subschema, below);
        let mut branches: HashMap<&str, Inside<'s>> = HashMap::new();
        for &(place, to) in &subschema.applies {
            let Some(other) = insides.get(to) else { continue };
            match place {
                Place::Same => inside.combine(other, u64::saturating_add),
                // Branches mostly exclude each other, by a `const` or by required members. Where they
                // do not, the meter stops the validation.
                Place::Branch(keyword) => branches.entry(keyword).or_default().combine(other, u64::max),
                _ => {}
            }
        }
        for branch in branches.values() {
            inside.combine(branch, u64::saturating_add);
        }
        inside
    }

    /// Without the subschemas that are applied to the same value.
    fn own(subschema: &Subschema<'s>, below: &[u64]) -> Self {
        let sum = |wanted: Place<'_>| {
            let applied = subschema.applies.iter().filter(|(place, _)| *place == wanted);
            applied.fold(0_u64, |sum, &(_, to)| sum.saturating_add(value_at(below, to)))
        };
        let (matching, each) = (sum(Place::MatchingMember), sum(Place::EachItem));
        let mut named = HashMap::new();
        for &(place, to) in &subschema.applies {
            let (child, count) = match place {
                Place::Member(name) => (Child::Member(name), matching),
                Place::Item(index) => (Child::Item(index), each),
                _ => continue,
            };
            named.insert(child, count.saturating_add(value_at(below, to)));
        }
        let names = sum(Place::MemberName);
        Self {
            named,
            // A name is a string without children, so the larger count suffices.
            other_members: matching.saturating_add(sum(Place::OtherMember)).max(names),
            other_items: each.saturating_add(sum(Place::OtherItem)),
        }
    }

    fn combine(&mut self, other: &Self, with: fn(u64, u64) -> u64) {
        for (child, count) in &mut self.named {
            *count = with(*count, other.at(child));
        }
        for (child, count) in &other.named {
            let default = self.default_at(child);
            self.named.entry(*child).or_insert_with(|| with(default, *count));
        }
        self.other_members = with(self.other_members, other.other_members);
        self.other_items = with(self.other_items, other.other_items);
    }

    fn at(&self, child: &Child<'_>) -> u64 {
        self.named.get(child).copied().unwrap_or_else(|| self.default_at(child))
    }

    fn default_at(&self, child: &Child<'_>) -> u64 {
        match child {
            Child::Member(_) => self.other_members,
            Child::Item(_) => self.other_items,
        }
    }

    fn most(&self) -> u64 {
        self.named.values().copied().fold(self.other_members.max(self.other_items), u64::max)
    }
}
