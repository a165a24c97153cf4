//! Makes an edit: a draft in, a draft out.

use std::sync::Arc;

use serde_json::Value;
use sluice_types::limits::MAX_STEPS;
use sluice_types::{Definition, Fix, Step, StepId, StepKind, json};

use super::draft::Draft;
use super::edit::Edit;
use super::error::EditError;
use super::field::{StepField, filled};
use super::names::{label_problem, made_unique, renamed};

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

impl Applied {
    fn new(draft: Draft, label: impl Into<String>) -> Self {
        Self { draft, label: label.into(), group: None, focus: None }
    }

    fn typed(self, group: impl Into<String>) -> Self {
        Self { group: Some(group.into()), ..self }
    }

    fn focused(self, id: StepId) -> Self {
        Self { focus: Some(id), ..self }
    }
}

impl Draft {
    /// The draft with a change made, or why it cannot be made. Steps that the change does not
    /// touch stay shared with this one.
    pub fn apply(&self, edit: Edit) -> Result<Applied, EditError> {
        let draft = self.clone();
        Ok(match edit {
            Edit::SetName(name) => Applied::new(Self { name, ..draft }, "change name").typed("name"),
            Edit::SetDescription(description) => {
                Applied::new(Self { description, ..draft }, "change description").typed("description")
            }
            Edit::SetCategory(category) => {
                let category = Some(category).filter(|category| !category.trim().is_empty());
                Applied::new(Self { category, ..draft }, "change category").typed("category")
            }
            Edit::SetTags(tags) => Applied::new(Self { tags: cleaned(tags), ..draft }, "change tags"),
            Edit::SetYolo(yolo) => {
                let label = if yolo { "skip reviews" } else { "wait for reviews" };
                Applied::new(Self { yolo, ..draft }, label)
            }
            Edit::SetActive(is_active) => {
                Applied::new(Self { is_active, ..draft }, if is_active { "switch on" } else { "switch off" })
            }
            Edit::SetTemplate(is_template) => {
                let label = if is_template { "make it a template" } else { "make it a workflow" };
                Applied::new(Self { is_template, ..draft }, label)
            }
            Edit::SetDefaults { provider, model } => {
                let draft = Self { provider: filled(provider), model: filled(model), ..draft };
                Applied::new(draft, "change default model").typed("model")
            }
            Edit::SetPersona(persona_id) => Applied::new(Self { persona_id, ..draft }, "change default persona"),
            Edit::SetEntryStep(entry_step) => Applied::new(Self { entry_step, ..draft }, "change first step"),
            Edit::AddStep { template, at } => self.add(*template, at)?,
            Edit::MoveStep { from, to } => self.move_step(from, to)?,
            Edit::DuplicateStep(id) => self.duplicate(&id)?,
            Edit::RemoveStep(id) => self.remove(&id)?,
            Edit::RenameStep { id, label } => self.rename(&id, label.trim())?,
            Edit::UpdateStep { id, field } => self.update(id, field)?,
            Edit::ApplyFix(fix) => self.fix(fix)?,
            Edit::ReplaceAll(other) => Applied::new(other.sharing(self), "replace the whole workflow"),
        })
    }

    fn find(&self, id: &StepId) -> Result<(usize, &Arc<Step>), EditError> {
        let found = self.steps.iter().enumerate().find(|(_, step)| step.id == *id);
        found.ok_or_else(|| EditError::NoSuchStep(id.clone()))
    }

    fn place(&self, index: usize) -> Result<&Arc<Step>, EditError> {
        self.steps.get(index).ok_or(EditError::NoSuchPlace { index, count: self.steps.len() })
    }

    /// Puts a copy of a step in at a place (the last when none). It jumps nowhere yet, and shows
    /// no step that is not there.
    fn inserted(&self, step: Step, at: Option<usize>) -> Result<(Self, Arc<Step>), EditError> {
        if self.steps.len() >= MAX_STEPS {
            return Err(EditError::TooManySteps);
        }
        let mut step = made_unique(self, step).ok_or(EditError::TooManySteps)?;
        step.next = None;
        if let StepKind::Review(review) = &mut step.kind {
            review.shows.retain(|id| self.index_of(id).is_some());
        }
        let step = Arc::new(step);
        let mut draft = self.clone();
        draft.steps.insert(at.unwrap_or(self.steps.len()).min(self.steps.len()), Arc::clone(&step));
        Ok((draft, step))
    }

    fn add(&self, template: Step, at: Option<usize>) -> Result<Applied, EditError> {
        let (draft, step) = self.inserted(template, at)?;
        Ok(Applied::new(draft, format!("add {}", step.label)).focused(step.id.clone()))
    }

    fn duplicate(&self, id: &StepId) -> Result<Applied, EditError> {
        let (at, original) = self.find(id)?;
        let (draft, copy) = self.inserted(Step::clone(original), Some(at + 1))?;
        Ok(Applied::new(draft, format!("duplicate {}", original.label)).focused(copy.id.clone()))
    }

    fn move_step(&self, from: usize, to: usize) -> Result<Applied, EditError> {
        let (step, _) = (Arc::clone(self.place(from)?), self.place(to)?);
        let mut draft = self.clone();
        draft.steps.remove(from);
        draft.steps.insert(to, Arc::clone(&step));
        Ok(Applied::new(draft, format!("move {}", step.label)).focused(step.id.clone()))
    }

    fn remove(&self, id: &StepId) -> Result<Applied, EditError> {
        let (at, removed) = self.find(id)?;
        let mut draft = self.clone();
        draft.steps.remove(at);
        draft.entry_step = draft.entry_step.filter(|entry| entry != id);
        for step in &mut draft.steps {
            if names_step(step, id) {
                *step = Arc::new(without(step, id));
            }
        }
        let neighbour = draft.steps.get(at).or_else(|| draft.steps.last()).map(|step| step.id.clone());
        Ok(Applied { focus: neighbour, ..Applied::new(draft, format!("remove {}", removed.label)) })
    }

    fn rename(&self, id: &StepId, label: &str) -> Result<Applied, EditError> {
        let (at, step) = self.find(id)?;
        if let Some(problem) = label_problem(self, id, label) {
            return Err(EditError::Label(problem));
        }
        let done = format!("rename {} to {label}", step.label);
        let steps = if step.label == label { self.steps.clone() } else { renamed(self, at, label) };
        Ok(Applied::new(Self { steps, ..self.clone() }, done).focused(id.clone()))
    }

    fn update(&self, id: StepId, field: StepField) -> Result<Applied, EditError> {
        let (_, before) = self.find(&id)?;
        let noun = field.noun();
        let done = match &field {
            StepField::Enabled(true) => format!("switch on {}", before.label),
            StepField::Enabled(false) => format!("switch off {}", before.label),
            _ => format!("change {noun} of {}", before.label),
        };
        let group = field.is_typed().then(|| format!("{noun} of {id}"));
        let mut put = Ok(());
        let draft = self.with_step(&id, |step| put = field.put(step))?;
        put?;
        Ok(Applied { group, ..Applied::new(draft, done) }.focused(id))
    }

    /// The draft with one step changed; shared as before when the change changes nothing.
    fn with_step(&self, id: &StepId, change: impl FnOnce(&mut Step)) -> Result<Self, EditError> {
        let (_, before) = self.find(id)?;
        let mut after = Step::clone(before);
        change(&mut after);
        let mut draft = self.clone();
        if after != **before
            && let Some(place) = draft.steps.iter_mut().find(|step| step.id == *id)
        {
            *place = Arc::new(after);
        }
        Ok(draft)
    }

    fn fix(&self, fix: Fix) -> Result<Applied, EditError> {
        let mut definition = serde_json::to_value(self.to_definition()).map_err(|_| EditError::FixDoesNotFit)?;
        put_at(&mut definition, &fix.pointer, fix.value).ok_or(EditError::FixDoesNotFit)?;
        let definition: Definition = json::from_value(definition).map_err(|_| EditError::FixDoesNotFit)?;
        let Self { name, description, category, tags, is_template, is_active, .. } = self.clone();
        let fixed =
            Self { name, description, category, tags, is_template, is_active, ..Self::from_definition(definition) };
        Ok(Applied::new(fixed.sharing(self), format!("fix: {}", fix.title)))
    }
}

/// Tags without space around them, without empty ones and without repetitions.
fn cleaned(tags: Vec<String>) -> Vec<String> {
    let mut clean: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.into_iter().filter_map(|tag| filled(Some(tag))) {
        if !clean.contains(&tag) {
            clean.push(tag);
        }
    }
    clean
}

fn names_step(step: &Step, id: &StepId) -> bool {
    let shows = matches!(&step.kind, StepKind::Review(review) if review.shows.contains(id));
    shows || step.next.as_ref() == Some(id)
}

fn without(step: &Step, id: &StepId) -> Step {
    let mut step = step.clone();
    step.next = step.next.filter(|next| next != id);
    if let StepKind::Review(review) = &mut step.kind {
        review.shows.retain(|shown| shown != id);
    }
    step
}

/// Puts a value at a JSON pointer (RFC 6901); one past the end of a list adds to it.
fn put_at(root: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match root.pointer_mut(parent)? {
        Value::Object(fields) => _ = fields.insert(last.replace("~1", "/").replace("~0", "~"), value),
        Value::Array(items) => {
            let index = if last == "-" { items.len() } else { last.parse().ok()? };
            if index == items.len() {
                items.push(value);
            } else {
                *items.get_mut(index)? = value;
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(())
}
