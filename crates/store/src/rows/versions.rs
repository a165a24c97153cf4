//! Rows of the versions of workflows.

use diesel::prelude::*;
use sluice_types::{VersionOrigin, Workflow, WorkflowVersion};

use super::{FIRST_FORMAT, read_json, write_json};
use crate::error::StoreError;
use crate::schema::workflow_versions;
use crate::time::{from_micros, to_micros};
use crate::versions::SavedBy;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = workflow_versions)]
pub(crate) struct VersionRow {
    pub tenant_id: String,
    pub workflow_id: String,
    pub version: i64,
    pub name: String,
    pub description: String,
    pub definition: String,
    pub created_at: i64,
    pub format: i32,
    pub created_by: Option<String>,
    pub origin: Option<String>,
    pub restored_version: Option<i64>,
}

impl VersionRow {
    /// The version that a workflow is at.
    pub fn new(tenant: &str, workflow: &Workflow, by: &SavedBy) -> Result<Self, StoreError> {
        Ok(Self {
            tenant_id: tenant.to_owned(),
            workflow_id: workflow.id.to_string(),
            version: workflow.version,
            name: workflow.name.clone(),
            description: workflow.description.clone(),
            definition: write_json(&workflow.definition)?,
            created_at: to_micros(workflow.updated_at),
            format: FIRST_FORMAT,
            created_by: by.name.clone(),
            origin: by.origin.map(|origin| origin.to_string()),
            restored_version: by.restored_version,
        })
    }

    pub fn into_version(self) -> Result<WorkflowVersion, StoreError> {
        Ok(WorkflowVersion {
            version: self.version,
            name: self.name,
            description: self.description,
            definition: read_json(&self.definition)?,
            created_by: self.created_by,
            // A newer server may know more of them.
            origin: self.origin.map(|origin| origin.parse().unwrap_or(VersionOrigin::Unknown)),
            restored_version: self.restored_version,
            created_at: from_micros(self.created_at),
        })
    }
}
