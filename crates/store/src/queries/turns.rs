//! What the engine writes: starts, turns and checkpoints. Every write is fenced by the epoch.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use sluice_types::StepRunStatus;

use super::idempotency::claim as claim_key;
use super::{Connection, Result, counting, execution_numbers, lock_execution, lock_workflow_for_start};
use crate::error::StoreError;
use crate::executions::StartOutcome;
use crate::journal::{AttemptRecord, StartRecord, StoredEvent, Turn};
use crate::rows::{
    AttemptRow, AttemptTextRow, DecisionRow, EventRow, ExecutionRow, FIRST_FORMAT, MetadataRow, SnapshotRow, StateRow,
    StepRunRow, check_format, format_of, write_json, write_metadata,
};
use crate::schema::{
    attempt_texts, attempts, events, execution_metadata, execution_snapshots, executions, gate_decisions, step_runs,
};
use crate::time::to_micros;

/// Writes a new execution with its first turn.
pub async fn start(conn: &mut Connection, record: &StartRecord) -> Result<StartOutcome> {
    let turn = &record.turn;
    let (tenant, id) = (turn.tenant.as_str(), turn.execution_id.as_str());
    let Some(format) = lock_workflow_for_start(conn, tenant, record.workflow_id.as_str()).await? else {
        return Ok(StartOutcome::WorkflowNotFound);
    };
    check_format(format)?;
    let row = ExecutionRow {
        tenant_id: tenant.to_owned(),
        id: id.to_owned(),
        workflow_id: record.workflow_id.to_string(),
        workflow_version: record.workflow_version,
        temporal_workflow_id: None,
        triggered_by: record.triggered_by.clone(),
        owner: record.owner.clone(),
        epoch: turn.epoch,
        created_at: to_micros(record.created_at),
        metadata: write_metadata(&record.metadata)?,
        tried_step: record.tried_step.as_ref().map(ToString::to_string),
        state: StateRow::new(&turn.state, turn.turn, turn.token)?,
    };
    diesel::insert_into(executions::table).values(row).execute(conn).await?;
    let snapshot = SnapshotRow {
        tenant_id: tenant.to_owned(),
        execution_id: id.to_owned(),
        snapshot: write_json(&turn.snapshot)?,
        input: write_json(&record.input)?,
        format: turn.snapshot.as_ref().map_or(FIRST_FORMAT, format_of),
    };
    diesel::insert_into(execution_snapshots::table).values(snapshot).execute(conn).await?;
    for (name, value) in &record.metadata {
        let row = MetadataRow { tenant_id: tenant, name, value, execution_id: id };
        diesel::insert_into(execution_metadata::table).values(row).execute(conn).await?;
    }
    write_records(conn, turn).await?;
    if turn.state.completed_at.is_some() {
        counting::note_end(conn, tenant, id).await?;
    }
    if let Some(key) = &record.idempotency {
        claim_key(conn, tenant, key, id, to_micros(record.created_at)).await?;
    }
    let number = match record.tried_step {
        None => Some(execution_numbers::give(conn, tenant, record.workflow_id.as_str(), id).await?),
        Some(_) => None,
    };
    Ok(StartOutcome::Started { number })
}

/// Writes one turn; false when it was written already, and its answer was lost.
pub async fn write(conn: &mut Connection, turn: &Turn) -> Result<bool> {
    let (tenant, id) = (turn.tenant.as_str(), turn.execution_id.as_str());
    let before = executions::epoch.eq(turn.epoch).and(executions::turn.eq(turn.turn - 1));
    let row = executions::table.find((tenant, id)).filter(before);
    // Hardly any turn is one of an ended execution: no other one reads what was there before.
    let mut written = diesel::update(row.filter(executions::completed_at.is_null()))
        .set(StateRow::new(&turn.state, turn.turn, turn.token)?)
        .execute(conn)
        .await?;
    if written == 0 {
        let current: Option<(i64, i64, i64)> = executions::table
            .find((tenant, id))
            .select((executions::epoch, executions::turn, executions::turn_token))
            .first(conn)
            .await
            .optional()?;
        if current == Some((turn.epoch, turn.turn, turn.token)) {
            return Ok(false);
        }
        if current.is_none_or(|(epoch, number, _)| (epoch, number) != (turn.epoch, turn.turn - 1)) {
            return Err(StoreError::Fenced);
        }
        counting::uncount(conn, tenant, id).await?;
        written = diesel::update(row).set(StateRow::new(&turn.state, turn.turn, turn.token)?).execute(conn).await?;
    }
    if written == 0 {
        return Err(StoreError::Fenced);
    }
    if let Some(snapshot) = &turn.snapshot {
        diesel::update(execution_snapshots::table.find((tenant, id)))
            .set((
                execution_snapshots::snapshot.eq(write_json(snapshot)?),
                execution_snapshots::format.eq(format_of(snapshot)),
            ))
            .execute(conn)
            .await?;
    }
    write_records(conn, turn).await?;
    if turn.state.completed_at.is_some() {
        counting::note_end(conn, tenant, id).await?;
    }
    Ok(true)
}

async fn write_records(conn: &mut Connection, turn: &Turn) -> Result<()> {
    let (tenant, id) = (turn.tenant.as_str(), turn.execution_id.as_str());
    for record in &turn.step_runs {
        super::put_step_run(conn, StepRunRow::new(tenant, id, record)?).await?;
    }
    for AttemptRecord { path, attempt, checkpointed } in &turn.attempts {
        let row = AttemptRow::new(tenant, id, path.as_str(), attempt)?;
        diesel::insert_into(attempts::table).values(row).execute(conn).await?;
        if *checkpointed {
            let of_attempt = attempt_texts::tenant_id
                .eq(tenant)
                .and(attempt_texts::execution_id.eq(id))
                .and(attempt_texts::path.eq(path.as_str()))
                .and(attempt_texts::attempt.eq(attempt.attempt));
            diesel::delete(attempt_texts::table.filter(of_attempt)).execute(conn).await?;
        }
    }
    for (path, decision) in &turn.decisions {
        let row = DecisionRow::new(tenant, id, path.as_str(), decision);
        diesel::insert_into(gate_decisions::table).values(row).execute(conn).await?;
    }
    for StoredEvent { seq, payload } in &turn.events {
        let row =
            EventRow { tenant_id: tenant.to_owned(), execution_id: id.to_owned(), seq: *seq, payload: payload.clone() };
        diesel::insert_into(events::table).values(row).execute(conn).await?;
    }
    Ok(())
}

/// Keeps a piece of the text that a running attempt streams. A piece that is sent again, perhaps longer, takes the place of
/// the one at its offset; a piece of an attempt that has ended is dropped.
pub async fn checkpoint(conn: &mut Connection, epoch: i64, piece: &AttemptTextRow) -> Result<()> {
    let (tenant, id) = (piece.tenant_id.as_str(), piece.execution_id.as_str());
    // The lock keeps a new owner from taking over in between.
    if lock_execution(conn, tenant, id).await? != Some(epoch) {
        return Err(StoreError::Fenced);
    }
    let streaming: Option<String> = step_runs::table
        .find((tenant, id, piece.path.as_str()))
        .filter(step_runs::attempt.eq(piece.attempt).and(step_runs::status.eq(StepRunStatus::Running.as_str())))
        .filter(step_runs::completed_at.is_null())
        .select(step_runs::path)
        .first(conn)
        .await
        .optional()?;
    if streaming.is_none() {
        return Ok(());
    }
    let key = (
        attempt_texts::tenant_id,
        attempt_texts::execution_id,
        attempt_texts::path,
        attempt_texts::attempt,
        attempt_texts::start_offset,
    );
    diesel::insert_into(attempt_texts::table)
        .values(piece)
        .on_conflict(key)
        .do_update()
        .set(attempt_texts::text.eq(excluded(attempt_texts::text)))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes an execution over: one conditional update, so that only one of many wins, and only if it
/// is as it was looked at. One that is live has lost its owner: that is counted.
pub async fn claim(conn: &mut Connection, tenant: &str, id: &str, epoch: i64, live: bool, owner: &str) -> Result<bool> {
    let format: Option<i32> = execution_snapshots::table
        .find((tenant, id))
        .select(execution_snapshots::format)
        .first(conn)
        .await
        .optional()?;
    check_format(format.unwrap_or(FIRST_FORMAT))?;
    let seen = executions::epoch.eq(epoch).and(executions::live.eq(live)).and(not(executions::deleting));
    let won = diesel::update(executions::table.find((tenant, id)).filter(seen))
        .set((
            executions::epoch.eq(epoch + 1),
            executions::owner.eq(owner),
            executions::interruptions.eq(executions::interruptions + i32::from(live)),
        ))
        .execute(conn)
        .await?;
    Ok(won == 1)
}

/// Who owns an execution, under which epoch, and whether something is under way in it.
pub async fn ownership(conn: &mut Connection, tenant: &str, id: &str) -> Result<Option<(String, i64, bool)>> {
    Ok(executions::table
        .find((tenant, id))
        .filter(not(executions::deleting))
        .select((executions::owner, executions::epoch, executions::live))
        .first(conn)
        .await
        .optional()?)
}
