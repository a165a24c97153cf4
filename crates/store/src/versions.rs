//! Versions of workflows: the store's side of them.

use sluice_types::{
    Index, TenantId, VersionOrigin, Workflow, WorkflowId, WorkflowVersion, WorkflowVersionChanges, WorkflowVersionPage,
    WorkflowVersionSummary, version_difference,
};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::rows::VersionRow;
use crate::store::{Store, read};

/// The author of a version, and the way it was saved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedBy {
    /// The person.
    pub name: Option<String>,
    /// How.
    pub origin: Option<VersionOrigin>,
    /// The number of the version that is restored.
    pub restored_version: Option<i64>,
}

/// A workflow to write, with the author of the version that it is at.
#[derive(Debug, Clone)]
pub struct WorkflowSave {
    /// The workflow.
    pub workflow: Workflow,
    /// The author.
    pub by: SavedBy,
}

/// A workflow whose author is not known.
impl From<Workflow> for WorkflowSave {
    fn from(workflow: Workflow) -> Self {
        Self { workflow, by: SavedBy::default() }
    }
}

/// A page of versions as they are stored: their definitions are not parsed yet.
pub struct VersionList {
    /// The rows of the page, newest first, and one more when there is a next page.
    rows: Vec<VersionRow>,
    limit: u32,
}

impl VersionList {
    /// The versions, each with the number of its changes. It parses and compares the definitions, so run it on a thread that
    /// may block.
    pub fn into_page(self) -> Result<WorkflowVersionPage, StoreError> {
        let mut summaries = Vec::with_capacity(self.rows.len());
        let mut newer: Option<WorkflowVersion> = None;
        for row in self.rows {
            let version = row.into_version()?;
            summaries.extend(newer.map(|newer| summary(&newer, Some(&version))));
            newer = Some(version);
        }
        // The oldest one has no other to be compared with, and on a page that is full it is the first of the next page.
        summaries.extend(newer.map(|oldest| summary(&oldest, None)));
        let (items, next_cursor) = page(summaries, self.limit, |last| Cursor {
            sort: "-version".into(),
            key: last.version.to_string(),
            id: last.version.to_string(),
        });
        Ok(WorkflowVersionPage { items, next_cursor })
    }
}

fn summary(version: &WorkflowVersion, before: Option<&WorkflowVersion>) -> WorkflowVersionSummary {
    let steps = Index::of(&version.definition).places().len();
    WorkflowVersionSummary {
        version: version.version,
        name: version.name.clone(),
        step_count: i32::try_from(steps).unwrap_or(i32::MAX),
        changes: before.map(|before| WorkflowVersionChanges::of(&version_difference(before, version))),
        created_by: version.created_by.clone(),
        origin: version.origin,
        restored_version: version.restored_version,
        created_at: version.created_at,
    }
}

impl Store {
    /// A page of a workflow's versions, newest first, before a version.
    pub async fn versions(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
        before: Option<i64>,
        limit: u32,
    ) -> Result<VersionList, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        let rows = read!(self, |conn| queries::workflows::versions(conn, tenant.as_str(), id.as_str(), before, limit))?;
        Ok(VersionList { rows, limit })
    }

    /// One version of a workflow.
    pub async fn version(
        &self,
        tenant: &TenantId,
        id: &WorkflowId,
        version: i64,
    ) -> Result<Option<WorkflowVersion>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::workflows::version(conn, tenant.as_str(), id.as_str(), version))
    }
}
