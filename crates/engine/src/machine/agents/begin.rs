//! The beginning of an agent: its tools are listed once, and recorded.

use std::sync::Arc;

use sluice_store::ListedTool;
use sluice_types::limits::{MAX_TURN_CALLS, MAX_TURNS};
use sluice_types::{
    AgentRun, AgentStep, ErrorCode, EventType, RunError, StepKind, StepPath, StepRunStatus, candidates,
};

use super::plan::{call_of, present_turn, turn_of};
use crate::machine::Machine;

impl Machine {
    /// The step of an agent, or of the agent that a turn or a call stands in.
    pub(in crate::machine) fn agent_step(&self, path: &StepPath) -> Option<&AgentStep> {
        match &self.place(path)?.step.kind {
            StepKind::Agent(agent) => Some(agent),
            StepKind::Llm(_)
            | StepKind::Tool(_)
            | StepKind::Review(_)
            | StepKind::Parallel(_)
            | StepKind::Conditional(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => None,
        }
    }

    /// Fills in the prompt and the instructions of an agent, and keeps them. Returns the tools that it names.
    pub(in crate::machine) fn prepare_agent(&mut self, path: &StepPath) -> Result<Vec<String>, RunError> {
        let mut texts = self.texts(path)?.into_iter();
        let tools = self.agent_step(path).map(|agent| agent.tools.clone()).unwrap_or_default();
        let last = turn_of(path, MAX_TURNS).and_then(|turn| call_of(&turn, MAX_TURN_CALLS));
        if last.is_none() {
            let message = "The paths of the agent's calls would be too long: shorten the ids of the steps around it.";
            return Err(RunError::new(ErrorCode::InvalidDefinition, message));
        }
        let mut prompt = texts.next().unwrap_or_default();
        let instructions = texts.next();
        self.change(path, |record| {
            if let Some(revision) = &record.run.revision {
                prompt.push_str(revision);
            }
            record.run.prompt = Some(prompt);
            record.memory.instructions = instructions;
        });
        Ok(tools)
    }

    /// Begins the first turn of an agent whose tools are listed.
    pub(in crate::machine) fn tools_listed(&mut self, path: &StepPath, tools: Vec<ListedTool>) {
        let now = self.turn.now;
        let first = self
            .place(path)
            .and_then(|place| candidates(&self.journal.snapshot.definition, &place.step).into_iter().next());
        let (provider, model) = first.map(|first| (first.provider, first.model)).unzip();
        self.change(path, |record| {
            let run = &mut record.run;
            run.agent =
                Some(AgentRun { tools: tools.iter().map(|tool| tool.id.clone()).collect(), ..AgentRun::default() });
            run.status = StepRunStatus::Running;
            run.provider = provider;
            run.model = model;
            run.started_at.get_or_insert(now);
            run.completed_at = None;
            run.duration_ms = None;
            run.content = None;
            run.output = None;
            run.error = None;
            run.gate = None;
            run.stale = false;
            record.progress = sluice_store::AttemptProgress::default();
            record.memory.tools = Some(Arc::new(tools));
        });
        self.journal.state.started_at.get_or_insert(now);
        self.journal.state.interruptions = 0;
        self.runs.frontier_mut().enter_turn(path, 1);
        let event = self.event_of(EventType::Progress, path);
        self.emit(event);
    }

    /// Goes on with an agent after a crash, or as some of its turns run again.
    pub(in crate::machine) fn enter_agent(&mut self, path: &StepPath) {
        if self.runs.status(path) != StepRunStatus::Running {
            self.change(path, |record| {
                record.run.status = StepRunStatus::Running;
                record.run.completed_at = None;
                record.run.stale = false;
            });
            let event = self.event_of(EventType::Progress, path);
            self.emit(event);
        }
        let turn = present_turn(&self.runs, path);
        self.runs.frontier_mut().enter_turn(path, turn);
    }

    /// Goes on with the next turn of an agent.
    pub(in crate::machine) fn next_turn(&mut self, path: &StepPath) {
        if let Some(turn) = self.runs.frontier().turn(path) {
            self.runs.frontier_mut().enter_turn(path, turn + 1);
        }
    }
}
