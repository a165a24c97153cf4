//! The list of open gates: the store's side of it.

use std::collections::HashMap;

use sluice_types::limits::{MAX_COUNTED_GATES, MAX_LISTED_MESSAGE_CHARS};
use sluice_types::{CreationOrder, Gate, GatePage, OpenGate, TenantId};

use crate::cursor::{Cursor, page};
use crate::error::StoreError;
use crate::rows::{OpenGateRow, readable};
use crate::store::{Store, read};
use crate::time::from_micros;

/// Which open gates to list.
#[derive(Debug, Clone, Default)]
pub struct GateFilter {
    /// Rows on the page.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
    /// The order, by the creation of the executions, then by the paths of the step runs.
    pub sort: CreationOrder,
}

impl GateFilter {
    /// The list that a cursor belongs to.
    #[must_use]
    pub fn scope(&self) -> String {
        format!("gates {}", self.sort.as_str())
    }
}

impl Store {
    /// A page of the open gates of executions that have not ended.
    pub async fn open_gates(&self, tenant: &TenantId, filter: GateFilter) -> Result<GatePage, StoreError> {
        let (limit, scope, is_first) = (filter.limit, filter.scope(), filter.cursor.is_none());
        let (tenant, of_gates) = (tenant.clone(), tenant.clone());
        let rows = read!(self, |conn| queries::gates::list(conn, of_gates.as_str(), &filter))?;
        let (rows, next_cursor) = page(rows, limit, |last| Cursor {
            sort: scope.clone(),
            key: last.execution_id.clone(),
            id: last.path.clone(),
        });
        // A page that has all of them is their count.
        let total = if is_first && next_cursor.is_none() {
            rows.len()
        } else {
            let of_gates = tenant.clone();
            read!(self, |conn| queries::gates::count(conn, of_gates.as_str(), MAX_COUNTED_GATES))?
        };
        let mut ids: Vec<String> = rows.iter().map(|row| row.execution_id.clone()).collect();
        ids.dedup();
        let workflows = read!(self, |conn| queries::gates::workflows_of(conn, tenant.as_str(), &ids))?;
        let workflows: HashMap<String, (Option<i64>, String, String)> = workflows
            .into_iter()
            .map(|(execution, number, workflow, name)| (execution, (number, workflow, name)))
            .collect();
        // An execution that was deleted in between has no workflow any more.
        let items = readable(rows.into_iter().filter_map(|row| {
            let workflow = workflows.get(&row.execution_id)?;
            Some(open_gate(row, workflow))
        }));
        Ok(GatePage { items, next_cursor, total: u32::try_from(total).unwrap_or(MAX_COUNTED_GATES) })
    }
}

fn open_gate(
    row: OpenGateRow,
    (number, workflow_id, workflow_name): &(Option<i64>, String, String),
) -> Result<OpenGate, StoreError> {
    let corrupt = |error: sluice_types::IdError| StoreError::Corrupt(error.to_string());
    let gate: Gate = crate::rows::read_json(&row.gate)?;
    let end = gate.message.char_indices().nth(MAX_LISTED_MESSAGE_CHARS).map(|(at, _)| at);
    let message = gate.message.get(..end.unwrap_or(gate.message.len())).unwrap_or_default().to_owned();
    Ok(OpenGate {
        execution_id: row.execution_id.parse().map_err(corrupt)?,
        execution_number: *number,
        workflow_id: workflow_id.parse().map_err(corrupt)?,
        workflow_name: workflow_name.clone(),
        path: row.path.parse().map_err(corrupt)?,
        step_label: row.label,
        kind: gate.kind,
        message,
        message_cut: end.is_some(),
        decisions: gate.decisions,
        opened_seq: gate.opened_seq,
        // A step run that was at its gate at once began with it.
        opened_at: gate.opened_at.or_else(|| row.started_at.map(from_micros)),
        expires_at: gate.expires_at,
    })
}
