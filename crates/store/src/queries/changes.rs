//! Reading what was written to an execution since a position.

use diesel::dsl::not;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::executions::{events_after, position};
use super::{Backend, Connection, Result, begin_read, end_read};
use crate::changes::{Position, TextPosition};
use crate::journal::{StoredEvent, is_full_page};
use crate::rows::AttemptTextRow;
use crate::schema::attempt_texts;

/// The status, the events and the pieces of texts.
type Found = Option<(String, Vec<StoredEvent>, Vec<AttemptTextRow>)>;

/// What was written since a position. All is read in one transaction, so that a piece belongs to an attempt that no
/// event has ended.
pub async fn since(conn: &mut Connection, tenant: &str, id: &str, since: &Position) -> Result<Found> {
    begin_read(conn).await?;
    let found = read_since(conn, tenant, id, since).await;
    end_read(conn).await?;
    found
}

async fn read_since(conn: &mut Connection, tenant: &str, id: &str, since: &Position) -> Result<Found> {
    let Some((newest, status)) = position(conn, tenant, id).await? else { return Ok(None) };
    let events = if newest > since.seq { events_after(conn, tenant, id, since.seq).await? } else { Vec::new() };
    // The events that follow may begin the attempts.
    let pieces = if is_full_page(&events) { Vec::new() } else { pieces(conn, tenant, id, &since.texts).await? };
    Ok(Some((status, events, pieces)))
}

/// The pieces of texts, without those before the last known one.
async fn pieces(conn: &mut Connection, tenant: &str, id: &str, known: &[TextPosition]) -> Result<Vec<AttemptTextRow>> {
    let mut query = attempt_texts::table
        .filter(attempt_texts::tenant_id.eq(tenant).and(attempt_texts::execution_id.eq(id)))
        .order((attempt_texts::path.asc(), attempt_texts::attempt.asc(), attempt_texts::start_offset.asc()))
        .select(AttemptTextRow::as_select())
        .into_boxed::<Backend>();
    for TextPosition { path, attempt, offset } in known {
        let of_attempt = attempt_texts::path.eq(path.as_str()).and(attempt_texts::attempt.eq(*attempt));
        let before = attempt_texts::start_offset.lt(i64::try_from(*offset).unwrap_or(i64::MAX));
        query = query.filter(not(of_attempt.and(before)));
    }
    Ok(query.load(conn).await?)
}
