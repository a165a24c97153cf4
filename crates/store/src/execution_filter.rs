//! Which executions a list has, and which index its page is read from.

use chrono::{DateTime, TimeDelta, Utc};
use sluice_types::{CreationOrder, ErrorCode, ExecutionStatus, WorkflowId};

use crate::cursor::Cursor;
use crate::time::to_micros;

/// How far the time in an execution's id may be from the time of its creation. Both are taken by the same server during one
/// request.
const ID_TOLERANCE: TimeDelta = TimeDelta::minutes(1);
/// The greatest time in a UUID v7, in milliseconds since 1970.
const MAX_ID_MS: i64 = (1 << 48) - 1;

/// Which executions to list.
#[derive(Debug, Clone, Default)]
pub struct ExecutionFilter {
    /// Rows on the page.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// The order.
    pub sort: CreationOrder,
    /// Only those of this workflow.
    pub workflow_id: Option<WorkflowId>,
    /// Only those of this version of the workflow.
    pub workflow_version: Option<i64>,
    /// Only those in one of these statuses; in any when it is empty.
    pub statuses: Vec<ExecutionStatus>,
    /// Only those that were created at this time or later.
    pub created_after: Option<DateTime<Utc>>,
    /// Only those that were created before this time.
    pub created_before: Option<DateTime<Utc>>,
    /// Only those that this person or program started.
    pub triggered_by: Option<String>,
    /// Only those of workflows that have all these tags now.
    pub tags: Vec<String>,
    /// Only those that failed with this code.
    pub error_code: Option<ErrorCode>,
    /// Only those with this known cost or more, in US dollars.
    pub min_cost_usd: Option<f64>,
    /// Only those with this known cost or less, in US dollars.
    pub max_cost_usd: Option<f64>,
    /// Only those with all these entries of metadata.
    pub metadata: Vec<(String, String)>,
    /// Only tries of single steps; without it, none of them.
    pub tried: bool,
}

/// Where the executions of a page are read from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Source<'f> {
    /// An index that serves all filters together: it reads hardly more rows than are listed.
    Index,
    /// An index that serves some of the filters: that of this entry of metadata, that of tries, or that of workflow, status and
    /// error code. Each execution in it is looked at.
    Scan(Option<(&'f str, &'f str)>),
}

impl ExecutionFilter {
    /// The list that a cursor belongs to: order and filters.
    #[must_use]
    pub fn scope(&self) -> String {
        let mut scope = self.sort.as_str().to_owned();
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                scope.extend([" ", name, "=", &value]);
            }
        };
        let statuses: Vec<&str> = self.statuses.iter().map(|status| status.as_str()).collect();
        add("workflow", self.workflow_id.as_ref().map(ToString::to_string));
        add("status", (!statuses.is_empty()).then(|| statuses.join(",")));
        add("after", self.created_after.map(|at| to_micros(at).to_string()));
        add("before", self.created_before.map(|at| to_micros(at).to_string()));
        add("by", self.triggered_by.clone());
        add("version", self.workflow_version.map(|version| version.to_string()));
        add("least", self.min_cost_usd.map(|usd| usd.to_string()));
        add("most", self.max_cost_usd.map(|usd| usd.to_string()));
        add("error", self.error_code.map(|code| code.as_str().to_owned()));
        add("tried", self.tried.then(|| "true".to_owned()));
        for tag in &self.tags {
            add("tag", Some(tag.clone()));
        }
        for (name, value) in &self.metadata {
            add("metadata", Some(format!("{name}:{value}")));
        }
        scope
    }

    /// Where the executions are read from.
    pub(crate) fn source(&self) -> Source<'_> {
        if let Some((name, value)) = self.metadata.first() {
            return Source::Scan(Some((name, value)));
        }
        let of_both = self.workflow_id.is_some() && self.triggered_by.is_some();
        let by_value = !self.tags.is_empty() || self.min_cost_usd.is_some() || self.max_cost_usd.is_some();
        if self.tried || of_both || by_value || self.workflow_version.is_some() || self.error_code.is_some() {
            return Source::Scan(None);
        }
        Source::Index
    }

    /// The least id of an execution that was created at `created_after`.
    pub(crate) fn least_id(&self) -> Option<String> {
        self.created_after.map(|at| id_at(at.checked_sub_signed(ID_TOLERANCE).unwrap_or(at)))
    }

    /// The greatest id of an execution that was created at `created_before`.
    pub(crate) fn greatest_id(&self) -> Option<String> {
        self.created_before.map(|at| id_at(at.checked_add_signed(ID_TOLERANCE).unwrap_or(at)))
    }
}

/// The least id of an execution with a time: the indexes end with the id, which begins with the time.
fn id_at(at: DateTime<Utc>) -> String {
    let hex = format!("{:012x}", at.timestamp_millis().clamp(0, MAX_ID_MS));
    let (first, second) = hex.split_at(8);
    format!("execution-{first}-{second}-0000-0000-000000000000")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_a_time_are_between_its_bounds() {
        let at = DateTime::from_timestamp_millis(0x0199_e0f4_7b1c);
        let filter = ExecutionFilter { created_after: at, created_before: at, ..ExecutionFilter::default() };
        let id = "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11".to_owned();
        assert!(filter.least_id().unwrap() < id && id < filter.greatest_id().unwrap());
        for (at, expected) in [(DateTime::<Utc>::MIN_UTC, "00000000-0000"), (DateTime::<Utc>::MAX_UTC, "ffffffff-ffff")]
        {
            let filter =
                ExecutionFilter { created_after: Some(at), created_before: Some(at), ..ExecutionFilter::default() };
            for id in [filter.least_id(), filter.greatest_id()] {
                assert_eq!(id.unwrap(), format!("execution-{expected}-0000-0000-000000000000"));
            }
        }
    }

    #[test]
    fn another_filter_is_another_list() {
        let filter = ExecutionFilter::default();
        assert_eq!(filter.scope(), "-created_at");
        let at = DateTime::from_timestamp_millis(1);
        let others = [
            ExecutionFilter { sort: CreationOrder::OldestFirst, ..filter.clone() },
            ExecutionFilter { workflow_id: Some(WorkflowId::new("w").unwrap()), ..filter.clone() },
            ExecutionFilter { statuses: vec![ExecutionStatus::Failed], ..filter.clone() },
            ExecutionFilter { created_after: at, ..filter.clone() },
            ExecutionFilter { created_before: at, ..filter.clone() },
            ExecutionFilter { triggered_by: Some("me".into()), ..filter.clone() },
            ExecutionFilter { workflow_version: Some(1), ..filter.clone() },
            ExecutionFilter { error_code: Some(ErrorCode::Internal), ..filter.clone() },
            ExecutionFilter { tags: vec!["a".into()], ..filter.clone() },
            ExecutionFilter { min_cost_usd: Some(0.5), ..filter.clone() },
            ExecutionFilter { max_cost_usd: Some(0.5), ..filter.clone() },
            ExecutionFilter { metadata: vec![("a".into(), "b".into())], ..filter.clone() },
            ExecutionFilter { tried: true, ..filter.clone() },
        ];
        let mut scopes: Vec<String> = others.iter().chain([&filter]).map(ExecutionFilter::scope).collect();
        scopes.sort();
        scopes.dedup();
        assert_eq!(scopes.len(), 14);
    }
}
