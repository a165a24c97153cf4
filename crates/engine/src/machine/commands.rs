//! The commands of people: each is checked first, then changes the journal.

use sluice_store::{AgentMemory, AttemptProgress, SnapshotPersona};
use sluice_types::{
    ErrorCode, ExecutionStatus, GateKind, PatchExecution, ReviewDecision, StepPath, StepRun, StepRunStatus, StepType,
};

use super::containers::may_exist;
use super::tool_work::is_call;
use super::{Command, Env, Machine};
use crate::error::EngineError;
use crate::start::check_budget;

/// The message of refused commands in a status that this version does not know.
pub(super) const NEWER: &str = "A newer version of Sluice runs this: send the command to a server of that version.";

impl Command {
    /// Whether handling it may take long: it reads all templates, validates an output or compares texts.
    pub(super) fn is_heavy(&self) -> bool {
        match self {
            Self::Pause | Self::Resume | Self::Cancel | Self::Patch(_) => false,
            Self::PatchStep(..) | Self::Override(..) | Self::Retry(..) => true,
            Self::Review(_, request) => {
                request.content.is_some()
                    || matches!(request.decision, ReviewDecision::Revise | ReviewDecision::AssumeDone)
            }
        }
    }

    /// Whether it reaches no other list than that of its step run: then planning goes on there, and not from the beginning.
    pub(super) fn changes_one_list(&self) -> bool {
        match self {
            Self::Pause => true,
            Self::Review(_, request) => match request.decision {
                ReviewDecision::Approve
                | ReviewDecision::Reject
                | ReviewDecision::AssumeDone
                | ReviewDecision::Fail
                | ReviewDecision::Stop => true,
                // What waited for the budget, or for a decision after too many interruptions, can go on everywhere.
                ReviewDecision::Revise
                | ReviewDecision::RaiseBudget
                | ReviewDecision::Repeat
                | ReviewDecision::Unknown => false,
            },
            Self::Resume
            | Self::Cancel
            | Self::Patch(_)
            | Self::PatchStep(..)
            | Self::Override(..)
            | Self::Retry(..) => false,
        }
    }
}

impl Machine {
    /// Applies a command to the journal, or refuses it without a change.
    pub(super) fn command(
        &mut self,
        command: Command,
        persona: Option<SnapshotPersona>,
        by: &str,
        env: &Env<'_>,
    ) -> Result<(), EngineError> {
        match command {
            Command::Pause => self.pause(env),
            Command::Resume => self.resume(),
            Command::Cancel => self.cancel(env),
            Command::Patch(patch) => self.patch(&patch),
            Command::PatchStep(path, patch) => self.patch_step(&path, &patch, persona),
            Command::Override(path, output) => self.override_output(&path, output),
            Command::Retry(path, patch) => self.retry(&path, &patch, persona, env),
            Command::Review(path, request) => self.review(&path, request, by, env),
        }
    }

    /// A refusal that contains the state.
    pub(super) fn wrong_state(
        &self,
        code: ErrorCode,
        step_status: Option<StepRunStatus>,
        message: &str,
    ) -> EngineError {
        EngineError::WrongState { code, status: self.journal.state.status, step_status, message: message.into() }
    }

    fn pause(&mut self, env: &Env<'_>) -> Result<(), EngineError> {
        match self.journal.state.status {
            ExecutionStatus::Pending | ExecutionStatus::Running => {
                self.journal.state.on_hold = true;
                self.take_back_queued(env);
                Ok(())
            }
            ExecutionStatus::Paused => {
                Err(self.wrong_state(ErrorCode::IllegalTransition, None, "It is paused already."))
            }
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => {
                Err(self.wrong_state(ErrorCode::IllegalTransition, None, "It has ended; there is nothing to pause."))
            }
            ExecutionStatus::Unknown => Err(self.wrong_state(ErrorCode::IllegalTransition, None, NEWER)),
        }
    }

    fn resume(&mut self) -> Result<(), EngineError> {
        match self.journal.state.status {
            ExecutionStatus::Paused if self.journal.state.on_hold => {
                self.journal.state.on_hold = false;
                // A person has looked at it.
                self.journal.state.interruptions = 0;
                Ok(())
            }
            ExecutionStatus::Paused => {
                Err(self.wrong_state(ErrorCode::GateOpen, None, "It waits for a decision: POST …/steps/{path}/review."))
            }
            ExecutionStatus::Pending | ExecutionStatus::Running => {
                Err(self.wrong_state(ErrorCode::IllegalTransition, None, "It is not paused."))
            }
            ExecutionStatus::Unknown => Err(self.wrong_state(ErrorCode::IllegalTransition, None, NEWER)),
            ExecutionStatus::Completed | ExecutionStatus::Failed | ExecutionStatus::Cancelled => Err(self.wrong_state(
                ErrorCode::IllegalTransition,
                None,
                "It has ended. To run a step again: POST …/steps/{path}/retry.",
            )),
        }
    }

    fn cancel(&mut self, env: &Env<'_>) -> Result<(), EngineError> {
        match self.journal.state.status {
            ExecutionStatus::Pending
            | ExecutionStatus::Running
            | ExecutionStatus::Paused
            | ExecutionStatus::Unknown => {
                self.stop_everything(env);
                Ok(())
            }
            // A repeated cancel succeeds as the first did.
            ExecutionStatus::Cancelled => Ok(()),
            ExecutionStatus::Completed | ExecutionStatus::Failed => {
                Err(self.wrong_state(ErrorCode::IllegalTransition, None, "It has ended already."))
            }
        }
    }

    /// Ends the execution as cancelled; keeps the text of running attempts.
    pub(super) fn stop_everything(&mut self, env: &Env<'_>) {
        self.stop_below(None, env);
        self.set_status(ExecutionStatus::Cancelled);
    }

    fn patch(&mut self, patch: &PatchExecution) -> Result<(), EngineError> {
        check_budget(patch.budget_usd.flatten())?;
        if let Some(budget) = patch.budget_usd {
            self.journal.state.budget_usd = budget;
            // A call that waits for a larger budget is checked again.
            for path in self.gates(|run| run.gate.as_ref().is_some_and(|gate| gate.kind == GateKind::Budget)) {
                self.run_again(&path);
            }
        }
        if let Some(yolo) = patch.yolo {
            self.journal.state.yolo = yolo;
            // An open review is skipped as a pending one.
            let is_open = |run: &StepRun| run.status == StepRunStatus::Waiting && run.step_type == StepType::Review;
            for path in self.gates(|run| yolo && is_open(run)) {
                self.back_to_pending(&path);
            }
        }
        Ok(())
    }

    /// The step runs at gates that fit.
    pub(super) fn gates(&self, fits: impl Fn(&StepRun) -> bool) -> Vec<StepPath> {
        self.runs.at_gates().filter(|run| fits(run)).map(|run| run.path.clone()).collect()
    }

    /// The status of the step run at a path, which need not have been reached.
    pub(super) fn step_status(&self, path: &StepPath) -> Result<StepRunStatus, EngineError> {
        if !may_exist(&self.index, &self.runs, path) {
            return Err(EngineError::StepRunNotFound);
        }
        Ok(self.runs.status(path))
    }

    /// Resets a step run to pending. The costs of its attempts stay counted.
    pub(super) fn back_to_pending(&mut self, path: &StepPath) {
        if self.runs.status(path) == StepRunStatus::Pending {
            return;
        }
        let call = is_call(path).then(|| self.asked_arguments(path));
        self.change(path, |record| {
            record.progress = AttemptProgress::default();
            record.items = None;
            record.memory = AgentMemory::default();
            let run = &mut record.run;
            if let Some(arguments) = call {
                // Its turn still asks for it.
                run.arguments = arguments;
            } else {
                (run.tool, run.arguments, run.effect) = (None, None, None);
            }
            run.attachments.clear();
            run.waits_until = None;
            run.tool_calls = None;
            run.agent = None;
            run.status = StepRunStatus::Pending;
            run.prompt = None;
            run.content = None;
            run.output = None;
            run.finish_reason = None;
            run.finish_word = None;
            run.error = None;
            run.gate = None;
            run.choice = None;
            run.overridden = false;
            run.stale = false;
            run.revision = None;
            run.started_at = None;
            run.completed_at = None;
            run.duration_ms = None;
        });
    }
}
