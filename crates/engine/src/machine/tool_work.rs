//! Calls of tools: of `tool` steps, and of agents.

use std::time::Duration;

use sluice_types::limits::{MAX_ARGUMENTS_BYTES, MAX_GATHERED_DEPTH, MAX_TIMEOUT_SECONDS};
use sluice_types::{ErrorCode, RunError, Step, StepEffect, StepKind, StepPath, StepRun, ToolId};

use super::Machine;
use super::containers::size_of;
use super::outcome::Answer;
use crate::work::{ToolWork, Work};

/// The time beyond the timeout of a call after which its attempt is given up. Until then the call ends itself, and knows
/// whether the request was sent.
const GRACE: Duration = Duration::from_secs(5);

impl Machine {
    /// The call of a `tool` step, with the values filled in.
    pub(super) fn prepare_tool(&self, path: &StepPath) -> Result<Work, RunError> {
        let internal = || RunError::new(ErrorCode::Internal, format!("`{path}` calls no tool"));
        let place = self.place(path).ok_or_else(internal)?;
        let StepKind::Tool(step) = &place.step.kind else { return Err(internal()) };
        let tool = tool_of(&step.tool)?;
        let arguments = match self.turn.answers.get(path) {
            Some(Ok(Answer::Arguments(arguments))) => arguments.clone(),
            Some(Err(error)) => return Err(error.clone()),
            Some(Ok(Answer::Texts(_) | Answer::Verdicts(_) | Answer::Items(_))) | None => step.arguments.clone(),
        };
        let arguments = serde_json::Value::Object(arguments);
        let size = size_of(&arguments);
        if size.bytes > MAX_ARGUMENTS_BYTES || size.depth > MAX_GATHERED_DEPTH {
            let message = format!(
                "The arguments have more than {MAX_ARGUMENTS_BYTES} bytes, or nest deeper than {MAX_GATHERED_DEPTH} levels: pass a part of them."
            );
            return Err(RunError::new(ErrorCode::ToolArgumentsInvalid, message));
        }
        let serde_json::Value::Object(arguments) = arguments else { return Err(internal()) };
        Ok(Work::Tool(Box::new(ToolWork { tool, arguments, timeout: timeout_of(&place.step) })))
    }

    /// The call of a tool that an agent asked for.
    pub(super) fn prepare_call(&self, path: &StepPath) -> Result<Work, RunError> {
        let internal = || RunError::new(ErrorCode::Internal, format!("`{path}` calls no tool"));
        let place = self.place(path).ok_or_else(internal)?;
        let run = self.runs.get(path).ok_or_else(internal)?;
        let tool = tool_of(run.tool.as_deref().ok_or_else(internal)?)?;
        let arguments = run.arguments.clone().unwrap_or_default();
        Ok(Work::Tool(Box::new(ToolWork { tool, arguments, timeout: timeout_of(&place.step) })))
    }

    /// Whether a step run is a call of an agent.
    pub(super) fn is_call(&self, path: &StepPath) -> bool {
        path.in_agent().is_some_and(|at| at.call.is_some())
    }
}

fn tool_of(named: &str) -> Result<ToolId, RunError> {
    named
        .parse()
        .map_err(|rule: String| RunError::new(ErrorCode::UnknownTool, format!("`{named}` names no tool: {rule}.")))
}

fn timeout_of(step: &Step) -> Option<Duration> {
    step.timeout.map(|seconds| Duration::from_secs(seconds.into()))
}

/// The time after which an attempt is given up.
pub(super) fn attempt_timeout(step: &Step, work: &Work) -> Duration {
    match work {
        Work::Model(_) | Work::ListTools(_) => Duration::from_secs(step.timeout_seconds().into()),
        // Without a timeout of the step, that of the tool's server counts.
        Work::Tool(work) => work.timeout.unwrap_or(Duration::from_secs(MAX_TIMEOUT_SECONDS.into())) + GRACE,
    }
}

/// Notes in a step run which tool is called, and how.
pub(super) fn note_tool(run: &mut StepRun, work: &ToolWork, effect: StepEffect) {
    run.tool = Some(work.tool.to_string());
    run.arguments = Some(work.arguments.clone());
    run.effect = Some(effect);
    run.attachments.clear();
}
