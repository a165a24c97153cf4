//! Changes of an execution since a position: how an engine follows an execution that another one runs.

use sluice_types::{ExecutionId, ExecutionStatus, StepPath, TenantId};

use crate::error::StoreError;
use crate::journal::StoredEvent;
use crate::rows::AttemptTextRow;
use crate::store::{Store, read};

/// How far a reader knows an execution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// The number of the newest event that it has.
    pub seq: i64,
    /// The last piece that it has of each text.
    pub texts: Vec<TextPosition>,
}

/// The last piece that a reader has of the text of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPosition {
    /// The step run.
    pub path: StepPath,
    /// The attempt.
    pub attempt: i32,
    /// Where the piece begins in the text, in bytes.
    pub offset: usize,
}

/// A piece of the text of an attempt under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPiece {
    /// Where it belongs.
    pub at: TextPosition,
    /// The piece. It may repeat the end of the one before it.
    pub text: String,
}

/// Changes of an execution since a position, read in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The status of the execution now.
    pub status: ExecutionStatus,
    /// The next page of events after the position, oldest first.
    pub events: Vec<StoredEvent>,
    /// The pieces of the attempts under way; none while more events follow, in the order of each text. The last piece that the reader has is among
    /// them: it may have grown.
    pub texts: Vec<TextPiece>,
}

impl Store {
    /// Changes of an execution since a position; `None` when there is no such execution.
    pub async fn changes(
        &self,
        tenant: &TenantId,
        id: &ExecutionId,
        since: Position,
    ) -> Result<Option<Changes>, StoreError> {
        let (tenant, id) = (tenant.clone(), id.clone());
        let found = read!(self, |conn| queries::changes::since(conn, tenant.as_str(), id.as_str(), &since))?;
        let Some((status, events, pieces)) = found else { return Ok(None) };
        let status = status.parse().map_err(StoreError::Corrupt)?;
        let texts = pieces.into_iter().map(AttemptTextRow::into_piece).collect::<Result<_, _>>()?;
        Ok(Some(Changes { status, events, texts }))
    }
}
