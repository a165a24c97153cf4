//! Connecting steps: where a connection begins, where it may end, and why not elsewhere.

use sluice_types::edit::{Edit, Port};
use sluice_types::{Index, NEXT_END, StepId, StepKind};

use super::edges::end_of;
use super::geometry::Point;
use super::picture::Picture;

/// What a connection leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The next step of the list, as without a connection.
    Following(StepId),
    /// A later step.
    Later(StepId),
    /// The end of the list.
    End,
}

impl Target {
    /// The step; none for the end.
    #[must_use]
    pub const fn step(&self) -> Option<&StepId> {
        match self {
            Self::Following(id) | Self::Later(id) => Some(id),
            Self::End => None,
        }
    }
}

/// Why a step is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The step that it begins at.
    Itself,
    /// It stands before that step.
    Earlier,
    /// It stands in another list.
    OtherList,
    /// It is not there any more.
    Unknown,
}

impl Refusal {
    /// The reason, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Itself => "A step cannot go to itself. To repeat steps, put them into a loop.",
            Self::Earlier => "A run does not go back. To repeat steps, put them into a loop.",
            Self::OtherList => "Only steps of the same list can be connected.",
            Self::Unknown => "This step is gone.",
        }
    }
}

/// Where connections begin at a step: a condition has its cases, too.
#[must_use]
pub fn ports(index: &Index, id: &StepId) -> Vec<Port> {
    let Some(place) = index.place(id) else { return Vec::new() };
    let mut ports = Vec::new();
    if let StepKind::Conditional(conditional) = &place.step.kind {
        ports.extend(conditional.cases.iter().map(|case| Port::Case(case.name.clone())));
        ports.extend(conditional.otherwise.iter().map(|_| Port::Otherwise));
    }
    ports.push(Port::Next);
    ports
}

/// Where a connection from a step may end, in order.
#[must_use]
pub fn targets(index: &Index, id: &StepId) -> Vec<Target> {
    let Some(place) = index.place(id) else { return Vec::new() };
    let later = index.block(&place.block).skip(place.position.saturating_add(1)).map(|place| place.step.id.clone());
    let following = std::iter::once(true).chain(std::iter::repeat(false));
    let later = later.zip(following);
    let later = later.map(|(id, following)| if following { Target::Following(id) } else { Target::Later(id) });
    later.chain([Target::End]).collect()
}

/// A step as the end of a connection, or why it cannot be.
pub fn judge(index: &Index, from: &StepId, to: &StepId) -> Result<Target, Refusal> {
    let (Some(from), Some(to)) = (index.place(from), index.place(to)) else { return Err(Refusal::Unknown) };
    if from.step.id == to.step.id {
        return Err(Refusal::Itself);
    }
    if from.block != to.block {
        return Err(Refusal::OtherList);
    }
    let id = to.step.id.clone();
    match to.position.checked_sub(from.position) {
        None | Some(0) => Err(Refusal::Earlier),
        Some(1) => Ok(Target::Following(id)),
        Some(_) => Ok(Target::Later(id)),
    }
}

/// What lies at a point of the picture while a connection is drawn; `None` for nothing.
#[must_use]
pub fn aimed_at(
    picture: &Picture,
    index: &Index,
    from: &StepId,
    at: Point,
) -> Option<(Option<StepId>, Result<Target, Refusal>)> {
    let list = &picture.node(from)?.list;
    if end_of(picture, list).moved(picture.origin_of(list)).holds(at) {
        return Some((None, Ok(Target::End)));
    }
    let mut id = picture.node_at(at)?.clone();
    // Above the steps of a container, the container itself may be meant: it is the one of the same list.
    let around = picture.around(&id);
    if let Some(outer) = around.into_iter().find(|outer| judge(index, from, outer).is_ok()) {
        id = outer;
    }
    let judged = judge(index, from, &id);
    Some((Some(id), judged))
}

/// The edit that connects. To go on with the next step, nothing needs to be said.
#[must_use]
pub fn connection(id: StepId, port: Port, target: &Target) -> Edit {
    let target = match target {
        Target::Following(_) => None,
        Target::Later(id) => Some(id.clone()),
        Target::End => StepId::new(NEXT_END).ok(),
    };
    Edit::Connect { id, port, target }
}

/// A connection that is made by keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Connecting {
    /// The step that it begins at.
    pub id: StepId,
    ports: Vec<Port>,
    port: usize,
    targets: Vec<Target>,
    target: usize,
}

impl Connecting {
    /// Begins at a step; `None` when there is none.
    #[must_use]
    pub fn from_step(index: &Index, id: &StepId) -> Option<Self> {
        let (ports, targets) = (ports(index, id), targets(index, id));
        (!ports.is_empty()).then(|| Self { id: id.clone(), ports, port: 0, targets, target: 0 })
    }

    /// Where at the step it begins.
    #[must_use]
    pub fn port(&self) -> Port {
        self.ports.get(self.port).cloned().unwrap_or(Port::Next)
    }

    /// Where it would end.
    #[must_use]
    pub fn target(&self) -> Target {
        self.targets.get(self.target).cloned().unwrap_or(Target::End)
    }

    /// The next target, or the one before when negative; it stays at the first and the last one.
    #[must_use]
    pub fn by_target(mut self, by: isize) -> Self {
        self.target = moved(self.target, by, self.targets.len());
        self
    }

    /// The next port, or the one before when negative.
    #[must_use]
    pub fn by_port(mut self, by: isize) -> Self {
        self.port = moved(self.port, by, self.ports.len());
        self
    }

    /// Whether it can begin at several places of the step.
    #[must_use]
    pub fn has_ports(&self) -> bool {
        self.ports.len() > 1
    }

    /// The edit that makes it.
    #[must_use]
    pub fn edit(&self) -> Edit {
        connection(self.id.clone(), self.port(), &self.target())
    }
}

fn moved(at: usize, by: isize, count: usize) -> usize {
    at.saturating_add_signed(by).min(count.saturating_sub(1))
}

/// Where a connection begins, in words: `Which`, `case big of Which`.
#[must_use]
pub fn port_words(label: &str, port: &Port) -> String {
    match port {
        Port::Next => label.to_owned(),
        Port::Case(name) => format!("case {name} of {label}"),
        Port::Otherwise => format!("otherwise of {label}"),
    }
}

/// A target in words.
#[must_use]
pub fn target_words(index: &Index, target: &Target) -> String {
    let label = |id: &StepId| index.place(id).map(|place| place.step.label.clone()).unwrap_or_default();
    match target {
        Target::Following(id) => format!("the next step, {}", label(id)),
        Target::Later(id) => label(id),
        Target::End => "the end of the list".to_owned(),
    }
}

/// What a screen reader is told of a connection that is made by keys.
#[must_use]
pub fn connecting_words(index: &Index, connecting: &Connecting) -> String {
    let label = index.place(&connecting.id).map(|place| place.step.label.as_str()).unwrap_or_default();
    let (from, to) = (port_words(label, &connecting.port()), target_words(index, &connecting.target()));
    let other = if connecting.has_ports() { " Left and right choose the case." } else { "" };
    format!("After {from}: {to}. Up and down choose the step.{other} Enter connects, Escape cancels.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::{BranchName, Definition, edit};

    use super::*;

    fn id(text: &str) -> StepId {
        StepId::new(text).unwrap()
    }

    fn definition() -> Definition {
        let llm = |id: &str| json!({"id": id, "label": id, "type": "llm", "prompt": "x"});
        serde_json::from_value(json!({"steps": [
            llm("a"),
            {"id": "which", "label": "Which", "type": "conditional",
                "cases": [{"name": "big", "when": "true", "steps": [llm("in")]}], "otherwise": {"steps": []}},
            llm("b"), llm("c"), llm("d"),
        ]}))
        .unwrap()
    }

    #[test]
    fn a_condition_has_a_handle_for_each_case() {
        let index = Index::of(&definition());
        let case = Port::Case(BranchName::new("big").unwrap());
        assert_eq!(ports(&index, &id("which")), [case, Port::Otherwise, Port::Next]);
        assert_eq!(ports(&index, &id("a")), [Port::Next]);
        assert_eq!(ports(&index, &id("gone")), []);
    }

    #[test]
    fn what_is_offered_is_what_the_edit_takes() {
        let (definition, index) = (definition(), Index::of(&definition()));
        for from in ["a", "which", "b", "d", "in"].map(id) {
            for port in ports(&index, &from) {
                for target in targets(&index, &from) {
                    let made = edit::apply(&definition, connection(from.clone(), port.clone(), &target));
                    assert!(made.is_ok(), "{from} {port:?} {target:?}: {made:?}");
                }
            }
            let steps = targets(&index, &from);
            for to in ["a", "which", "in", "b", "c", "d"].map(id) {
                let offered = steps.iter().find(|target| target.step() == Some(&to));
                assert_eq!(judge(&index, &from, &to).as_ref().ok(), offered, "{from} {to}");
            }
        }
    }

    #[test]
    fn what_is_refused_has_a_reason() {
        let index = Index::of(&definition());
        let refused = |from, to| judge(&index, &id(from), &id(to)).unwrap_err();
        assert_eq!(refused("b", "a"), Refusal::Earlier);
        assert_eq!(refused("b", "b"), Refusal::Itself);
        assert_eq!(refused("a", "in"), Refusal::OtherList);
        assert_eq!(refused("a", "gone"), Refusal::Unknown);
        assert_eq!(judge(&index, &id("which"), &id("b")), Ok(Target::Following(id("b"))));
    }

    #[test]
    fn a_connection_is_let_go_over_a_step_a_container_or_the_end() {
        let index = Index::of(&definition());
        let picture = Picture::of(&index, &std::collections::BTreeMap::new());
        let over = |from: &str, at: Point| aimed_at(&picture, &index, &id(from), at);
        let centre = |step: &str| picture.place(&id(step)).unwrap().centre();
        assert_eq!(over("a", centre("c")), Some((Some(id("c")), Ok(Target::Later(id("c"))))));
        // The step inside is in another list, the container around it is meant.
        assert_eq!(over("a", centre("in")), Some((Some(id("which")), Ok(Target::Following(id("which"))))));
        assert_eq!(over("b", centre("in")), Some((Some(id("in")), Err(Refusal::OtherList))));
        let end = end_of(&picture, &sluice_types::BlockAddress::Root).centre();
        assert_eq!(over("a", end), Some((None, Ok(Target::End))));
        assert_eq!(over("a", Point::new(-900.0, -900.0)), None);
    }

    #[test]
    fn keys_choose_the_case_and_the_step() {
        let index = Index::of(&definition());
        let begun = Connecting::from_step(&index, &id("which")).unwrap();
        assert_eq!(
            connecting_words(&index, &begun),
            "After case big of Which: the next step, b. Up and down choose the step. Left and right choose the case. Enter connects, Escape cancels."
        );
        let chosen = begun.by_port(1).by_target(2);
        assert_eq!((chosen.port(), chosen.target()), (Port::Otherwise, Target::Later(id("d"))));
        assert_eq!(chosen.clone().by_target(9).target(), Target::End);
        assert_eq!(chosen.clone().by_target(-9).by_port(-9).target(), Target::Following(id("b")));
        assert_eq!(chosen.edit(), Edit::Connect { id: id("which"), port: Port::Otherwise, target: Some(id("d")) });
        assert_eq!(Connecting::from_step(&index, &id("d")).unwrap().target(), Target::End);
    }
}
