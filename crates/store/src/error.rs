//! What can go wrong with the database, told apart by what to do about it.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the database. What a caller is to expect (nothing found, a stale version) is not
/// an error here but a value that the queries return.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached, or is too busy: the same call may succeed later.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// The disk is full: the same call may succeed later.
    #[error("the disk that holds the database is full: {0}")]
    Full(String),
    /// Another owner has taken the execution over; nothing was written.
    #[error("another owner has taken the execution over")]
    Fenced,
    /// The row exists already.
    #[error("the row exists already")]
    Duplicate,
    /// What is stored cannot be read.
    #[error("what is stored cannot be read: {0}")]
    Corrupt(String),
    /// Anything else.
    #[error("database error: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Full(_) => true,
            Self::Fenced | Self::Duplicate | Self::Corrupt(_) | Self::Other(_) => false,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let text = error.to_string();
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Duplicate,
            // The last two come when an address points at a standby for a moment, and when the database
            // is set to a stricter isolation.
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure,
                _,
            )
            | DieselError::BrokenTransactionManager
            | DieselError::AlreadyInTransaction
            | DieselError::NotInTransaction => Self::Unavailable(text),
            _ => Self::from_text(text),
        }
    }
}

impl StoreError {
    /// Diesel gives no code for these, only the text of the database.
    fn from_text(text: String) -> Self {
        const FULL: [&str; 3] = ["database or disk is full", "No space left on device", "could not extend file"];
        const AWAY: [&str; 14] = [
            "deadlock detected",
            "canceling statement due to",
            "database is locked",
            "disk I/O error",
            "unable to open database file",
            "connection closed",
            "closed connection",
            "terminating connection",
            "error communicating with the server",
            "error connecting to server",
            "the database system is",
            "Connection refused",
            "Broken pipe",
            "recovery mode",
        ];
        if FULL.iter().any(|part| text.contains(part)) {
            Self::Full(text)
        } else if AWAY.iter().any(|part| text.contains(part)) {
            Self::Unavailable(text)
        } else {
            Self::Other(text)
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
