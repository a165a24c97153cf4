//! Time, ids and chance: handed in, so that tests can choose them.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sluice_types::{ExecutionId, GenerationId};

/// Source of time.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Waits until a point in time.
    fn sleep_until(&self, at: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Source of ids and randomness.
pub trait Ids: Send + Sync {
    /// A new execution id; later ones sort after earlier ones.
    fn execution_id(&self) -> ExecutionId;
    /// A new generation id; later ones sort after earlier ones.
    fn generation_id(&self) -> GenerationId;
    /// The name of a new engine process.
    fn engine_id(&self) -> String;
    /// A number from 0 to 1, for jitter.
    fn chance(&self) -> f64;
    /// A random number for a new turn, to distinguish it from turns of other writers.
    fn turn_token(&self) -> i64;
}

/// The machine's clock, and ids and chance from the system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
impl Clock for System {
    fn now(&self) -> DateTime<Utc> {
        // Columns hold microseconds: a time is the same before and after it was stored.
        let now = Utc::now();
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }

    fn sleep_until(&self, at: DateTime<Utc>) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // A change of the system clock during the wait is noticed within this time.
            while let Ok(left) = (at - self.now()).to_std().map(|left| left.min(LONGEST_SLEEP))
                && !left.is_zero()
            {
                tokio::time::sleep(left).await;
            }
        })
    }
}

/// Longest sleep of [`System`] before it reads the clock again.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
impl Ids for System {
    fn execution_id(&self) -> ExecutionId {
        let id = ExecutionId::new(format!("execution-{}", uuid::Uuid::now_v7()));
        // A UUID is always a valid id.
        id.unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn generation_id(&self) -> GenerationId {
        let id = GenerationId::new(format!("generation-{}", uuid::Uuid::now_v7()));
        // A UUID is always a valid id.
        id.unwrap_or_else(|error| unreachable!("{error}"))
    }

    fn engine_id(&self) -> String {
        format!("engine-{}", uuid::Uuid::now_v7())
    }

    fn chance(&self) -> f64 {
        rand::random_range(0.0..1.0)
    }

    fn turn_token(&self) -> i64 {
        rand::random()
    }
}

/// The clock and the ids that an engine uses.
#[derive(Clone)]
pub struct Environment {
    /// Source of time.
    pub clock: Arc<dyn Clock>,
    /// Source of ids and randomness.
    pub ids: Arc<dyn Ids>,
}

impl Default for Environment {
    fn default() -> Self {
        Self { clock: Arc::new(System), ids: Arc::new(System) }
    }
}
