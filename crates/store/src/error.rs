//! Errors of the database, by whether a retry helps.

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
    /// Another request has used the idempotency key; nothing was written.
    #[error("another request has used the idempotency key")]
    KeyUsed,
    /// A stored value cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(String),
    /// A newer server has migrated the database to a schema that this one cannot use.
    #[error(
        "the database belongs to a newer version of Sluice: it needs a server that knows migration {needed}, and this one knows \
         migrations up to {known}. Install the newer version, or restore the backup that was made before the upgrade; nothing was changed"
    )]
    Newer {
        /// The least migration that a server must know to use the database.
        needed: String,
        /// The newest migration that this server knows.
        known: String,
    },
    /// A stored value has a format that only a newer server knows.
    #[error(
        "a newer version of Sluice wrote it, in format {format}, and this one knows formats up to {known}: use a server of that version"
    )]
    NewerFormat {
        /// Its format.
        format: i32,
        /// The newest format that this server knows.
        known: i32,
    },
    /// The database refuses the statement, and will refuse it again: a broken constraint, or a value of a wrong type.
    #[error("the database refuses it: {0}")]
    Refused(String),
    /// The database failed for an unknown cause: the same call may succeed later.
    #[error("database error: {0}")]
    Other(String),
}

/// Whether a call that failed is to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Until it succeeds: the cause is known, and will pass.
    UntilDone,
    /// [`UNKNOWN_RETRIES`] times: the cause is not known.
    SomeTimes,
    /// Not at all.
    Never,
}

/// How often a call is made again whose failure has an unknown cause.
pub const UNKNOWN_RETRIES: u32 = 20;

impl StoreError {
    /// Whether to make the same call again. Permanent failures are a short list; one of unknown cause may pass.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Unavailable(_) | Self::Full(_) => Retry::UntilDone,
            Self::Other(_) => Retry::SomeTimes,
            Self::Fenced
            | Self::Duplicate
            | Self::KeyUsed
            | Self::Corrupt(_)
            | Self::Newer { .. }
            | Self::NewerFormat { .. }
            | Self::Refused(_) => Retry::Never,
        }
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self.retry() {
            Retry::UntilDone | Retry::SomeTimes => true,
            Retry::Never => false,
        }
    }

    /// An error of diesel's migrations.
    pub(crate) fn from_boxed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        match error.downcast::<DieselError>() {
            Ok(error) => Self::from(*error),
            // The text holds that of the database.
            Err(error) => Self::from_text(error.to_string()),
        }
    }
}

/// Diesel gives a kind for few errors of the database, and no code for the others. Their texts are in the language of the
/// server on PostgreSQL: nothing may depend on them but a better word for the reader.
impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        use DatabaseErrorKind as Kind;
        let text = error.to_string();
        match error {
            DieselError::DatabaseError(kind, _) => match kind {
                Kind::UniqueViolation => Self::Duplicate,
                Kind::ForeignKeyViolation
                | Kind::RestrictViolation
                | Kind::NotNullViolation
                | Kind::CheckViolation
                | Kind::ExclusionViolation => Self::Refused(text),
                // The last two come when an address points at a standby for a moment, and when the database
                // is set to a stricter isolation.
                Kind::ClosedConnection | Kind::ReadOnlyTransaction | Kind::SerializationFailure => {
                    Self::Unavailable(text)
                }
                // The client's own text, in English: a value that does not fit its column was never sent.
                Kind::UnableToSendCommand if text.starts_with("error serializing parameter") => Self::Refused(text),
                Kind::UnableToSendCommand => Self::Unavailable(text),
                _ => Self::from_text(text),
            },
            DieselError::SerializationError(_) | DieselError::QueryBuilderError(_) | DieselError::InvalidCString(_) => {
                Self::Refused(text)
            }
            DieselError::DeserializationError(_) => Self::Corrupt(text),
            DieselError::BrokenTransactionManager
            | DieselError::AlreadyInTransaction
            | DieselError::NotInTransaction => Self::Unavailable(text),
            _ => Self::from_text(text),
        }
    }
}

impl StoreError {
    /// A better word for an error that is retried anyway.
    fn from_text(text: String) -> Self {
        const FULL: [&str; 3] = ["database or disk is full", "No space left on device", "could not extend file"];
        const MALFORMED: [&str; 2] = ["database disk image is malformed", "file is not a database"];
        const AWAY: [&str; 15] = [
            "deadlock detected",
            "canceling statement due to",
            "database is locked",
            "out of memory",
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
        let holds = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        if holds(&FULL) {
            Self::Full(text)
        } else if holds(&MALFORMED) {
            Self::Corrupt(text)
        } else if holds(&AWAY) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn database(kind: DatabaseErrorKind, text: &str) -> StoreError {
        DieselError::DatabaseError(kind, Box::new(text.to_owned())).into()
    }

    #[test]
    fn only_a_short_list_is_permanent() {
        use DatabaseErrorKind as Kind;
        for kind in [Kind::ForeignKeyViolation, Kind::NotNullViolation, Kind::CheckViolation, Kind::UniqueViolation] {
            assert_eq!(database(kind, "verletzt Constraint").retry(), Retry::Never, "{kind:?}");
        }
        assert_eq!(database(Kind::UnableToSendCommand, "error serializing parameter 3").retry(), Retry::Never);
        assert_eq!(database(Kind::UnableToSendCommand, "connection reset").retry(), Retry::UntilDone);
        // Whatever the language of the server: out of shared memory, a deadlock.
        for text in ["Speicher verbraucht", "Verklemmung entdeckt", "out of shared memory"] {
            assert_eq!(database(Kind::Unknown, text).retry(), Retry::SomeTimes, "{text}");
        }
        assert_eq!(database(Kind::Unknown, "deadlock detected").retry(), Retry::UntilDone);
        assert_eq!(database(Kind::Unknown, "out of memory").retry(), Retry::UntilDone);
    }
}
