//! The numbers that runs have in their workflow.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Connection, Result};
use crate::schema::{execution_counters, execution_numbers};

/// Gives an execution the next number of its workflow. On PostgreSQL, the starts of one workflow wait for each other from
/// here to their commit, so that no number is given twice or left out.
pub async fn give(conn: &mut Connection, tenant: &str, workflow: &str, execution: &str) -> Result<i64> {
    let first = (
        execution_counters::tenant_id.eq(tenant),
        execution_counters::workflow_id.eq(workflow),
        execution_counters::last_number.eq(1),
    );
    let number: i64 = diesel::insert_into(execution_counters::table)
        .values(first)
        .on_conflict((execution_counters::tenant_id, execution_counters::workflow_id))
        .do_update()
        .set(execution_counters::last_number.eq(execution_counters::last_number + 1))
        .returning(execution_counters::last_number)
        .get_result(conn)
        .await?;
    let row = (
        execution_numbers::tenant_id.eq(tenant),
        execution_numbers::execution_id.eq(execution),
        execution_numbers::number.eq(number),
    );
    diesel::insert_into(execution_numbers::table).values(row).execute(conn).await?;
    Ok(number)
}

/// The number of an execution, if it has one.
pub async fn of(conn: &mut Connection, tenant: &str, execution: &str) -> Result<Option<i64>> {
    let number = execution_numbers::table.find((tenant, execution)).select(execution_numbers::number);
    Ok(number.first(conn).await.optional()?)
}

/// The numbers of executions, by their ids.
pub async fn of_each(
    conn: &mut Connection,
    tenant: &str,
    executions: impl Iterator<Item = &str>,
) -> Result<HashMap<String, i64>> {
    let ids: Vec<&str> = executions.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, i64)> = execution_numbers::table
        .filter(execution_numbers::tenant_id.eq(tenant).and(execution_numbers::execution_id.eq_any(ids)))
        .select((execution_numbers::execution_id, execution_numbers::number))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}
