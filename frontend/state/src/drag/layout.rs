//! Where a step can be dropped, and how far from the top that is.

use std::ops::Range;

use sluice_types::{BlockAddress, StepId};

use crate::tree::Tree;

/// A place to drop a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The list.
    pub list: BlockAddress,
    /// The position there, from 0, counted without the step that is picked up.
    pub position: usize,
}

/// Position of one item, in px.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Span {
    /// From the top of the outermost list.
    pub top: f64,
    /// From its own top to its own bottom.
    pub height: f64,
}

/// A list as it is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawnList {
    /// The list.
    pub list: BlockAddress,
    /// Its top.
    pub top: f64,
    /// Its items from top to bottom, without the one that is picked up.
    pub items: Vec<Span>,
}

/// Px between two items of a list.
pub const GAP_PX: f64 = 8.0;

/// The tree around a step that is picked up: where the step comes from, and where it can be dropped.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    held: Option<(StepId, Spot)>,
    /// Whether the step is not in the tree yet.
    is_new: bool,
    /// The tree without the step.
    rest: Tree,
    /// The spots of the lists that are drawn, with their tops as if the step took no room.
    gaps: Vec<(Spot, f64)>,
    /// The closed blocks that are drawn, by their names, in the same way.
    closed: Vec<(String, Span)>,
    /// The room that the step, or the mark of the place where it would land, takes with the gap below it.
    room: f64,
}

impl Scene {
    /// The scene of a step that is in the tree.
    #[must_use]
    pub fn new(tree: &Tree, id: &StepId) -> Self {
        let home = tree.place(id).map(|(list, position)| Spot { list: list.clone(), position });
        Self { held: home.map(|home| (id.clone(), home)), rest: tree.without(id), ..Self::default() }
    }

    /// The scene of a step that is not in the tree yet. It is held under an id that no step has.
    #[must_use]
    pub fn incoming(tree: &Tree) -> Self {
        let home = Spot { list: BlockAddress::Root, position: tree.list(&BlockAddress::Root).len() };
        let ids = (0..=tree.len()).filter_map(|number| StepId::new(format!("new-{number}")).ok());
        let free = ids.into_iter().find(|id| tree.place(id).is_none());
        Self { held: free.map(|id| (id, home)), rest: tree.clone(), is_new: true, ..Self::default() }
    }

    /// The same with its lists as they are drawn. `hole` is the room that the step, or the mark of the place where it
    /// would land, takes among them; `closed` are the closed blocks outside of the step.
    #[must_use]
    pub fn drawn(self, lists: Vec<DrawnList>, closed: Vec<(String, Span)>, hole: Span) -> Self {
        let rest = |y: f64| if y > hole.top { y - hole.height - GAP_PX } else { y };
        let gaps = lists.into_iter().flat_map(|DrawnList { list, top, items }| {
            let last = items.last().map_or(rest(top), |last| rest(last.top + last.height) + GAP_PX);
            let tops: Vec<f64> = items.iter().map(|item| rest(item.top)).chain([last]).collect();
            tops.into_iter().enumerate().map(move |(position, top)| (Spot { list: list.clone(), position }, top))
        });
        let closed = closed.into_iter().map(|(name, span)| (name, Span { top: rest(span.top), ..span }));
        Self { gaps: gaps.collect(), closed: closed.collect(), room: hole.height + GAP_PX, ..self }
    }

    /// Whether it is the scene of this step.
    #[must_use]
    pub fn holds(&self, id: &StepId) -> bool {
        self.held.as_ref().is_some_and(|(held, _)| held == id)
    }

    /// The step that is picked up.
    #[must_use]
    pub fn held(&self) -> Option<&StepId> {
        self.held.as_ref().map(|(held, _)| held)
    }

    /// Whether the step is not in the tree yet: it can be dropped anywhere, and a drag that is cancelled adds nothing.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Where the step comes from; the end of the outermost list for a new one.
    #[must_use]
    pub fn home(&self) -> Option<&Spot> {
        self.held.as_ref().map(|(_, home)| home)
    }

    /// Number of steps in a list with the step that is picked up.
    #[must_use]
    pub fn count(&self, list: &BlockAddress) -> usize {
        self.rest.list(list).len().saturating_add(1)
    }

    /// The spot nearest to the top of the dragged step. So a step changes places with its neighbour in the middle of it,
    /// however tall both are.
    #[must_use]
    pub fn nearest(&self, top: f64) -> Option<&Spot> {
        let distance = |(_, gap): &&(Spot, f64)| (gap - top).abs();
        let gaps = self.gaps.iter().filter(|_| !top.is_nan());
        gaps.min_by(|one, other| distance(one).total_cmp(&distance(other))).map(|(spot, _)| spot)
    }

    /// The name of the closed block at a height, while the step would land at a spot. The mark of the landing place moves
    /// the blocks below it. Where none is drawn, a block counts where it would be without the mark, which may just have
    /// moved it away.
    #[must_use]
    pub fn closed_at(&self, y: f64, landing: Option<&Spot>) -> Option<&str> {
        let mark = landing.and_then(|spot| self.gaps.iter().find(|(gap, _)| gap == spot)).map(|(_, top)| *top);
        let moved = |span: &Span| if mark.is_some_and(|top| top <= span.top) { self.room } else { 0.0 };
        let is_at = |span: &Span, moved: f64| span.top + moved <= y && y < span.top + moved + span.height;
        // The innermost one comes last.
        let innermost = |is_met: &dyn Fn(&Span) -> bool| self.closed.iter().rev().find(|(_, span)| is_met(span));
        let drawn = innermost(&|span| is_at(span, moved(span)));
        drawn.or_else(|| innermost(&|span| is_at(span, 0.0))).map(|(name, _)| name.as_str())
    }

    /// The spot after a move by key.
    #[must_use]
    pub fn stride(&self, from: &Spot, stride: Stride) -> Spot {
        let at = |position| Spot { list: from.list.clone(), position };
        match stride {
            Stride::By(places) => {
                let most = self.rest.len().saturating_mul(2).saturating_add(2);
                let count = places.unsigned_abs().min(most);
                let next = |spot: Spot| if places < 0 { self.up(&spot) } else { self.down(&spot) };
                (0..count).fold(from.clone(), |spot, _| next(spot))
            }
            Stride::ToStart => at(0),
            Stride::ToEnd => at(self.rest.list(&from.list).len()),
            Stride::Into => self.inside_block(from).unwrap_or_else(|| from.clone()),
            Stride::OutOf => self.behind_block(from).unwrap_or_else(|| from.clone()),
        }
    }

    /// One place down: at the end of a list, to the next list of its container.
    fn down(&self, from: &Spot) -> Spot {
        if from.position < self.rest.list(&from.list).len() {
            return Spot { list: from.list.clone(), position: from.position + 1 };
        }
        let next = self.beside(&from.list, |at| at.checked_add(1));
        next.map_or_else(|| from.clone(), |list| Spot { list, position: 0 })
    }

    /// One place up: at the beginning of a list, to the list before it of its container.
    fn up(&self, from: &Spot) -> Spot {
        if let Some(position) = from.position.checked_sub(1) {
            return Spot { list: from.list.clone(), position };
        }
        let before = self.beside(&from.list, |at| at.checked_sub(1));
        before.map_or_else(|| from.clone(), |list| self.end_of(list))
    }

    fn end_of(&self, list: BlockAddress) -> Spot {
        let position = self.rest.list(&list).len();
        Spot { list, position }
    }

    /// Another list of the same container.
    fn beside(&self, list: &BlockAddress, position: impl Fn(usize) -> Option<usize>) -> Option<BlockAddress> {
        let BlockAddress::Inner { parent, slot } = list else { return None };
        let slots = self.rest.slots(parent);
        let at = slots.iter().position(|own| own == slot)?;
        let slot = slots.get(position(at)?)?.clone();
        Some(BlockAddress::Inner { parent: parent.clone(), slot })
    }

    /// The end of the container above the spot; otherwise the beginning of the one below.
    fn inside_block(&self, from: &Spot) -> Option<Spot> {
        let list = self.rest.list(&from.list);
        let inner = |parent: &StepId, slot| BlockAddress::Inner { parent: parent.clone(), slot };
        let above = from.position.checked_sub(1).and_then(|at| list.get(at));
        let last = above.and_then(|id| Some(inner(id, self.rest.slots(id).last()?.clone())));
        let below = list.get(from.position);
        let first = || below.and_then(|id| Some(inner(id, self.rest.slots(id).first()?.clone())));
        last.map(|list| self.end_of(list)).or_else(|| Some(Spot { list: first()?, position: 0 }))
    }

    /// The spot behind the container around the spot.
    fn behind_block(&self, from: &Spot) -> Option<Spot> {
        let BlockAddress::Inner { parent, .. } = &from.list else { return None };
        let (list, position) = self.rest.place(parent)?;
        Some(Spot { list: list.clone(), position: position.saturating_add(1) })
    }

    /// All spots of the lists that are drawn, with their tops.
    #[cfg(test)]
    pub fn gaps(&self) -> &[(Spot, f64)] {
        &self.gaps
    }
}

/// Distance of a move by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stride {
    /// A number of places down, or up when negative.
    By(isize),
    /// To the first place of the list.
    ToStart,
    /// To the last place of the list.
    ToEnd,
    /// Into the container above, or below.
    Into,
    /// Behind the container around.
    OutOf,
}

/// The place of an item among the items of its list and the mark of the drop place, for the `order` of CSS.
#[must_use]
pub fn item_order(position: usize) -> usize {
    position.saturating_mul(2).saturating_add(1)
}

/// The same for the mark of the drop place. `home` is where the dragged step comes from: it is still among the items.
#[must_use]
pub fn mark_order(home: &Spot, to: &Spot) -> usize {
    let is_behind = home.list == to.list && to.position > home.position;
    to.position.saturating_add(usize::from(is_behind)).saturating_mul(2)
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
