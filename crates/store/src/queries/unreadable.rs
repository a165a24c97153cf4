//! Ending an execution that cannot be read.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use sluice_types::{EventType, ExecutionEvent, ExecutionId, ExecutionStatus, RunError};

use super::counting::note_end;
use super::{Connection, Result};
use crate::rows::{EventRow, write_json};
use crate::schema::{events, executions};
use crate::time::from_micros;

/// Fails a live execution of the given epoch, with its last event. Nothing else of it is changed.
pub async fn fail(
    conn: &mut Connection,
    tenant: &str,
    id: &ExecutionId,
    epoch: i64,
    now: i64,
    error: &RunError,
) -> Result<()> {
    let row = executions::table.find((tenant, id.as_str()));
    let seen = row.filter(executions::epoch.eq(epoch).and(executions::live.eq(true)));
    let seq: Option<i64> = seen.select(executions::last_seq).first(conn).await.optional()?;
    let Some(seq) = seq.map(|last| last + 1) else { return Ok(()) };
    diesel::update(row.filter(executions::epoch.eq(epoch)))
        .set((
            executions::status.eq(ExecutionStatus::Failed.as_str()),
            executions::live.eq(false),
            executions::on_hold.eq(false),
            executions::error.eq(Some(write_json(error)?)),
            executions::last_seq.eq(seq),
            executions::completed_at.eq(Some(now)),
        ))
        .execute(conn)
        .await?;
    let event = ExecutionEvent {
        seq: Some(seq),
        status: Some(ExecutionStatus::Failed),
        error: Some(error.clone()),
        message: Some(error.message.clone()),
        ..ExecutionEvent::of_execution(EventType::Error, id, from_micros(now))
    };
    let row =
        EventRow { tenant_id: tenant.to_owned(), execution_id: id.to_string(), seq, payload: write_json(&event)? };
    diesel::insert_into(events::table).values(row).execute(conn).await?;
    note_end(conn, tenant, id.as_str()).await
}
