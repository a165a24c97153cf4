//! Rows of what a list of workflows is searched by, and of what it answers on request.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Double, Integer, Nullable, Text};
use sluice_types::RecentExecution;

use super::{duration_ms, read_json, read_word};
use crate::error::StoreError;
use crate::schema::workflows;
use crate::time::from_micros;

/// The columns of a workflow that search words are made of.
#[derive(Queryable, Selectable)]
#[diesel(table_name = workflows)]
pub(crate) struct SearchedRow {
    pub tenant_id: String,
    pub id: String,
    pub name: String,
    pub description: String,
    tags: String,
    step_labels: String,
}

impl SearchedRow {
    /// Its tags and the labels of its steps; none of a list that cannot be read.
    pub fn texts(&self) -> Vec<String> {
        let mut texts: Vec<String> = read_json(&self.tags).unwrap_or_default();
        texts.extend(read_json::<Vec<String>>(&self.step_labels).unwrap_or_default());
        texts
    }
}

/// One of a workflow's newest executions.
#[derive(QueryableByName)]
pub(crate) struct RecentExecutionRow {
    #[diesel(sql_type = Text)]
    workflow_id: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    number: Option<i64>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    on_hold: bool,
    #[diesel(sql_type = Double)]
    cost_usd: f64,
    #[diesel(sql_type = Integer)]
    unpriced_calls: i32,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    started_at: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    completed_at: Option<i64>,
}

impl RecentExecutionRow {
    /// The id of its workflow, and the execution.
    pub fn into_recent(self) -> Result<(String, RecentExecution), StoreError> {
        let recent = RecentExecution {
            id: read_word(&self.id)?,
            number: self.number,
            status: read_word(&self.status)?,
            on_hold: self.on_hold,
            duration_ms: duration_ms(self.started_at, self.completed_at),
            cost_usd: self.cost_usd,
            unpriced_calls: u32::try_from(self.unpriced_calls).unwrap_or(0),
            created_at: from_micros(self.created_at),
        };
        Ok((self.workflow_id, recent))
    }
}
