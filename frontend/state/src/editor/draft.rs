//! The draft: a workflow as it stands in the browser.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sluice_types::{
    Block, BlockAddress, CreateWorkflow, Definition, InputField, NodePosition, PersonaId, Positions, Slot, Step,
    StepId, StepKind, UpdateWorkflow, Workflow, WorkflowTemplate, positions_of,
};

use super::distinct::distinct_names;

/// A workflow that is being edited, normalised: its steps by id, without the steps inside them, and its lists by their
/// addresses. An edit replaces only the nodes and lists that it changes, so that a view can tell by [`Arc::ptr_eq`]
/// whether it has to draw anew, however deep a step stands.
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
    /// Declared fields of the input.
    pub inputs: Vec<InputField>,
    /// Fields of the definition that a newer version has added. They are not edited here, and are saved as they are.
    pub extra: Map<String, Value>,
    /// The positions that somebody set on the canvas.
    pub(crate) layout: Arc<Positions>,
    pub(crate) nodes: BTreeMap<StepId, Arc<Step>>,
    pub(crate) lists: BTreeMap<BlockAddress, Arc<List>>,
    /// The lists of each container, in order.
    pub(crate) containers: BTreeMap<StepId, Arc<Vec<Slot>>>,
}

/// A list of steps by their ids, in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// The step to begin with; the first one without it.
    pub entry_step: Option<StepId>,
    /// The steps.
    pub steps: Vec<StepId>,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    layout: Vec<NodePosition>,
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
        let empty = Self {
            name: String::new(),
            description: String::new(),
            category: None,
            tags: Vec::new(),
            is_template: false,
            is_active: true,
            yolo: false,
            provider: None,
            model: None,
            persona_id: None,
            context: BTreeMap::new(),
            inputs: Vec::new(),
            extra: Map::new(),
            layout: Arc::default(),
            nodes: BTreeMap::new(),
            lists: BTreeMap::new(),
            containers: BTreeMap::new(),
        };
        empty.with_definition(definition)
    }

    /// The same workflow with another definition. Its nodes and lists that did not change stay shared.
    #[must_use]
    pub fn with_definition(self, mut definition: Definition) -> Self {
        distinct_names(&mut definition);
        let mut flat =
            Flat { before: &self, nodes: BTreeMap::new(), lists: BTreeMap::new(), containers: BTreeMap::new() };
        flat.add(definition.root(), BlockAddress::Root);
        let Flat { nodes, lists, containers, .. } = flat;
        let Definition { yolo, provider, model, persona_id, context, inputs, extra, .. } = definition;
        Self { yolo, provider, model, persona_id, context, inputs, extra, nodes, lists, containers, ..self }
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
            layout: Arc::new(positions_of(&workflow.layout)),
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

    /// A workflow as it is sent to be created.
    #[must_use]
    pub fn from_create(request: CreateWorkflow) -> Self {
        let CreateWorkflow { id: _, name, description, category, tags, definition, is_template, is_active, .. } =
            request;
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
            inputs: self.inputs.clone(),
            entry_step: self.list(&BlockAddress::Root).and_then(|list| list.entry_step.clone()),
            steps: self.nested(&BlockAddress::Root),
            extra: self.extra.clone(),
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
            layout: Some(self.placed()).filter(|placed| !placed.is_empty()),
            is_template: self.is_template,
            is_active: self.is_active,
            ..CreateWorkflow::default()
        }
    }

    /// The request that saves it. It renames no labels: a draft's prompts hold the new ones already. What a draft does not
    /// hold stays as it is.
    #[must_use]
    pub fn to_update(&self) -> UpdateWorkflow {
        UpdateWorkflow {
            name: self.name.clone(),
            description: self.description.clone(),
            category: self.category.clone(),
            tags: self.tags.clone(),
            metadata: None,
            definition: self.to_definition(),
            layout: Some(self.placed()),
            is_template: self.is_template,
            is_published: None,
            is_active: self.is_active,
            renamed_labels: BTreeMap::new(),
            id: None,
            version: None,
            source_template_id: None,
            created_by: None,
            created_at: None,
            updated_at: None,
        }
    }

    /// The positions on the canvas, as a request holds them.
    fn placed(&self) -> Vec<NodePosition> {
        self.layout.iter().map(|(id, at)| NodePosition { id: id.clone(), x: at.x, y: at.y }).collect()
    }

    /// The steps of a list, with those inside them.
    fn nested(&self, address: &BlockAddress) -> Vec<Arc<Step>> {
        let ids = self.list(address).map_or(&[][..], |list| &list.steps);
        let whole = |node: &Arc<Step>| {
            if node.kind.blocks().is_empty() {
                return Arc::clone(node);
            }
            let mut step = Step::clone(node);
            for (slot, block) in step.kind.blocks_mut() {
                let address = BlockAddress::Inner { parent: node.id.clone(), slot };
                *block.entry_step = self.list(&address).and_then(|list| list.entry_step.clone());
                *block.steps = self.nested(&address);
            }
            Arc::new(step)
        };
        ids.iter().filter_map(|id| self.nodes.get(id)).map(whole).collect()
    }

    /// The ids of all steps in the order of the definition, a container before the steps inside it.
    #[must_use]
    pub fn ids(&self) -> Vec<&StepId> {
        let mut ids = Vec::with_capacity(self.nodes.len());
        self.add_ids(&BlockAddress::Root, &mut ids);
        ids
    }

    fn add_ids<'d>(&'d self, address: &BlockAddress, ids: &mut Vec<&'d StepId>) {
        for id in self.list(address).map_or(&[][..], |list| &list.steps) {
            ids.push(id);
            for inner in self.step(id).map(|node| node.kind.blocks()).unwrap_or_default() {
                self.add_ids(&BlockAddress::Inner { parent: id.clone(), slot: inner.slot }, ids);
            }
        }
    }

    /// The positions that somebody set on the canvas.
    #[must_use]
    pub const fn layout(&self) -> &Arc<Positions> {
        &self.layout
    }

    /// A step by its id, without the steps inside it.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Arc<Step>> {
        self.nodes.get(id)
    }

    /// All steps by their ids.
    #[must_use]
    pub const fn nodes(&self) -> &BTreeMap<StepId, Arc<Step>> {
        &self.nodes
    }

    /// A list of steps.
    #[must_use]
    pub fn list(&self, address: &BlockAddress) -> Option<&Arc<List>> {
        self.lists.get(address)
    }

    /// All lists of steps.
    #[must_use]
    pub const fn lists(&self) -> &BTreeMap<BlockAddress, Arc<List>> {
        &self.lists
    }

    /// The containers with their lists, in order. A `conditional` step has an `otherwise` even while it is left out.
    #[must_use]
    pub const fn containers(&self) -> &BTreeMap<StepId, Arc<Vec<Slot>>> {
        &self.containers
    }
}

/// The nodes and lists of a definition, sharing those of a draft that did not change.
struct Flat<'d> {
    before: &'d Draft,
    nodes: BTreeMap<StepId, Arc<Step>>,
    lists: BTreeMap<BlockAddress, Arc<List>>,
    containers: BTreeMap<StepId, Arc<Vec<Slot>>>,
}

impl Flat<'_> {
    fn add(&mut self, block: Block<'_>, address: BlockAddress) {
        let steps = block.steps.iter().map(|step| step.id.clone()).collect();
        let list = List { entry_step: block.entry_step.cloned(), steps };
        let list = match self.before.list(&address) {
            Some(same) if **same == list => Arc::clone(same),
            Some(_) | None => Arc::new(list),
        };
        self.lists.insert(address, list);
        for step in block.steps {
            for inner in step.kind.blocks() {
                let address = BlockAddress::Inner { parent: step.id.clone(), slot: inner.slot };
                self.add(inner.block, address);
            }
            if step.kind.is_container() {
                let slots = slots_of(&step.kind);
                let slots = match self.before.containers.get(&step.id) {
                    Some(same) if **same == slots => Arc::clone(same),
                    Some(_) | None => Arc::new(slots),
                };
                self.containers.insert(step.id.clone(), slots);
            }
            self.nodes.insert(step.id.clone(), self.node(step));
        }
    }

    /// A step without the steps inside it.
    fn node(&self, step: &Arc<Step>) -> Arc<Step> {
        if step.kind.blocks().is_empty() {
            return Arc::clone(step);
        }
        let mut node = Step::clone(step);
        for (_, block) in node.kind.blocks_mut() {
            *block.entry_step = None;
            block.steps.clear();
        }
        // Steps for each item are kept in a list of their own, also while it is not said of what.
        if let StepKind::Parallel(parallel) = &mut node.kind
            && step.kind.blocks().iter().any(|inner| inner.slot == Slot::Each)
        {
            parallel.for_each.get_or_insert_with(String::new);
        }
        match self.before.step(&node.id) {
            Some(same) if **same == node => Arc::clone(same),
            Some(_) | None => Arc::new(node),
        }
    }
}

/// The lists of a container, in order.
fn slots_of(kind: &StepKind) -> Vec<Slot> {
    let mut slots: Vec<Slot> = kind.blocks().into_iter().map(|inner| inner.slot).collect();
    if matches!(kind, StepKind::Conditional(conditional) if conditional.otherwise.is_none()) {
        slots.push(Slot::Otherwise);
    }
    slots
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
            inputs,
            extra,
            layout,
            nodes,
            lists,
            // The nodes tell them.
            containers: _,
        } = self;
        (name, description, category, tags) == (&other.name, &other.description, &other.category, &other.tags)
            && (is_template, is_active, yolo) == (&other.is_template, &other.is_active, &other.yolo)
            && (provider, model, persona_id) == (&other.provider, &other.model, &other.persona_id)
            && (context, inputs, extra, lists) == (&other.context, &other.inputs, &other.extra, &other.lists)
            && layout == &other.layout
            && nodes.len() == other.nodes.len()
            && nodes
                .iter()
                .zip(&other.nodes)
                .all(|((id, mine), (other, theirs))| id == other && (Arc::ptr_eq(mine, theirs) || mine == theirs))
    }
}

impl From<Stored> for Draft {
    fn from(stored: Stored) -> Self {
        let Stored { name, description, category, tags, is_template, is_active, definition, layout } = stored;
        let layout = Arc::new(positions_of(&layout));
        Self { name, description, category, tags, is_template, is_active, layout, ..Self::from_definition(definition) }
    }
}

impl From<Draft> for Stored {
    fn from(draft: Draft) -> Self {
        let (definition, layout) = (draft.to_definition(), draft.placed());
        let Draft { name, description, category, tags, is_template, is_active, .. } = draft;
        Self { name, description, category, tags, is_template, is_active, definition, layout }
    }
}
