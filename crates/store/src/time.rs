//! Times in columns: microseconds since 1970-01-01 UTC, which sort and compare the same on both databases.

use chrono::{DateTime, Utc};

/// A time as it is stored.
#[must_use]
pub fn to_micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

/// A stored time. One outside what chrono can tell becomes the epoch.
#[must_use]
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
