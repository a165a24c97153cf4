//! Attempts whose call waits for a permit: nothing was sent, and nothing is owed.

use sluice_types::StepPath;

use super::outcome::Effect;
use super::{Env, Machine};

impl Machine {
    /// Takes back the attempts whose call waits: they begin anew when the execution goes on, with the same number. False
    /// when there are none.
    pub(super) fn take_back_queued(&mut self, env: &Env<'_>) -> bool {
        let running = self.runs.running().map(|record| &record.run.path);
        let queued: Vec<StepPath> = running.filter(|path| self.is_queued(path, env)).cloned().collect();
        for path in &queued {
            self.take_back(path);
        }
        !queued.is_empty()
    }

    /// Whether an attempt of a step run is under way, and its call waits for a permit.
    pub(super) fn is_queued(&self, path: &StepPath, env: &Env<'_>) -> bool {
        self.is_attempt_under_way(path) && (env.is_queued)(path)
    }

    fn take_back(&mut self, path: &StepPath) {
        let now = self.turn.now;
        let Some(progress) = self.runs.record(path).map(|record| record.progress.clone()) else { return };
        self.turn.effects.push(Effect::Abort(path.clone()));
        if progress.failures == 0 && progress.candidate == 0 {
            self.run_again(path);
        }
        self.change(path, |record| {
            record.run.attempt -= 1;
            record.progress.reserved_usd = 0.0;
            // After a failure, it waits between two attempts: the count of failures and the fallback stay.
            record.progress.retry_at = (progress.failures > 0 || progress.candidate > 0).then_some(now);
        });
        self.runs.frontier_mut().budget_freed();
        let event = self.event_of(sluice_types::EventType::Progress, path);
        self.emit(event);
    }
}
