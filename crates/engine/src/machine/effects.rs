//! What running a step run again would do.

use sluice_types::{InAgent, StepEffect, StepKind, StepPath};

use super::Machine;

impl Machine {
    /// What running a step run again would do. A turn of an agent changes nothing; a call does what its tool does.
    pub(super) fn effect_of(&self, path: &StepPath) -> StepEffect {
        match path.in_agent() {
            Some(InAgent { call: None, .. }) => StepEffect::Pure,
            Some(InAgent { call: Some(_), .. }) => {
                self.runs.get(path).and_then(|run| run.effect.clone()).unwrap_or(StepEffect::Writes)
            }
            None => match self.place(path).map(|place| &place.step) {
                // It lists its tools.
                Some(step) if matches!(step.kind, StepKind::Agent(_)) => StepEffect::Reads,
                Some(step) => step.effect(),
                None => StepEffect::Pure,
            },
        }
    }
}
