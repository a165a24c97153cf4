//! Workflows: the store's side of them.

use std::collections::{HashMap, HashSet};

use sluice_types::limits::MAX_TEMPLATE_CATEGORIES;
use sluice_types::{ExecutionStatus, RecentExecution, TenantId, Workflow, WorkflowFacets, WorkflowId, WorkflowPage};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::resources::ResourceKind;
use crate::rows::readable;
use crate::store::{Store, read, write};
use crate::versions::WorkflowSave;

/// The order of a list of workflows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// By the last save, newest first.
    #[default]
    NewestFirst,
    /// By the last save, oldest first.
    OldestFirst,
    /// By creation, newest first.
    NewestCreatedFirst,
    /// By creation, oldest first.
    OldestCreatedFirst,
    /// By name without case, from A.
    Name,
    /// By name without case, from Z.
    NameDescending,
}

impl SortOrder {
    /// Every order, as the API spells it.
    pub const WORDS: [&'static str; 6] = {
        let [a, b, c, d, e, f] = Self::ALL;
        [a.as_str(), b.as_str(), c.as_str(), d.as_str(), e.as_str(), f.as_str()]
    };
    const ALL: [Self; 6] = [
        Self::NewestFirst,
        Self::OldestFirst,
        Self::NewestCreatedFirst,
        Self::OldestCreatedFirst,
        Self::Name,
        Self::NameDescending,
    ];

    /// The order as the API spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewestFirst => "-updated_at",
            Self::OldestFirst => "updated_at",
            Self::NewestCreatedFirst => "-created_at",
            Self::OldestCreatedFirst => "created_at",
            Self::Name => "name",
            Self::NameDescending => "-name",
        }
    }

    /// The list that a cursor belongs to. Lists of executions have orders of the same names.
    #[must_use]
    pub const fn scope(self) -> &'static str {
        match self {
            Self::NewestCreatedFirst => "workflows -created_at",
            Self::OldestCreatedFirst => "workflows created_at",
            Self::NewestFirst | Self::OldestFirst | Self::Name | Self::NameDescending => self.as_str(),
        }
    }
}

impl std::str::FromStr for SortOrder {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|order| order.as_str() == text).ok_or_else(|| {
            let orders = Self::ALL.map(|order| format!("`{}`", order.as_str())).join(", ");
            format!("{text:?} is not an order: use one of {orders}")
        })
    }
}

/// Which workflows to list.
#[derive(Debug, Clone, Default)]
pub struct WorkflowFilter {
    /// Rows on the page.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// The order.
    pub sort: SortOrder,
    /// Words that are all in the name, description, id, tags or labels of steps.
    pub search: Option<String>,
    /// Tags that they have, all of them.
    pub tags: Vec<String>,
    /// Statuses of the newest execution. When empty, workflows that never ran are listed, too.
    pub statuses: Vec<ExecutionStatus>,
    /// Their category.
    pub category: Option<String>,
    /// Whether they are templates.
    pub is_template: Option<bool>,
    /// Whether they are templates that others may see.
    pub is_published: Option<bool>,
    /// What they name: for each entry, one of its ids.
    pub names: Vec<(ResourceKind, Vec<String>)>,
}

/// The outcome of a conditional change of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkflowUpdate {
    /// It was made.
    Saved,
    /// Another version is current: this one.
    Stale(i64),
    /// There is no such workflow.
    NotFound,
    /// This many of its executions have not ended.
    Active(i64),
}

/// A name as lists are sorted by it: as the databases compute it from the search text.
fn name_key(name: &str) -> String {
    name.to_lowercase().split('\n').next().unwrap_or_default().to_owned()
}

impl Store {
    /// A workflow with its definition.
    pub async fn workflow(&self, tenant: &TenantId, id: &WorkflowId) -> Result<Option<Workflow>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::workflows::get(conn, tenant.as_str(), id.as_str()))
    }

    /// Whether there is such a workflow, without reading its definition.
    pub async fn has_workflow(&self, tenant: &TenantId, id: &WorkflowId) -> Result<bool, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::workflows::has(conn, tenant.as_str(), id.as_str()))
    }

    /// The version of a workflow, without reading its definition.
    pub async fn workflow_version(&self, tenant: &TenantId, id: &WorkflowId) -> Result<Option<i64>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        read!(self, |conn| queries::workflows::current_version(conn, tenant.as_str(), id.as_str()))
    }

    /// The ids of workflows that are `base`, or begin with `prefix` and a hyphen, so that a free one is found without trying.
    pub async fn taken_ids(&self, tenant: &TenantId, base: &str, prefix: &str) -> Result<HashSet<String>, StoreError> {
        let (tenant, base, prefix) = (tenant.clone(), base.to_owned(), prefix.to_owned());
        let ids = read!(self, |conn| queries::workflows::taken_ids(conn, tenant.as_str(), &base, &prefix))?;
        Ok(ids.into_iter().collect())
    }

    /// Writes a new workflow; `Duplicate` when its id is taken.
    pub async fn create_workflow(
        &self,
        tenant: &TenantId,
        save: impl Into<WorkflowSave> + Send,
    ) -> Result<(), StoreError> {
        let (tenant, save) = (tenant.clone(), save.into());
        write!(self, |conn| queries::workflows::create(conn, tenant.as_str(), &save))
    }

    /// Saves a workflow over the version before the one that it holds. Its layout stays as it is.
    pub async fn update_workflow(
        &self,
        tenant: &TenantId,
        save: impl Into<WorkflowSave> + Send,
    ) -> Result<WorkflowUpdate, StoreError> {
        let (tenant, save) = (tenant.clone(), save.into());
        write!(self, |conn| queries::workflows::update(conn, tenant.as_str(), &save))
    }

    /// A page of workflows.
    pub async fn workflows(&self, tenant: &TenantId, filter: WorkflowFilter) -> Result<WorkflowPage, StoreError> {
        let (tenant, limit, sort) = (tenant.clone(), filter.limit, filter.sort);
        let rows = read!(self, |conn| queries::workflows::list(conn, tenant.as_str(), &filter))?;
        let (rows, next_cursor) = page(rows, limit, |(last, _)| Cursor {
            sort: sort.scope().into(),
            key: match sort {
                SortOrder::NewestFirst | SortOrder::OldestFirst => last.updated_at.to_string(),
                SortOrder::NewestCreatedFirst | SortOrder::OldestCreatedFirst => last.created_at.to_string(),
                SortOrder::Name | SortOrder::NameDescending => name_key(&last.name),
            },
            id: last.id.clone(),
        });
        let items = readable(rows.into_iter().map(|(row, execution)| row.into_summary(execution)));
        Ok(WorkflowPage { items, next_cursor, total: None, facets: None })
    }

    /// How many workflows fit a filter, on all pages.
    pub async fn count_workflows(&self, tenant: &TenantId, filter: WorkflowFilter) -> Result<i64, StoreError> {
        let tenant = tenant.clone();
        read!(self, |conn| queries::workflow_extras::total(conn, tenant.as_str(), &filter))
    }

    /// The newest executions of each of these workflows, newest first, at most `MAX_RECENT_EXECUTIONS` of each.
    pub async fn recent_executions(
        &self,
        tenant: &TenantId,
        ids: Vec<String>,
    ) -> Result<HashMap<String, Vec<RecentExecution>>, StoreError> {
        let tenant = tenant.clone();
        read!(self, |conn| queries::workflow_extras::recent(conn, tenant.as_str(), &ids))
    }

    /// The most frequent tags and categories of the workflows, or of the templates, or of both.
    pub async fn workflow_facets(
        &self,
        tenant: &TenantId,
        is_template: Option<bool>,
    ) -> Result<WorkflowFacets, StoreError> {
        let tenant = tenant.clone();
        read!(self, |conn| queries::workflow_extras::facets(conn, tenant.as_str(), is_template))
    }

    /// Writes what workflows are found by, of those that an older server saved.
    pub(crate) async fn fill_search(&self) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let last = after.clone();
            after = write!(self, |conn| queries::workflow_search::fill(conn, last.clone()))?;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// The categories of the published templates, each with their number; the first ones by name.
    pub async fn template_categories(&self, tenant: &TenantId) -> Result<Vec<(Option<String>, i64)>, StoreError> {
        let (tenant, limit) = (tenant.clone(), i64::try_from(MAX_TEMPLATE_CATEGORIES).unwrap_or(i64::MAX));
        read!(self, |conn| queries::workflows::template_categories(conn, tenant.as_str(), limit))
    }
}
