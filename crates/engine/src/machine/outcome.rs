//! The decisions of one turn: first written, then carried out.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sluice_store::{AttemptRecord, Turn};
use sluice_types::{ExecutionEvent, ExecutionStatus, GateDecision, RunError, SeenValue, StepPath};

use crate::work::Work;

/// Progress of a turn.
#[derive(Debug)]
pub enum Step {
    /// Templates or expressions must be evaluated before the turn is complete: see [`super::Machine::evaluated`].
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

/// Something to evaluate before a step run can continue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// The step run that needs it.
    pub path: StepPath,
    /// The step run whose names it sees: of a loop's end, the last step of the round.
    pub at: StepPath,
    /// What to evaluate.
    pub question: Question,
}

/// Templates to render, or expressions to evaluate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Templates, each with the name of its field.
    Texts(Vec<(Cow<'static, str>, String)>),
    /// Conditions, up to the first that is true.
    Conditions(Vec<Condition>),
    /// The expression of a `for_each`.
    Items(String),
    /// The arguments of a tool: the texts in them are templates.
    Arguments(Map<String, Value>),
}

/// A condition to test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Its field, as messages name it.
    pub field: String,
    /// The expression.
    pub source: String,
}

/// The result of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is true.
    pub held: bool,
    /// The values that it read.
    pub values: Vec<SeenValue>,
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The texts, in the order of the templates.
    Texts(Vec<String>),
    /// The results of the conditions that were tested.
    Verdicts(Vec<Verdict>),
    /// The items.
    Items(Arc<Vec<Value>>),
    /// The arguments, with the values filled in.
    Arguments(Map<String, Value>),
}

/// The answer, or the error of a template or an expression.
pub type Evaluated = Result<Answer, RunError>;

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
    /// The end of the execution, once the plan has come to it.
    pub ended: Option<ExecutionStatus>,
    /// The answers that were evaluated for this turn.
    pub answers: HashMap<StepPath, Evaluated>,
}
