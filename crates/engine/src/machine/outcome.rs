//! The decisions of one turn: first written, then carried out.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sluice_store::{AttemptRecord, Turn};
use sluice_types::{ExecutionEvent, GateDecision, RunError, StepPath};

use crate::work::Work;

/// Progress of a turn.
#[derive(Debug)]
pub enum Step {
    /// Templates must be evaluated before the turn is complete: see [`super::Machine::evaluated`].
    Needs(Vec<Evaluation>),
    /// The turn is complete.
    Done(Box<Outcome>),
    /// The input came too late and changes nothing: there is no turn to write.
    Ignored,
}

/// The decisions of a turn.
#[derive(Debug)]
pub struct Outcome {
    /// The turn, written in one transaction.
    pub turn: Turn,
    /// The events of the turn, as values.
    pub events: Vec<ExecutionEvent>,
    /// The effects, carried out after the write.
    pub effects: Vec<Effect>,
}

/// Something to do once a turn is written.
#[derive(Debug)]
pub enum Effect {
    /// Begin an attempt.
    Begin(Task),
    /// Abort a running attempt.
    Abort(StepPath),
    /// Forget the text of an attempt that ended: from now on it is read from the database.
    EndText(StepPath),
}

/// An attempt to make.
#[derive(Debug, Clone)]
pub struct Task {
    /// The step run.
    pub path: StepPath,
    /// The number of the attempt, from 1.
    pub attempt: i32,
    /// The work.
    pub work: Work,
    /// Timeout of the attempt.
    pub timeout: Duration,
}

/// Templates of a step to render before its run can continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The step run that needs them.
    pub path: StepPath,
    /// Each template, with the name of its field.
    pub templates: Vec<(&'static str, String)>,
}

/// The texts of an evaluation, in its order, or the error of one of them.
pub type Evaluated = Result<Vec<String>, RunError>;

/// A turn that is being decided.
#[derive(Debug, Default)]
pub(super) struct TurnDraft {
    /// The time of the turn.
    pub now: DateTime<Utc>,
    /// Whether a person requested it: then readers get an event even without a new status.
    pub asked: bool,
    /// The step runs that changed.
    pub changed: BTreeSet<StepPath>,
    /// Whether the snapshot changed.
    pub snapshot_changed: bool,
    /// The attempts that ended.
    pub attempts: Vec<AttemptRecord>,
    /// The decisions that were made.
    pub decisions: Vec<(StepPath, GateDecision)>,
    /// The events for readers.
    pub events: Vec<ExecutionEvent>,
    /// The effects, carried out after the write.
    pub effects: Vec<Effect>,
    /// The texts that were evaluated for this turn.
    pub texts: HashMap<StepPath, Evaluated>,
}
