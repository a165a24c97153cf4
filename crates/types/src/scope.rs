//! The names that a place in a definition can use.
//!
//! One rule: a step sees the steps before it in its own list, and those before its containers in the lists around them.
//! From outside, a container is one step with one output. From inside, a `for_each` gives `item` and `index`, and a loop
//! gives `iteration` and `previous`; each also by the container's label, for containers one inside the other.

use crate::block::{BlockAddress, Slot};
use crate::definition::{StepKind, StepText, UNTIL};
use crate::ids::StepId;
use crate::index::{Index, Place};
use crate::template::Locals;

/// The meaning of a name for a place.
#[derive(Debug, Clone, Copy)]
pub enum Resolution<'i> {
    /// A step whose output is visible.
    Visible(&'i Place),
    /// The step itself, or a later step.
    Later(&'i Place),
    /// A step inside a container that does not contain this step: from outside, a container is opaque.
    Hidden(&'i Place),
    /// A container around this step. It has no output yet, but may give `item`, `index`, `iteration` or `previous`.
    Around(&'i Place),
    /// No step is called that.
    Unknown,
}

/// The names that a template or an expression can use.
#[derive(Debug, Clone, Copy)]
pub struct NameScope<'i> {
    index: &'i Index,
    place: &'i Place,
    /// Whether it is the end of a round of the step, which is a loop.
    after_round: bool,
}

impl Index {
    /// The names that the templates, `when` and `for_each` of a step can use.
    #[must_use]
    pub const fn scope<'i>(&'i self, place: &'i Place) -> NameScope<'i> {
        NameScope { index: self, place, after_round: false }
    }

    /// The names that `until` of a loop can use: it is evaluated at the end of a round, so it sees the steps of the body
    /// with their outputs in this round, and `previous` is the output of the round before.
    #[must_use]
    pub const fn scope_after_round<'i>(&'i self, body: &'i Place) -> NameScope<'i> {
        NameScope { index: self, place: body, after_round: true }
    }

    /// The names that a text of a step can use.
    #[must_use]
    pub fn scope_of<'i>(&'i self, place: &'i Place, text: &StepText<'_>) -> NameScope<'i> {
        let after_round = matches!(place.step.kind, StepKind::Loop(_)) && text.field == UNTIL;
        NameScope { index: self, place, after_round }
    }

    /// The meaning of a name for the templates of a step.
    #[must_use]
    pub fn resolve<'i>(&'i self, name: &str, from: &'i Place) -> Resolution<'i> {
        self.scope(from).resolve(name)
    }

    /// The same for a step that is known by its id.
    #[must_use]
    pub fn resolve_id<'i>(&'i self, id: &StepId, from: &'i Place) -> Resolution<'i> {
        self.scope(from).resolve_id(id)
    }
}

impl<'i> NameScope<'i> {
    /// The meaning of a step's label or id.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolution<'i> {
        self.index.named(name).map_or(Resolution::Unknown, |target| self.resolve_place(target))
    }

    /// The meaning of a step's id.
    #[must_use]
    pub fn resolve_id(&self, id: &StepId) -> Resolution<'i> {
        self.index.place(id).map_or(Resolution::Unknown, |target| self.resolve_place(target))
    }

    /// The meaning of a step.
    #[must_use]
    pub fn resolve_place(&self, target: &'i Place) -> Resolution<'i> {
        let is_target = |place: &Place| place.step.id == target.step.id;
        if self.index.around(self.place).any(is_target) || (self.after_round && is_target(self.place)) {
            return Resolution::Around(target);
        }
        if self.after_round && target.block == self.body() {
            return Resolution::Visible(target);
        }
        let beside = self.index.around(self.place).chain([self.place]).find(|place| place.block == target.block);
        match beside {
            Some(beside) if target.position < beside.position => Resolution::Visible(target),
            Some(_) => Resolution::Later(target),
            None => Resolution::Hidden(target),
        }
    }

    /// The steps whose outputs are visible, in the order of the definition.
    pub fn visible(&self) -> impl Iterator<Item = &'i Place> {
        let scope = *self;
        let places = self.index.places().iter();
        places.filter(move |place| matches!(scope.resolve_place(place), Resolution::Visible(_)))
    }

    /// The containers around the place, innermost first, each with its list that holds the place.
    pub fn containers(&self) -> impl Iterator<Item = (&'i Place, Slot)> {
        let own = self.after_round.then_some((self.place, Slot::Body));
        let around: Vec<&'i Place> = self.index.around(self.place).collect();
        let inner = around.iter().copied().skip(1).chain([self.place]).collect::<Vec<_>>();
        let around = around.into_iter().zip(inner).rev().filter_map(|(container, inner)| match &inner.block {
            BlockAddress::Inner { slot, .. } => Some((container, slot.clone())),
            BlockAddress::Root => None,
        });
        own.into_iter().chain(around)
    }

    /// The names besides steps, `input` and `context`: those that the containers around give.
    #[must_use]
    pub fn locals(&self) -> Locals {
        self.containers().fold(Locals::default(), |all, (_, slot)| all.and(Locals::of(&slot)))
    }

    /// The container that gives a name such as `item`: the innermost one that has it.
    #[must_use]
    pub fn source_of(&self, local: &str) -> Option<&'i Place> {
        self.containers().find(|(_, slot)| Locals::of(slot).has(local)).map(|(container, _)| container)
    }

    /// The names that a container around gives, which are also its fields here: `steps.Each.item`.
    #[must_use]
    pub fn fields_of(&self, container: &Place) -> Locals {
        let mut around = self.containers().filter(|(place, _)| place.step.id == container.step.id);
        around.next().map(|(_, slot)| Locals::of(&slot)).unwrap_or_default()
    }

    fn body(&self) -> BlockAddress {
        BlockAddress::Inner { parent: self.place.step.id.clone(), slot: Slot::Body }
    }
}

impl Locals {
    /// The names that a list of a container gives to the steps in it.
    #[must_use]
    pub const fn of(slot: &Slot) -> Self {
        match slot {
            Slot::Each => Self { item: true, round: false },
            Slot::Body => Self { item: false, round: true },
            Slot::Branch(_) | Slot::Case(_) | Slot::Otherwise => Self { item: false, round: false },
        }
    }
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
