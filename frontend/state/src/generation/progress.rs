//! A generation that is watched: what it has done so far, and what it does now.

use std::cmp::Ordering;

use sluice_types::{Generation, GenerationEvent, GenerationStatus};

use crate::format::{cost, number, plural};

/// A generation as it was read last, with what its events told since.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The generation as it was read last.
    pub generation: Generation,
    /// Its status.
    pub status: GenerationStatus,
    calls: i64,
    chars: i64,
    cost_usd: f64,
    /// Findings that the model mends now.
    findings: Option<i64>,
}

impl Progress {
    /// A generation as it was read.
    #[must_use]
    pub fn of(generation: Generation) -> Self {
        Self {
            status: generation.status,
            calls: generation.calls,
            chars: 0,
            cost_usd: generation.cost_usd,
            findings: None,
            generation,
        }
    }

    /// Takes an event. Gives whether the generation is to be read: it has ended, and the event does not hold its design.
    pub fn apply(&mut self, event: &GenerationEvent) -> bool {
        if event.generation_id != self.generation.id || self.status.is_terminal() {
            return false;
        }
        // Events may come twice after a lost connection; a later call begins to count from 0.
        match event.calls.cmp(&self.calls) {
            Ordering::Less => {}
            Ordering::Equal => {
                self.chars = self.chars.max(event.chars);
                self.findings = event.findings.or(self.findings);
            }
            Ordering::Greater => {
                self.calls = event.calls;
                self.chars = event.chars;
                self.findings = event.findings;
            }
        }
        self.cost_usd = self.cost_usd.max(event.cost_usd);
        event.status.is_terminal()
    }

    /// Takes the generation as it was read again.
    pub fn resync(&mut self, generation: Generation) {
        if generation.id != self.generation.id || self.status.is_terminal() {
            return;
        }
        if generation.calls > self.calls {
            (self.calls, self.chars, self.findings) = (generation.calls, 0, None);
        }
        self.cost_usd = self.cost_usd.max(generation.cost_usd);
        self.status = generation.status;
        self.generation = generation;
    }

    /// Whether there is something to wait for.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        !self.status.is_terminal()
    }

    /// What it does now.
    #[must_use]
    pub fn doing(&self) -> String {
        let changes = self.generation.refines || self.generation.workflow_id.is_some();
        match (self.findings.filter(|&count| count > 0), changes) {
            (Some(findings), _) => {
                format!("Fixing {}", plural(u64::try_from(findings).unwrap_or(0), "problem", "problems"))
            }
            (None, true) => "Changing the workflow".to_owned(),
            (None, false) => "Designing the workflow".to_owned(),
        }
    }

    /// How far it is: `Call 2 · 1,204 characters · $0.01 so far`.
    #[must_use]
    pub fn so_far(&self) -> String {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        let mut parts = Vec::new();
        if self.calls > 0 {
            parts.push(format!("Call {}", number(count(self.calls))));
        }
        if self.chars > 0 {
            parts.push(plural(count(self.chars), "character", "characters"));
        }
        if self.cost_usd > 0.0 {
            parts.push(format!("{} so far", cost(self.cost_usd)));
        }
        if parts.is_empty() { "Waiting for the model".to_owned() } else { parts.join(" · ") }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::generation::preview::tests::generation;

    fn running() -> Progress {
        Progress::of(Generation {
            status: GenerationStatus::Running,
            calls: 0,
            workflow: None,
            ..generation(&json!([]), &json!([]), &json!([]))
        })
    }

    fn event(status: &str, calls: i64, chars: i64, cost_usd: f64, findings: Option<i64>) -> GenerationEvent {
        serde_json::from_value(json!({
            "type": if status == "running" { "progress" } else { "done" }, "status": status, "calls": calls,
            "generation_id": "generation-0190b0a0-0000-7000-8000-000000000000", "chars": chars, "cost_usd": cost_usd,
            "findings": findings,
        }))
        .unwrap()
    }

    #[test]
    fn it_says_what_is_done_now_and_how_far_it_is() {
        let mut progress = running();
        assert_eq!(
            (progress.doing().as_str(), progress.so_far().as_str()),
            ("Designing the workflow", "Waiting for the model")
        );
        assert!(!progress.apply(&event("running", 1, 1_204, 0.0, None)));
        assert_eq!(progress.so_far(), "Call 1 · 1,204 characters");
        progress.apply(&event("running", 2, 10, 0.012, Some(3)));
        assert_eq!(progress.doing(), "Fixing 3 problems");
        assert_eq!(progress.so_far(), "Call 2 · 10 characters · $0.01 so far");
        progress.apply(&event("running", 2, 900, 0.012, None));
        assert_eq!(progress.doing(), "Fixing 3 problems", "an event without findings says nothing of them");
        progress.apply(&event("running", 3, 0, 0.02, Some(1)));
        assert_eq!(progress.doing(), "Fixing 1 problem");
    }

    #[test]
    fn an_end_is_read_once() {
        let mut progress = running();
        assert!(progress.apply(&event("completed", 1, 5, 0.0, None)));
        assert!(progress.is_running(), "the design is not here yet");
        let ended = generation(&json!([]), &json!([]), &json!([]));
        progress.resync(ended.clone());
        assert!(!progress.is_running() && progress.generation == ended);
        assert!(!progress.apply(&event("failed", 2, 5, 0.0, None)));
        assert_eq!(progress.status, GenerationStatus::Completed);
    }

    #[test]
    fn another_generation_tells_nothing_of_this_one() {
        let mut progress = running();
        let other = "generation-0190b0a0-0000-7000-8000-000000000001".parse().unwrap();
        progress.apply(&GenerationEvent { generation_id: other, ..event("failed", 4, 5, 1.0, None) });
        assert_eq!(progress, running());
    }

    proptest! {
        #[test]
        fn calls_and_cost_never_go_back(events in prop::collection::vec((0..5_i64, 0..900_i64, 0..9_i32, prop::option::of(0..4_i64)), 0..30)) {
            let mut progress = running();
            for (calls, chars, cost, findings) in events {
                let before = (progress.calls, progress.cost_usd);
                progress.apply(&event("running", calls, chars, f64::from(cost), findings));
                prop_assert!(progress.calls >= before.0 && progress.cost_usd >= before.1);
                prop_assert!(!progress.so_far().is_empty() && !progress.doing().is_empty());
            }
        }
    }
}
