//! Rows of workflows.

use diesel::prelude::*;
use sluice_types::{Definition, ExecutionSummary, Index, Workflow, WorkflowSummary, layout_of};

use super::{FIRST_FORMAT, LayoutRow, read_json, read_metadata, read_positions, read_word, write_json, write_metadata};
use crate::error::StoreError;
use crate::schema::workflows;
use crate::time::{from_micros, to_micros};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = workflows, treat_none_as_null = true)]
pub(crate) struct WorkflowRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    pub category: Option<String>,
    pub tags: String,
    pub definition: String,
    pub step_count: i32,
    pub step_labels: String,
    pub search_text: String,
    pub version: i64,
    pub is_template: bool,
    pub source_template_id: Option<String>,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub format: i32,
    pub metadata: Option<String>,
    pub is_published: bool,
    pub created_by: Option<String>,
}

impl WorkflowRow {
    pub fn new(tenant_id: &str, workflow: &Workflow) -> Result<Self, StoreError> {
        let index = Index::of(&workflow.definition);
        let labels: Vec<&str> = index.places().iter().map(|place| place.step.label.as_str()).collect();
        Ok(Self {
            tenant_id: tenant_id.to_owned(),
            id: workflow.id.to_string(),
            name: workflow.name.clone(),
            description: workflow.description.clone(),
            category: workflow.category.clone(),
            tags: write_json(&workflow.tags)?,
            definition: write_json(&workflow.definition)?,
            step_count: i32::try_from(labels.len()).unwrap_or(i32::MAX),
            step_labels: write_json(&labels)?,
            // The list is sorted by its first line. Lower case as Rust knows it: SQLite's own knows ASCII only.
            search_text: format!("{}\n{}", workflow.name, workflow.description).to_lowercase(),
            version: workflow.version,
            is_template: workflow.is_template,
            source_template_id: workflow.source_template_id.as_ref().map(ToString::to_string),
            is_active: workflow.is_active,
            created_at: to_micros(workflow.created_at),
            updated_at: to_micros(workflow.updated_at),
            format: FIRST_FORMAT,
            metadata: write_metadata(&workflow.metadata)?,
            is_published: workflow.is_published,
            created_by: workflow.created_by.clone(),
        })
    }

    /// The workflow with its layout. Positions of steps that it has no more are left out.
    pub fn into_workflow(self, layout: Option<&LayoutRow>) -> Result<Workflow, StoreError> {
        let definition: Definition = read_json(&self.definition)?;
        let positions = layout.map(|row| read_positions(&row.nodes)).unwrap_or_default();
        Ok(Workflow {
            id: read_word(&self.id)?,
            name: self.name,
            description: self.description,
            category: self.category,
            tags: read_json(&self.tags)?,
            metadata: read_metadata(self.metadata.as_ref())?,
            layout: layout_of(&definition, &positions),
            definition,
            version: self.version,
            is_template: self.is_template,
            is_published: self.is_template && self.is_published,
            source_template_id: self.source_template_id.as_deref().map(read_word).transpose()?,
            is_active: self.is_active,
            created_by: self.created_by,
            created_at: from_micros(self.created_at),
            updated_at: from_micros(self.updated_at),
        })
    }
}

/// A workflow as a list shows it: without its definition.
#[derive(Queryable, Selectable)]
#[diesel(table_name = workflows)]
pub(crate) struct WorkflowSummaryRow {
    pub id: String,
    pub name: String,
    pub description: String,
    pub category: Option<String>,
    pub tags: String,
    pub step_count: i32,
    pub step_labels: String,
    pub version: i64,
    pub is_template: bool,
    pub is_active: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub metadata: Option<String>,
    pub is_published: bool,
    pub created_by: Option<String>,
}

impl WorkflowSummaryRow {
    pub fn into_summary(self, last_execution: Option<ExecutionSummary>) -> Result<WorkflowSummary, StoreError> {
        Ok(WorkflowSummary {
            id: read_word(&self.id)?,
            name: self.name,
            description: self.description,
            category: self.category,
            tags: read_json(&self.tags)?,
            metadata: read_metadata(self.metadata.as_ref())?,
            step_count: self.step_count,
            step_labels: read_json(&self.step_labels)?,
            version: self.version,
            is_template: self.is_template,
            is_published: self.is_template && self.is_published,
            is_active: self.is_active,
            last_execution,
            recent_executions: None,
            created_by: self.created_by,
            created_at: from_micros(self.created_at),
            updated_at: from_micros(self.updated_at),
        })
    }
}
