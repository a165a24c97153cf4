//! The state machine of an execution: pure, so that tests require no database and any driver can run it.
//!
//! [`Machine::handle`] takes one input (a command, the end of an attempt, a timer), changes the journal in memory and
//! returns an [`Outcome`]: the turn to write in one transaction, and the effects to carry out afterwards. The machine
//! reads no clock, database, channel or network: [`Env`] supplies time, chance and texts. The driver evaluates
//! templates: the machine requests them by [`Step::Needs`] and continues with [`Machine::evaluated`].
//!
//! One file for each subject: `failure` handles failed attempts, `recovery` crashes, and `plan` selects the next step.

mod agents;
mod attempt_ends;
mod attempts;
mod budget;
mod change;
mod commands;
mod containers;
mod decisions;
mod dependents;
mod effects;
mod endings;
mod events;
mod failure;
mod gates;
mod outcome;
mod output_override;
mod own_changes;
pub mod plan;
mod queued;
mod recovery;
mod rerun;
mod runs;
mod staleness;
mod status;
#[cfg(test)]
mod tests;
mod tool_work;
mod turn;
mod view;
mod waits;

use chrono::{DateTime, Utc};
use sluice_store::{Journal, SnapshotPersona};
use sluice_types::{DecideGate, Execution, Index, OverrideOutput, PatchExecution, PatchStep, Place, StepPath, StepRun};

use crate::error::EngineError;
use crate::retry::Backoff;
use crate::templating::Inputs;
use crate::work::AttemptEnd;
pub use change::{changed_snapshot, definition_at};
pub use containers::{Around, around, size_of};
pub use endings::is_whole;
pub use outcome::{Answer, Effect, Evaluated, Evaluation, Outcome, Question, Step, Task, Verdict};
pub use output_override::checked_output;
pub use own_changes::{index_of, is_one_of_many};
pub use rerun::{acts_again, rerun};
pub use runs::{Runs, pending_run};

use outcome::TurnDraft;

/// A command of a person to an execution.
#[derive(Debug, Clone)]
pub enum Command {
    /// Finish running attempts and start no more.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Stop at once and keep the text so far.
    Cancel,
    /// Change the budget, or whether reviews are skipped.
    Patch(PatchExecution),
    /// Change a step that has not run.
    PatchStep(StepPath, PatchStep),
    /// Put another output in the place of a step's.
    Override(StepPath, OverrideOutput),
    /// Run again from a step, changed or not.
    Retry(StepPath, PatchStep),
    /// Decide at a gate.
    Review(StepPath, DecideGate),
}

/// Input of the machine.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it lives for a moment")]
pub enum Input {
    /// A command of a person. The persona is the one that the command refers to.
    Command {
        /// The command.
        command: Command,
        /// The persona that the command names.
        persona: Option<SnapshotPersona>,
        /// The person who sent it.
        by: String,
    },
    /// Signals. One turn handles all that are waiting.
    Signals(Vec<Signal>),
}

/// An input that no person sent.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it lives for a moment")]
pub enum Signal {
    /// An attempt ended.
    AttemptEnded(AttemptEnd),
    /// A wait may be over: see [`Machine::next_wake`].
    Time,
    /// The server is stopping: calls that wait for a permit are not made.
    Drain,
}

/// The environment of the machine.
pub struct Env<'a> {
    /// The time.
    pub now: DateTime<Utc>,
    /// A number from 0 to 1, for jitter.
    pub chance: f64,
    /// The random token of the turn.
    pub token: i64,
    /// Whether the server is stopping: then no attempt starts.
    pub draining: bool,
    /// Waits between attempts.
    pub backoff: Backoff,
    /// The text of a running attempt so far.
    pub text_of: &'a dyn Fn(&StepPath, i32) -> String,
    /// What the model thought in a running attempt so far.
    pub thinking_of: &'a dyn Fn(&StepPath, i32) -> String,
    /// Whether the call of a running attempt waits for a permit: nothing was sent yet.
    pub is_queued: &'a dyn Fn(&StepPath) -> bool,
}

/// The state machine of one execution.
#[derive(Debug)]
pub struct Machine {
    /// Everything but the step runs, which are in `runs`.
    journal: Journal,
    runs: Runs,
    index: Index,
    turn: TurnDraft,
    /// Kept for templates: each item of a `for_each` may read them.
    inputs: Inputs,
}

impl Machine {
    /// The machine of an execution with this journal.
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        let index = index_of(&journal.snapshot);
        Self::with_index(journal, index)
    }

    /// The same, with the index of its definition.
    #[must_use]
    pub fn with_index(mut journal: Journal, index: Index) -> Self {
        let runs = Runs::new(std::mem::take(&mut journal.step_runs));
        Self { journal, runs, index, turn: TurnDraft::default(), inputs: Inputs::default() }
    }

    /// The journal, without its step runs.
    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Notes the number that the execution has since its start was written.
    pub fn set_number(&mut self, number: Option<i64>) {
        self.journal.number = number;
    }

    /// The step runs.
    #[must_use]
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// The index of the definition that is run.
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// The input and the context, as templates read them.
    #[must_use]
    pub const fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// The execution as the API answers it.
    #[must_use]
    pub fn execution(&self) -> Execution {
        view::execution(&self.journal, &self.index, &self.runs)
    }

    /// When [`Signal::Time`] is due next; `None` without a timer.
    #[must_use]
    pub fn next_wake(&self, draining: bool) -> Option<DateTime<Utc>> {
        let starts = !draining && !self.journal.state.on_hold;
        self.runs.next_retry().filter(|_| starts).into_iter().chain(self.runs.next_expiry()).min()
    }

    /// Whether handling an input may take long: a command that reads all templates, or the end of an attempt after which an
    /// agent sends a long conversation.
    #[must_use]
    pub fn takes_long(&self, input: &Input) -> bool {
        match input {
            Input::Command { command, .. } => command.is_heavy(),
            Input::Signals(signals) => signals.iter().any(|signal| match signal {
                Signal::AttemptEnded(end) => {
                    let inside = end.path.in_agent();
                    inside.is_some_and(|inside| agents::has_long_conversation(&self.runs, &inside.agent))
                }
                Signal::Time | Signal::Drain => false,
            }),
        }
    }

    /// Handles one input. A refused command changes nothing.
    pub fn handle(&mut self, input: Input, env: &Env<'_>) -> Result<Step, EngineError> {
        self.begin_turn(env);
        match input {
            Input::Command { command, persona, by } => {
                let is_local = command.changes_one_list();
                self.command(command, persona, &by, env)?;
                if !is_local {
                    self.runs.frontier_mut().begin_anew();
                }
                self.turn.asked = true;
            }
            Input::Signals(signals) => {
                let mut changed = false;
                for signal in signals {
                    changed |= match signal {
                        Signal::AttemptEnded(end) => self.attempt_ended(end, env),
                        Signal::Time => self.time_passed(env),
                        Signal::Drain => self.take_back_queued(env),
                    };
                }
                if !changed {
                    return Ok(Step::Ignored);
                }
            }
        }
        Ok(self.complete_turn(env))
    }

    /// The turn that starts the execution.
    pub fn start(&mut self, env: &Env<'_>) -> Step {
        self.begin_turn(env);
        self.set_status(sluice_types::ExecutionStatus::Running);
        self.complete_turn(env)
    }

    /// Continues a turn with the evaluations it requested, in the same order.
    pub fn evaluated(&mut self, evaluated: Vec<(StepPath, Evaluated)>, env: &Env<'_>) -> Step {
        self.turn.answers.extend(evaluated);
        self.complete_turn(env)
    }

    /// The values that the containers around a step run give its templates, the outermost first.
    #[must_use]
    pub fn around(&self, path: &StepPath) -> Vec<Around<'_>> {
        containers::values_around(&self.index, &self.runs, path)
    }

    /// The names that a container has of its own in templates, besides its output.
    #[must_use]
    pub fn own_names(&self, place: &Place, run: &StepRun) -> Vec<(&'static str, serde_json::Value)> {
        containers::own_names(&self.index, &self.runs, place, run)
    }

    /// The run of a step, as templates of another step run see it.
    #[must_use]
    pub fn seen_from(&self, path: &StepPath, target: &Place) -> Option<&StepRun> {
        self.runs.get(&self.index.seen_from(path, target)?)
    }

    fn begin_turn(&mut self, env: &Env<'_>) {
        self.turn = TurnDraft { now: env.now, ..TurnDraft::default() };
    }

    fn place(&self, path: &StepPath) -> Option<&Place> {
        self.index.at(path)
    }

    /// Whether the output of a step run was given when a step was tried: its own step is not there to run.
    fn is_given(&self, path: &StepPath) -> bool {
        let is_inside = |inner: &StepPath, outer: &StepPath| {
            inner.as_str().strip_prefix(outer.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let tried = self.journal.tried_step.as_ref();
        tried.is_some_and(|tried| !is_inside(path, tried) && !is_inside(tried, path))
    }

    /// Changes a step run, which is made when the step was not reached; `None` when there is no such step.
    fn change<R>(&mut self, path: &StepPath, change: impl FnOnce(&mut sluice_store::StepRecord) -> R) -> Option<R> {
        let place = self.index.at(path)?;
        self.runs.reach(path, place, &self.index);
        self.turn.changed.insert(path.clone());
        self.runs.change(path, change)
    }
}
