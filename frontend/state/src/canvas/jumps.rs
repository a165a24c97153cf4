//! The connections that somebody made: which one is chosen, and taking it away.

use sluice_types::edit::{Edit, Port};
use sluice_types::{Index, StepId};

use super::connect::port_words;
use super::picture::{Picture, PictureEdge, Start};

/// A connection that somebody made, by its beginning: at most one begins there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jump {
    /// The step.
    pub id: StepId,
    /// Where at the step.
    pub port: Port,
}

impl Jump {
    /// The jump that a line of the picture shows.
    #[must_use]
    pub fn of(edge: &PictureEdge) -> Option<Self> {
        match &edge.start {
            Start::Step(id, port) if edge.is_explicit => Some(Self { id: id.clone(), port: port.clone() }),
            Start::Step(..) | Start::List => None,
        }
    }

    /// The edit that takes it away: the run goes on with the next step then.
    #[must_use]
    pub fn removal(&self) -> Edit {
        Edit::Connect { id: self.id.clone(), port: self.port.clone(), target: None }
    }

    /// Its line, with its position among those of its list.
    #[must_use]
    pub fn line<'a>(&self, picture: &'a Picture) -> Option<(usize, &'a PictureEdge)> {
        let list = picture.list(&picture.node(&self.id)?.list)?;
        list.edges.iter().enumerate().find(|(_, edge)| Self::of(edge).as_ref() == Some(self))
    }

    /// What is said once it is chosen.
    #[must_use]
    pub fn words(&self, index: &Index, picture: &Picture) -> String {
        let target = self.line(picture).and_then(|(_, edge)| edge.target.as_ref());
        let target = target.and_then(|id| index.place(id)).map(|place| place.step.label.as_str());
        let target = target.unwrap_or("the end of the list");
        format!(
            "The line from {} to {target}. Delete removes it, L chooses the next one, Escape leaves it.",
            self.begins_at(index),
        )
    }

    /// What is said once it is gone.
    #[must_use]
    pub fn gone_words(&self, index: &Index) -> String {
        format!("The line from {} is removed: it goes to the next step.", self.begins_at(index))
    }

    fn begins_at(&self, index: &Index) -> String {
        let label = index.place(&self.id).map(|place| place.step.label.as_str()).unwrap_or_default();
        port_words(label, &self.port)
    }
}

/// The next jump that begins at a step, behind the chosen one; the first one behind the last one.
#[must_use]
pub fn next_jump(picture: &Picture, id: &StepId, chosen: Option<&Jump>) -> Option<Jump> {
    let list = picture.list(&picture.node(id)?.list)?;
    let jumps: Vec<Jump> = list.edges.iter().filter_map(Jump::of).filter(|jump| jump.id == *id).collect();
    let at = chosen.and_then(|chosen| jumps.iter().position(|jump| jump == chosen));
    let next = at.map_or(0, |at| at.saturating_add(1));
    jumps.get(next).or(jumps.first()).cloned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use sluice_types::{Definition, edit};

    use super::*;

    fn definition() -> Definition {
        let llm = |id: &str| json!({"id": id, "label": id.to_uppercase(), "type": "llm", "prompt": "x"});
        serde_json::from_value(json!({"steps": [
            {"id": "which", "label": "Which", "type": "conditional", "next": "end", "cases": [
                {"name": "big", "when": "true", "steps": [], "next": "c"}, {"name": "small", "when": "true", "steps": []},
            ]},
            llm("b"), llm("c"),
        ]}))
        .unwrap()
    }

    fn picture(definition: &Definition) -> (Index, Picture) {
        let index = Index::of(definition);
        let picture = Picture::of(&index, &BTreeMap::new());
        (index, picture)
    }

    #[test]
    fn the_lines_of_a_step_are_chosen_in_turn() {
        let (index, picture) = picture(&definition());
        let which = StepId::new("which").unwrap();
        let first = next_jump(&picture, &which, None).unwrap();
        let second = next_jump(&picture, &which, Some(&first)).unwrap();
        assert_eq!(next_jump(&picture, &which, Some(&second)), Some(first.clone()), "the first one again");
        let said = [first, second].map(|jump| jump.words(&index, &picture));
        assert!(said[0].starts_with("The line from case big of Which to C. Delete"), "{said:?}");
        assert!(said[1].starts_with("The line from Which to the end of the list. Delete"), "{said:?}");
        assert_eq!(next_jump(&picture, &StepId::new("b").unwrap(), None), None, "it goes on by itself");
    }

    #[test]
    fn a_line_is_taken_away() {
        let before = definition();
        let (index, picture_before) = picture(&before);
        let which = StepId::new("which").unwrap();
        let jump = next_jump(&picture_before, &which, None).unwrap();
        assert_eq!(jump.gone_words(&index), "The line from case big of Which is removed: it goes to the next step.");
        let after = edit::apply(&before, jump.removal()).unwrap().definition;
        let (_, picture_after) = picture(&after);
        assert_eq!(jump.line(&picture_after), None);
        assert_eq!(next_jump(&picture_after, &which, None).unwrap().port, Port::Next);
    }
}
