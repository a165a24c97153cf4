//! Ends of agents.

use serde_json::Value;
use sluice_types::amounts::plural;
use sluice_types::{AgentFinish, ErrorCode, ExecutionEvent, RunError, StepPath, StepRun, StepRunStatus};

use super::plan::{calls_of, turn_of};
use crate::machine::plan::SkipReason;
use crate::machine::{Env, Machine};

impl Machine {
    /// Completes an agent with what its present turn has said. When the model asks for calls and no turn is left, it ends
    /// with what there is.
    pub(in crate::machine) fn answer_agent(&mut self, path: &StepPath, env: &Env<'_>) {
        let Some(number) = self.runs.frontier().turn(path) else { return };
        let Some(turn) = turn_of(path, number) else { return };
        let is_cut = calls_of(&self.runs, &turn) > 0;
        let answer = if is_cut { self.said_last(path, number) } else { self.runs.get(&turn).and_then(spoken) };
        let has_schema = self.agent_step(path).is_some_and(|agent| agent.output_schema.is_some());
        let Some((content, output)) = answer.filter(|_| !(is_cut && has_schema)) else {
            let message = format!(
                "The agent used all its turns ({number}), and its model asked for more calls of tools instead of an answer. Allow more turns (`max_turns`), or ask for less."
            );
            let error = RunError::new(ErrorCode::MaxTurnsReached, message);
            return self.fail_container(path, RunError { path: Some(turn), ..error }, env);
        };
        self.complete_agent(path, &turn, number, is_cut, content, output);
    }

    fn complete_agent(
        &mut self,
        path: &StepPath,
        turn: &StepPath,
        number: u32,
        is_cut: bool,
        content: String,
        output: Value,
    ) {
        self.runs.frontier_mut().leave(path);
        self.skip_left_turns(path);
        self.add_up(path);
        let now = self.turn.now;
        // A result that a person replaced after the model had read it.
        let is_stale = self.runs.below(path).any(|run| run.stale);
        let (finish_reason, finish_word) =
            self.runs.get(turn).map(|run| (run.finish_reason, run.finish_word.clone())).unwrap_or_default();
        let message = is_cut.then(|| {
            let turns = plural(number.into(), "turn", "turns");
            format!(
                "The agent ended after {turns}, the most that it may have: its model asked for more calls of tools."
            )
        });
        self.change(path, |record| {
            let run = &mut record.run;
            run.status = StepRunStatus::Completed;
            run.content = Some(content);
            run.output = Some(output);
            run.finish_reason = finish_reason;
            run.finish_word = finish_word;
            run.error = None;
            run.revision = None;
            run.stale = is_stale;
            run.completed_at = Some(now);
            run.duration_ms = run.started_at.map(|from| (now - from).num_milliseconds());
            let agent = run.agent.get_or_insert_default();
            agent.turns = Some(number);
            agent.finished = Some(if is_cut { AgentFinish::MaxTurns } else { AgentFinish::Answered });
        });
        let event = self.event_with_figures(path);
        self.emit(ExecutionEvent { message, ..event });
    }

    /// The last text of an agent's turns.
    fn said_last(&self, path: &StepPath, turns: u32) -> Option<(String, Value)> {
        let said =
            |number| self.runs.get(&turn_of(path, number)?)?.content.clone().filter(|text| !text.trim().is_empty());
        let text = (1..=turns).rev().find_map(said)?;
        Some((text.clone(), Value::String(text)))
    }

    /// Fails an agent whose turn failed for good.
    pub(in crate::machine) fn fail_agent(&mut self, path: &StepPath, env: &Env<'_>) {
        let turn = self.runs.frontier().turn(path).and_then(|number| turn_of(path, number));
        let error = turn.as_ref().and_then(|turn| self.runs.get(turn)?.error.clone());
        let error = error.unwrap_or_else(|| RunError::new(ErrorCode::Internal, "A turn of the agent failed."));
        let path_of_error = error.path.clone().or(turn);
        self.fail_container(path, RunError { path: path_of_error, ..error }, env);
    }

    /// Skips the turns and calls of an earlier running of the agent that did not run this time.
    fn skip_left_turns(&mut self, path: &StepPath) {
        let pending = |run: &&StepRun| run.status == StepRunStatus::Pending;
        let left: Vec<StepPath> = self.runs.below(path).filter(pending).map(|run| run.path.clone()).collect();
        for path in left {
            self.skip(&path, SkipReason::NotTaken);
        }
    }
}

/// The text and the output of a turn.
fn spoken(turn: &StepRun) -> Option<(String, Value)> {
    Some((turn.content.clone().unwrap_or_default(), turn.output.clone()?))
}
