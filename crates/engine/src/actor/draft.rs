//! What a turn has decided: to be written first, then done.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sluice_store::AttemptRecord;
use sluice_types::{Event, GateDecision, StepPath};

use crate::providers::call::ModelCall;

/// What a turn has decided.
pub struct Draft {
    /// The time of the turn.
    pub now: DateTime<Utc>,
    /// Whether a person asked for it: then readers are told even if no status changes.
    pub asked: bool,
    /// The step runs that changed.
    pub changed: BTreeSet<StepPath>,
    /// Whether the snapshot changed.
    pub snapshot_changed: bool,
    /// The attempts that ended.
    pub attempts: Vec<AttemptRecord>,
    /// The decisions that were made.
    pub decisions: Vec<(StepPath, GateDecision)>,
    /// What readers are told.
    pub events: Vec<Event>,
    /// What is done once all of it is written.
    pub effects: Vec<Effect>,
}

/// Something to do once a turn is written.
pub enum Effect {
    /// Begin an attempt.
    Begin { path: StepPath, attempt: i32, call: Box<ModelCall>, timeout: Duration },
    /// Stop an attempt.
    Abort(StepPath),
    /// Forget the text of an attempt that ended: from now on it is read from the database.
    EndText(StepPath),
    /// Come back for the next attempt.
    RetryIn(StepPath, i32, Duration),
    /// Come back when a gate expires.
    ExpireAt(StepPath, DateTime<Utc>),
}

impl Draft {
    /// An empty turn.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            now,
            asked: false,
            changed: BTreeSet::new(),
            snapshot_changed: false,
            attempts: Vec::new(),
            decisions: Vec::new(),
            events: Vec::new(),
            effects: Vec::new(),
        }
    }
}
