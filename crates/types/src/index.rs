//! The index of a definition: place, name and references of each step. Built once for each version of a definition; no
//! other code walks its lists.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::block::{Block, BlockAddress, Slot};
use crate::definition::{Definition, NEXT_END, Step, StepKind, StepText};
use crate::ids::{StepId, StepPath};
use crate::path::Segment;
use crate::template::{Names, Reading, Reference, TemplateError};

/// A step and its place.
#[derive(Debug, Clone)]
pub struct Place {
    /// The step.
    pub step: Arc<Step>,
    /// JSON pointer (RFC 6901) to the step in the definition.
    pub pointer: String,
    /// The list that holds it.
    pub block: BlockAddress,
    /// Its position in that list, from 0.
    pub position: usize,
    /// The containers around it, outermost first, as indices into [`Index::places`].
    containers: Vec<usize>,
}

/// The index of a definition.
#[derive(Debug, Clone, Default)]
pub struct Index {
    places: Vec<Place>,
    by_id: HashMap<StepId, usize>,
    by_label: HashMap<String, usize>,
    blocks: HashMap<BlockAddress, Vec<usize>>,
    entries: HashMap<BlockAddress, usize>,
    /// The step runs inside a `for_each` or a loop that have a step of their own.
    own: HashMap<StepPath, Place>,
    /// Built on first use.
    names: OnceLock<Names>,
}

impl Index {
    /// The index of a definition. Of two steps with the same id or label, the first wins: the lint reports the other.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        let mut index = Self::default();
        index.add_block(definition.root(), &BlockAddress::Root, "/steps", &[]);
        index
    }

    fn add_block(&mut self, block: Block<'_>, address: &BlockAddress, pointer: &str, containers: &[usize]) {
        // Two branches or cases may have one name: the lint reports it, and the address leads to the first.
        let is_first = !self.blocks.contains_key(address);
        if is_first {
            let entry = block.entry_step.and_then(|entry| block.steps.iter().position(|step| step.id == *entry));
            self.entries.insert(address.clone(), entry.unwrap_or(0));
            self.blocks.insert(address.clone(), Vec::with_capacity(block.steps.len()));
        }
        for (position, step) in block.steps.iter().enumerate() {
            let at = self.places.len();
            let pointer = format!("{pointer}/{position}");
            self.by_id.entry(step.id.clone()).or_insert(at);
            self.by_label.entry(step.label.clone()).or_insert(at);
            if is_first {
                self.blocks.entry(address.clone()).or_default().push(at);
            }
            self.places.push(Place {
                step: Arc::clone(step),
                pointer: pointer.clone(),
                block: address.clone(),
                position,
                containers: containers.to_vec(),
            });
            let around: Vec<usize> = containers.iter().copied().chain([at]).collect();
            for inner in step.kind.blocks() {
                let address = BlockAddress::Inner { parent: step.id.clone(), slot: inner.slot };
                self.add_block(inner.block, &address, &format!("{pointer}{}", inner.pointer), &around);
            }
        }
    }

    /// All steps, a container before those inside it.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// A step by its id.
    #[must_use]
    pub fn place(&self, id: &StepId) -> Option<&Place> {
        self.places.get(*self.by_id.get(id)?)
    }

    /// The same, with steps that single step runs have in place of the definition's. They differ in what they call and say,
    /// and not in what they hold or where they lead.
    #[must_use]
    pub fn with_own(mut self, steps: impl IntoIterator<Item = (StepPath, Step)>) -> Self {
        let own = steps.into_iter().filter_map(|(path, step)| {
            let place = self.at(&path)?.clone();
            Some((path, Place { step: Arc::new(step), ..place }))
        });
        self.own = own.collect();
        self
    }

    /// The step that a step run has of its own. Turns and calls have that of their agent.
    #[must_use]
    pub fn own_at(&self, path: &StepPath) -> Option<&Place> {
        if self.own.is_empty() {
            return None;
        }
        self.own.get(path).or_else(|| self.own.get(&path.in_agent()?.agent))
    }

    /// The step that is run at a path.
    #[must_use]
    pub fn at(&self, path: &StepPath) -> Option<&Place> {
        if let Some(own) = self.own_at(path) {
            return Some(own);
        }
        let place = self.place(&path.step_id()?)?;
        let named = path.segments().filter_map(|segment| match segment {
            Segment::Step(id) => Some(id),
            Segment::Branch(_) | Segment::Index(_) => None,
        });
        let containers = place.containers.iter().filter_map(|&at| Some(self.places.get(at)?.step.id.as_str()));
        containers.chain([place.step.id.as_str()]).eq(named).then_some(place)
    }

    /// The path of the first run of a step: of the first item, in the first round.
    #[must_use]
    pub fn first_path(&self, place: &Place) -> StepPath {
        let mut path: Option<String> = None;
        let mut containers: Vec<(&Place, Slot)> = self.scope(place).containers().collect();
        containers.reverse();
        for (container, slot) in containers {
            let segment = match &slot {
                Slot::Branch(name) | Slot::Case(name) => name.as_str(),
                Slot::Otherwise => OTHERWISE,
                Slot::Each => "0",
                Slot::Body => "1",
            };
            let before = path.map(|path| format!("{path}.")).unwrap_or_default();
            path = Some(format!("{before}{}.{segment}", container.step.id));
        }
        // A path that is too long cannot be run: the lint reports it.
        let inner = path.and_then(|path| StepPath::new(format!("{path}.{}", place.step.id)).ok());
        inner.unwrap_or_else(|| StepPath::top(&place.step.id))
    }

    /// The path of the step run whose output a step run reads. Both share the containers around the step.
    #[must_use]
    pub fn seen_from(&self, path: &StepPath, target: &Place) -> Option<StepPath> {
        let Some(&container) = target.containers.last() else { return Some(StepPath::top(&target.step.id)) };
        let container = self.places.get(container)?;
        let mut prefix = Some(path.clone());
        // The shared part includes the segment after the innermost container: its branch, item or round.
        while let Some(inner) = prefix {
            let outer = inner.without_last();
            let ends_container = outer.as_ref().and_then(StepPath::step_id).as_ref() == Some(&container.step.id);
            if ends_container && !matches!(inner.segments().last(), Some(Segment::Step(_))) {
                return inner.child(Segment::Step(target.step.id.as_str()));
            }
            prefix = outer;
        }
        None
    }

    /// The steps of a list, in its order.
    pub fn block(&self, address: &BlockAddress) -> impl Iterator<Item = &Place> + Clone {
        self.blocks.get(address).into_iter().flatten().filter_map(|&at| self.places.get(at))
    }

    /// Number of steps in a list.
    #[must_use]
    pub fn len_of(&self, address: &BlockAddress) -> usize {
        self.blocks.get(address).map_or(0, Vec::len)
    }

    /// A step of a list, by its position.
    #[must_use]
    pub fn nth(&self, address: &BlockAddress, position: usize) -> Option<&Place> {
        self.places.get(*self.blocks.get(address)?.get(position)?)
    }

    /// The position of the step that a list begins with.
    #[must_use]
    pub fn entry(&self, address: &BlockAddress) -> usize {
        self.entries.get(address).copied().unwrap_or(0)
    }

    /// The position of a step in a list; `None` when the list does not hold it.
    #[must_use]
    pub fn position_in(&self, address: &BlockAddress, id: &StepId) -> Option<usize> {
        self.place(id).filter(|place| place.block == *address).map(|place| place.position)
    }

    /// The position of the step after a completed one in its list; the list's length at the end. A wrong `next` counts
    /// as absent: the lint reports it.
    #[must_use]
    pub fn after(&self, place: &Place) -> usize {
        self.jump(place, place.step.next.as_ref())
    }

    /// The same for a `conditional` step: the jump of the case that was taken comes before its own. `taken` is `None`
    /// when no case matched.
    #[must_use]
    pub fn after_case(&self, place: &Place, taken: Option<&Slot>) -> usize {
        let jump = match &place.step.kind {
            StepKind::Conditional(conditional) => taken.and_then(|slot| conditional.next_of(slot)),
            StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Agent(_)
            | StepKind::Parallel(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => None,
        };
        self.jump(place, jump.or(place.step.next.as_ref()))
    }

    /// The position that a jump from a step leads to.
    fn jump(&self, from: &Place, next: Option<&StepId>) -> usize {
        let following = from.position + 1;
        match next {
            None => following,
            Some(next) if next.as_str() == NEXT_END => self.len_of(&from.block),
            Some(next) => self.position_in(&from.block, next).filter(|&at| at >= following).unwrap_or(following),
        }
    }

    /// The positions that a run may go on with after a step.
    fn ways_on(&self, place: &Place) -> Vec<usize> {
        match &place.step.kind {
            _ if !place.step.enabled => vec![self.after_skip(place)],
            StepKind::Conditional(conditional) => {
                let blocks = place.step.kind.blocks();
                let none_matches = conditional.otherwise.is_none().then_some(None);
                let cases = blocks.iter().map(|inner| Some(&inner.slot)).chain(none_matches);
                cases.map(|taken| self.after_case(place, taken)).collect()
            }
            StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Agent(_)
            | StepKind::Parallel(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => vec![self.after(place)],
        }
    }

    /// The same for a skipped step: a review that the run skips counts as approved, a disabled step as absent.
    #[must_use]
    pub fn after_skip(&self, place: &Place) -> usize {
        if place.step.enabled { self.after(place) } else { place.position + 1 }
    }

    /// Whether a run may reach a step in its list when all steps before it complete: no `next` and no entry step skips
    /// it.
    #[must_use]
    pub fn leads_to(&self, goal: &Place) -> bool {
        self.reached(&goal.block).contains(&goal.position)
    }

    /// The positions that a run may reach in a list.
    #[must_use]
    pub fn reached(&self, block: &BlockAddress) -> HashSet<usize> {
        let mut reached = HashSet::new();
        let mut open = vec![self.entry(block)];
        while let Some(target) = open.pop() {
            if let Some(place) = self.nth(block, target)
                && reached.insert(target)
            {
                open.extend(self.ways_on(place));
            }
        }
        reached
    }

    /// Whether a run may come to a position of a list without an earlier step of it.
    pub(crate) fn can_pass_by(&self, avoided: &Place, goal: usize) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![self.entry(&avoided.block)];
        while let Some(target) = open.pop() {
            if target == goal {
                return true;
            }
            if target != avoided.position
                && target < goal
                && seen.insert(target)
                && let Some(place) = self.nth(&avoided.block, target)
            {
                open.extend(self.ways_on(place));
            }
        }
        false
    }

    /// The addresses of all lists of steps.
    pub fn addresses(&self) -> impl Iterator<Item = &BlockAddress> {
        self.blocks.keys()
    }

    /// The containers around a step, outermost first.
    pub fn around(&self, place: &Place) -> impl DoubleEndedIterator<Item = &Place> {
        place.containers.iter().filter_map(|&at| self.places.get(at))
    }

    /// A step by the name that templates use: its label first, then its id.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Place> {
        let by_id = || self.by_id.get(&StepId::new(name).ok()?).copied();
        self.places.get(self.by_label.get(name).copied().or_else(by_id)?)
    }

    /// The labels and ids of all steps.
    pub fn labels_and_ids(&self) -> impl Iterator<Item = &str> {
        self.places.iter().flat_map(|place| [place.step.label.as_str(), place.step.id.as_str()])
    }

    /// The names that templates can use: labels and ids.
    #[must_use]
    pub fn names(&self) -> &Names {
        self.names.get_or_init(|| Names::new(&self.labels_and_ids().collect::<Vec<_>>()))
    }

    /// All references of a template, in order.
    pub fn references(&self, template: &str) -> Result<Vec<Reference>, TemplateError> {
        Ok(Reading::new(template, self.names())?.into_references())
    }

    /// All references of a template or an expression of a step, in order.
    pub fn references_of(&self, text: &StepText<'_>) -> Result<Vec<Reference>, TemplateError> {
        Ok(Reading::of(text.source, text.language, self.names())?.into_references())
    }

    /// The steps whose outputs a review shows: the listed ones, or the model step before it.
    #[must_use]
    pub fn shown_by(&self, review: &Place) -> Vec<&Place> {
        let StepKind::Review(body) = &review.step.kind else { return Vec::new() };
        if !body.shows.is_empty() {
            return body.shows.iter().filter_map(|id| self.place(id)).collect();
        }
        let before = (0..review.position).rev().filter_map(|position| self.nth(&review.block, position));
        let mut answers = before.filter(|place| place.step.enabled && place.step.kind.model_use().is_some());
        answers.next().into_iter().collect()
    }

    /// A key whose byte order is the order of the definition: a container before its steps. `None` for an unknown path.
    #[must_use]
    pub fn order_key(&self, path: &StepPath) -> Option<Vec<u8>> {
        let mut key = Vec::new();
        let mut container: Option<&Place> = None;
        for segment in path.segments() {
            let ordinal = match segment {
                Segment::Step(id) => {
                    let place = self.place(&StepId::new(id).ok()?)?;
                    container = Some(place);
                    place.position
                }
                Segment::Branch(name) => {
                    let blocks = container?.step.kind.blocks();
                    blocks.iter().position(|inner| is_named(&inner.slot, name))?
                }
                Segment::Index(index) => usize::try_from(index).ok()?,
            };
            key.extend(u32::try_from(ordinal).ok()?.to_be_bytes());
        }
        Some(key)
    }

    /// The step that contains a JSON pointer, with the rest of the pointer: `/prompt`, or empty for the step itself.
    #[must_use]
    pub fn at_pointer<'p>(&self, pointer: &'p str) -> Option<(&Place, &'p str)> {
        let rest = |place: &Place| {
            pointer.strip_prefix(place.pointer.as_str()).filter(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        // Prefer the innermost step: a container's pointer is a prefix of its steps' pointers.
        self.places.iter().rev().find_map(|place| Some((place, rest(place)?)))
    }
}

/// Whether a path spells a slot like this.
fn is_named(slot: &Slot, name: &str) -> bool {
    match slot {
        Slot::Branch(own) | Slot::Case(own) => own.as_str() == name,
        Slot::Otherwise => name == OTHERWISE,
        Slot::Each | Slot::Body => false,
    }
}

/// The path segment of the list that runs when no case matches.
pub const OTHERWISE: &str = "otherwise";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scope::Resolution;

    fn definition() -> Definition {
        serde_json::from_value(json!({"entry_step": "b", "steps": [
            {"id": "a", "label": "First", "type": "llm", "prompt": "x"},
            {"id": "b", "label": "a", "type": "llm", "prompt": "x", "enabled": false},
            {"id": "r", "label": "R", "type": "review"},
        ]}))
        .unwrap()
    }

    #[test]
    fn steps_are_found_by_id_label_path_position_and_pointer() {
        let index = Index::of(&definition());
        let id = |place: Option<&Place>| place.map(|place| place.step.id.to_string());
        let path = |text: &str| StepPath::new(text).unwrap();
        assert_eq!(id(index.named("First")), Some("a".into()));
        assert_eq!(id(index.named("a")), Some("b".into()), "a label comes before an id");
        assert_eq!(id(index.at(&path("r"))), Some("r".into()));
        assert_eq!(id(index.at(&path("a.0.r"))), None, "`a` holds no steps");
        assert_eq!(index.entry(&BlockAddress::Root), 1);
        assert_eq!(id(index.nth(&BlockAddress::Root, 2)), Some("r".into()));
        assert_eq!(index.order_key(&path("r")), Some(vec![0, 0, 0, 2]));
        let (place, rest) = index.at_pointer("/steps/1/prompt").unwrap();
        assert_eq!((place.step.id.as_str(), rest), ("b", "/prompt"));
        assert!(index.at_pointer("/steps/10").is_none() && index.at_pointer("/provider").is_none());
    }

    #[test]
    fn a_step_sees_those_before_it() {
        let index = Index::of(&definition());
        let from = index.named("R").unwrap();
        assert!(matches!(index.resolve("First", from), Resolution::Visible(_)));
        assert!(matches!(index.resolve("R", from), Resolution::Later(_)));
        assert!(matches!(index.resolve("nobody", from), Resolution::Unknown));
        let shown = index.shown_by(from);
        assert_eq!(shown.iter().map(|place| place.step.id.as_str()).collect::<Vec<_>>(), ["a"]);
    }
}
