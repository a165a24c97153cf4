//! Makes an edit: a draft in, a draft out.

use std::collections::HashMap;
use std::sync::Arc;

use sluice_types::edit::{self, BranchChange, CaseField, Edit, EditError, StepField};
use sluice_types::{BlockAddress, Definition, Index, Otherwise, Positions, Slot, Step, StepId, StepKind};

use super::draft::Draft;
use super::edit::DraftEdit;
use super::words::{group, label};

/// A draft after an edit, with what the history and the view need to know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The draft as it is now.
    pub draft: Draft,
    /// What was done, as in `move Research`.
    pub label: String,
    /// Edits of the same group that follow each other are undone together.
    pub group: Option<String>,
    /// The step to put the focus on.
    pub focus: Option<StepId>,
}

impl Draft {
    /// The draft with a change made, or why it cannot be made. Steps that the change does not touch stay shared with
    /// this one.
    pub fn apply(&self, edit: impl Into<DraftEdit>) -> Result<Applied, EditError> {
        let edit = edit.into();
        let (mut done, group) = (label(self, &edit), group(&edit));
        let draft = self.clone();
        let draft = match edit {
            DraftEdit::SetName(name) => Self { name, ..draft },
            DraftEdit::SetDescription(description) => Self { description, ..draft },
            DraftEdit::SetCategory(category) => {
                Self { category: Some(category).filter(|category| !category.trim().is_empty()), ..draft }
            }
            DraftEdit::SetTags(tags) => Self { tags: cleaned(&tags), ..draft },
            DraftEdit::SetActive(is_active) => Self { is_active, ..draft },
            DraftEdit::SetTemplate(is_template) => Self { is_template, ..draft },
            DraftEdit::ReplaceAll(other) | DraftEdit::ChangeBySentence(other) => {
                let definition = Edit::ReplaceAll(Box::new(other.to_definition()));
                other.with_definition(edit::apply(&self.to_definition(), definition)?.definition)
            }
            DraftEdit::Place(id, at) | DraftEdit::Nudge(id, at) => {
                let mut layout = Positions::clone(self.layout());
                if self.step(&id).is_some() {
                    layout.insert(id, at);
                }
                Self { layout: Arc::new(layout), ..draft }
            }
            DraftEdit::TidyUp => Self { layout: Arc::default(), ..draft },
            DraftEdit::Definition(edit) => {
                let adds = matches!(edit, Edit::AddStep { .. });
                let beside = match &edit {
                    Edit::RemoveSteps(ids) => self.neighbour(ids),
                    Edit::UnwrapStep(id) => self.first_inside(id).or_else(|| self.neighbour(std::slice::from_ref(id))),
                    _ => None,
                };
                let may_empty = matches!(
                    edit,
                    Edit::MoveStep { .. } | Edit::RemoveSteps(_) | Edit::UpdateStep { field: StepField::Case(_), .. }
                );
                let before = with_otherwise(self.to_definition(), &edit)?;
                let applied = edit::apply(&before, edit)?;
                let after = applied.definition;
                let draft = draft.with_definition(if may_empty { without_empty_otherwise(after) } else { after });
                let draft = draft.without_lost_positions(self);
                let focus = applied.step.or(beside);
                if let Some(added) = focus.as_ref().filter(|_| adds).and_then(|id| draft.step(id)) {
                    done = format!("add {}", added.label);
                }
                return Ok(Applied { draft, label: done, group, focus });
            }
        };
        Ok(Applied { draft, label: done, group, focus: None })
    }

    /// Without the positions of steps that are gone, or stand in another list than before: positions are those in a list.
    fn without_lost_positions(self, before: &Self) -> Self {
        if self.layout.is_empty() || self.lists.values().eq(before.lists.values()) {
            return self;
        }
        let lists = |draft: &Self| {
            let steps = draft.lists.iter();
            steps.flat_map(|(list, steps)| steps.steps.iter().map(|id| (id.clone(), list.clone()))).collect()
        };
        let (old, new): (HashMap<StepId, BlockAddress>, HashMap<StepId, BlockAddress>) = (lists(before), lists(&self));
        let mut layout = Positions::clone(&self.layout);
        layout.retain(|id, _| new.get(id).is_some_and(|list| old.get(id) == Some(list)));
        Self { layout: Arc::new(layout), ..self }
    }

    /// The first step of a container.
    fn first_inside(&self, id: &StepId) -> Option<StepId> {
        let lists = self.containers().get(id)?.iter();
        let mut lists = lists.map(|slot| BlockAddress::Inner { parent: id.clone(), slot: slot.clone() });
        lists.find_map(|list| self.list(&list)?.steps.first().cloned())
    }

    /// The step that takes the place of those that are removed, or the last one before them.
    fn neighbour(&self, ids: &[StepId]) -> Option<StepId> {
        let last = ids.last()?;
        let list = self.lists().values().find(|list| list.steps.contains(last))?;
        let position = list.steps.iter().position(|step| step == last)?;
        let (before, after) = list.steps.split_at_checked(position)?;
        let is_left = |step: &&StepId| !ids.contains(step);
        after.iter().find(is_left).or_else(|| before.iter().rev().find(is_left)).cloned()
    }
}

/// The definition with the `otherwise` that an edit is about: it is left out while it is empty, and the builder shows it
/// always.
fn with_otherwise(mut definition: Definition, edit: &Edit) -> Result<Definition, EditError> {
    let parent = match edit {
        Edit::AddStep { to: BlockAddress::Inner { parent, slot: Slot::Otherwise }, .. }
        | Edit::MoveStep { to: BlockAddress::Inner { parent, slot: Slot::Otherwise }, .. } => parent,
        Edit::UpdateStep { id, field: StepField::Case(CaseField::Next { slot: Slot::Otherwise, .. }) } => id,
        _ => return Ok(definition),
    };
    let change = BranchChange::AddOtherwise;
    definition = edit::apply(&definition, Edit::ChangeBranches { parent: parent.clone(), change })?.definition;
    Ok(definition)
}

/// The definition with each `otherwise` left out that says nothing.
fn without_empty_otherwise(mut definition: Definition) -> Definition {
    let is_empty = |step: &Step| match &step.kind {
        StepKind::Conditional(conditional) => conditional.otherwise.as_ref() == Some(&Otherwise::default()),
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => false,
    };
    let places = Index::of(&definition);
    for id in places.places().iter().filter(|place| is_empty(&place.step)).map(|place| &place.step.id) {
        if let Some(StepKind::Conditional(conditional)) = definition.step_mut(id).map(|step| &mut step.kind) {
            conditional.otherwise = None;
        }
    }
    definition
}

/// Tags without space around them, without empty ones and without repetitions.
fn cleaned(tags: &[String]) -> Vec<String> {
    let mut clean: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        if !clean.iter().any(|known| known == tag) {
            clean.push(tag.to_owned());
        }
    }
    clean
}
