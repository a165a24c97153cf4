//! Going on after a crash with what was under way.

use sluice_types::{AttemptStatus, Effect as StepEffect, ErrorCode, EventType, RunError, StepPath, StepRunStatus};

use super::draft::{Draft, Effect};
use super::{Actor, Flow};

impl Actor {
    /// Goes on with an execution whose engine is gone: attempts that were under way are written
    /// down as interrupted, and begin again or ask, by what running them twice would do.
    pub(super) async fn recover(&mut self) -> Flow {
        let mut draft = Draft::new(self.shared.outside.clock.now());
        let running: Vec<StepPath> = self
            .journal
            .runs()
            .filter(|run| run.status == StepRunStatus::Running)
            .map(|run| run.path.clone())
            .collect();
        for path in running {
            self.recover_step(&path, &mut draft);
        }
        for run in self.journal.runs() {
            if let (StepRunStatus::Waiting, Some(at)) = (run.status, run.gate.as_ref().and_then(|gate| gate.expires_at))
            {
                draft.effects.push(Effect::ExpireAt(run.path.clone(), at));
            }
        }
        self.decide_and_write(draft).await
    }

    fn recover_step(&mut self, path: &StepPath, draft: &mut Draft) {
        let Some(run) = self.run(path) else { return };
        if run.completed_at.is_some() {
            // Its attempt had ended, and it waited for the next one.
            self.tries.entry(path.clone()).or_default().due = true;
            return;
        }
        let content = run.content.clone();
        let message = "The server stopped while the attempt was under way.";
        let error = RunError::new(ErrorCode::Interrupted, message);
        self.end_attempt(path, AttemptStatus::Interrupted, content, None, true, Some(error), draft);
        let effect = self.journal.snapshot.definition.step_at(path).map(sluice_types::Step::effect);
        match effect {
            Some(StepEffect::Writes) => self.open_outcome_gate(path, draft),
            Some(StepEffect::Pure | StepEffect::Reads) | None => {
                self.tries.entry(path.clone()).or_default().due = true;
                if let Some(run) = self.run(path).cloned() {
                    let mut event = self.event_of(EventType::Retry, &run, draft);
                    event.message = Some(format!("{message} The step runs again."));
                    self.tell(event, draft);
                }
            }
        }
    }
}
