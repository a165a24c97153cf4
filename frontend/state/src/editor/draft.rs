//! The draft: a workflow as it stands in the browser.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sluice_types::{CreateWorkflow, Definition, PersonaId, Step, StepId, UpdateWorkflow, Workflow, WorkflowTemplate};

/// A workflow that is being edited. Its steps are shared: an edit copies only the step that it
/// changes, so that a view can tell by [`Arc::ptr_eq`] whether it has to draw anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct Draft {
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// One word to group by.
    pub category: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether it is a template of the tenant's own.
    pub is_template: bool,
    /// Whether it can be run.
    pub is_active: bool,
    /// Skips review steps.
    pub yolo: bool,
    /// Provider of steps that name none.
    pub provider: Option<String>,
    /// Model of steps that name none.
    pub model: Option<String>,
    /// Persona of steps that name none.
    pub persona_id: Option<PersonaId>,
    /// Values for `{{context.KEY}}`.
    pub context: BTreeMap<String, Value>,
    /// The step to begin with; the first one without it.
    pub entry_step: Option<StepId>,
    /// The steps, in the order in which they run.
    pub steps: Vec<Arc<Step>>,
}

/// A draft as it is written down: with the definition as everywhere else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    name: String,
    description: String,
    category: Option<String>,
    tags: Vec<String>,
    is_template: bool,
    is_active: bool,
    definition: Definition,
}

impl Draft {
    /// A workflow that has nothing yet.
    #[must_use]
    pub fn empty() -> Self {
        Self::from_definition(Definition::default())
    }

    /// A workflow that has a definition and no name yet.
    #[must_use]
    pub fn from_definition(definition: Definition) -> Self {
        let Definition { yolo, provider, model, persona_id, context, entry_step, steps } = definition;
        Self {
            name: String::new(),
            description: String::new(),
            category: None,
            tags: Vec::new(),
            is_template: false,
            is_active: true,
            yolo,
            provider,
            model,
            persona_id,
            context,
            entry_step,
            steps,
        }
    }

    /// A workflow as the server has it.
    #[must_use]
    pub fn from_workflow(workflow: &Workflow) -> Self {
        Self {
            name: workflow.name.clone(),
            description: workflow.description.clone(),
            category: workflow.category.clone(),
            tags: workflow.tags.clone(),
            is_template: workflow.is_template,
            is_active: workflow.is_active,
            ..Self::from_definition(workflow.definition.clone())
        }
    }

    /// A workflow to make from a template.
    #[must_use]
    pub fn from_template(template: &WorkflowTemplate) -> Self {
        Self {
            name: template.name.clone(),
            description: template.description.clone(),
            category: template.category.clone(),
            tags: template.tags.clone(),
            ..Self::from_definition(template.definition.clone())
        }
    }

    /// A workflow as it was sent to be created.
    #[cfg(test)]
    pub fn from_create(request: CreateWorkflow) -> Self {
        let CreateWorkflow { id: _, name, description, category, tags, definition, is_template, is_active } = request;
        Self { name, description, category, tags, is_template, is_active, ..Self::from_definition(definition) }
    }

    /// What it runs, for the lint, the estimate and the server.
    #[must_use]
    pub fn to_definition(&self) -> Definition {
        Definition {
            yolo: self.yolo,
            provider: self.provider.clone(),
            model: self.model.clone(),
            persona_id: self.persona_id.clone(),
            context: self.context.clone(),
            entry_step: self.entry_step.clone(),
            steps: self.steps.clone(),
        }
    }

    /// The request that creates it; the server derives an id from the name.
    #[must_use]
    pub fn to_create(&self) -> CreateWorkflow {
        CreateWorkflow {
            id: None,
            name: self.name.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            tags: self.tags.clone(),
            definition: self.to_definition(),
            is_template: self.is_template,
            is_active: self.is_active,
        }
    }

    /// The request that saves it. It renames no labels: a draft's prompts hold the new ones already.
    #[must_use]
    pub fn to_update(&self) -> UpdateWorkflow {
        UpdateWorkflow {
            name: self.name.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            tags: self.tags.clone(),
            definition: self.to_definition(),
            is_template: self.is_template,
            is_active: self.is_active,
            renamed_labels: BTreeMap::new(),
            id: None,
            version: None,
            source_template_id: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// Where a step stands.
    #[must_use]
    pub fn index_of(&self, id: &StepId) -> Option<usize> {
        self.steps.iter().position(|step| step.id == *id)
    }

    /// A step by its id.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Arc<Step>> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The same draft, with each step that is as it was in `before` shared with it.
    pub(super) fn sharing(mut self, before: &Self) -> Self {
        for step in &mut self.steps {
            if let Some(same) = before.step(&step.id).filter(|same| *same == step) {
                *step = Arc::clone(same);
            }
        }
        self
    }
}

impl PartialEq for Draft {
    /// Shared steps are equal without being read, as this is asked at every key.
    fn eq(&self, other: &Self) -> bool {
        let Self {
            name,
            description,
            category,
            tags,
            is_template,
            is_active,
            yolo,
            provider,
            model,
            persona_id,
            context,
            entry_step,
            steps,
        } = self;
        (name, description, category, tags) == (&other.name, &other.description, &other.category, &other.tags)
            && (is_template, is_active, yolo) == (&other.is_template, &other.is_active, &other.yolo)
            && (provider, model, persona_id) == (&other.provider, &other.model, &other.persona_id)
            && (context, entry_step) == (&other.context, &other.entry_step)
            && steps.len() == other.steps.len()
            && steps.iter().zip(&other.steps).all(|(mine, theirs)| Arc::ptr_eq(mine, theirs) || mine == theirs)
    }
}

impl From<Stored> for Draft {
    fn from(stored: Stored) -> Self {
        let Stored { name, description, category, tags, is_template, is_active, definition } = stored;
        Self { name, description, category, tags, is_template, is_active, ..Self::from_definition(definition) }
    }
}

impl From<Draft> for Stored {
    fn from(draft: Draft) -> Self {
        let definition = draft.to_definition();
        let Draft { name, description, category, tags, is_template, is_active, .. } = draft;
        Self { name, description, category, tags, is_template, is_active, definition }
    }
}
