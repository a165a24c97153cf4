//! How far a call of a tool is, as its server tells while it works.

use sluice_types::ExecutionEvent;

use super::{Changed, RunState};

/// How far a call is. Unit and total are the server's own.
#[derive(Debug, Clone, PartialEq)]
pub struct CallProgress {
    /// What is done.
    done: f64,
    /// What there is to do, when the server knows it.
    total: Option<f64>,
    /// The server's words.
    message: Option<String>,
}

impl CallProgress {
    /// The progress that an event tells.
    pub(super) fn of_event(event: &ExecutionEvent) -> Option<Self> {
        let message = event.message.clone().filter(|text| !text.trim().is_empty());
        Some(Self { done: event.progress?, total: event.total, message })
    }

    /// The part that is done, from 0 to 1; `None` when the total is not known or makes no sense.
    #[must_use]
    pub fn part(&self) -> Option<f64> {
        let part = self.done / self.total?;
        (part.is_finite() && (0.0..=1.0).contains(&part)).then_some(part)
    }

    /// The part for people, as `30 %`.
    #[must_use]
    pub fn percent(&self) -> Option<String> {
        self.part().map(|part| format!("{:.0} %", part * 100.0))
    }

    /// All of it in words: `30 %: reading page 3`.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.percent(), &self.message) {
            (Some(percent), Some(message)) => format!("{percent}: {message}"),
            (Some(percent), None) => percent,
            (None, Some(message)) => message.clone(),
            (None, None) => "It works.".to_owned(),
        }
    }
}

impl RunState {
    /// Takes in how far a call of a tool is.
    pub(super) fn apply_progress(&mut self, event: &ExecutionEvent) -> Changed {
        let mut changed = Changed::default();
        let Some(path) = &event.path else { return changed };
        match self.index.get(path).and_then(|&at| self.steps.get_mut(at)) {
            Some(step) => changed.progressed.extend(step.take_progress(event).then(|| path.clone())),
            None => changed.inside.extend(path.parent()),
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::tests::{ID, at, path, running, step_event};

    fn told(done: f64, total: Option<f64>, message: &str) -> (Option<f64>, String) {
        let message = (!message.is_empty()).then(|| message.to_owned());
        let progress = CallProgress { done, total, message };
        (progress.part(), progress.words())
    }

    #[test]
    fn a_total_that_makes_no_sense_is_no_part() {
        assert_eq!(told(3.0, Some(10.0), "reading page 3"), (Some(0.3), "30 %: reading page 3".into()));
        assert_eq!(told(1.0, Some(1.0), ""), (Some(1.0), "100 %".into()));
        for total in [None, Some(0.0), Some(2.0), Some(-1.0), Some(f64::NAN)] {
            assert_eq!(told(3.0, total, "at it"), (None, "at it".into()), "{total:?}");
        }
        assert_eq!(told(0.0, Some(0.0), ""), (None, "It works.".into()));
    }

    fn event(attempt: i32, done: f64) -> ExecutionEvent {
        let event = json!({"type": "tool_progress", "execution_id": ID, "at": at(1), "path": "a", "attempt": attempt,
            "progress": done, "total": 4.0});
        serde_json::from_value(event).unwrap()
    }

    fn percent(run: &RunState) -> Option<String> {
        run.step(&path("a")).unwrap().progress.as_ref().and_then(CallProgress::percent)
    }

    #[test]
    fn progress_is_that_of_the_attempt_under_way() {
        let mut run = running();
        assert_eq!(run.apply(&event(1, 1.0)).progressed, [path("a")]);
        assert!(run.apply(&event(1, 1.0)).is_nothing());
        assert!(run.apply(&event(0, 3.0)).is_nothing());
        assert_eq!(percent(&run).as_deref(), Some("25 %"));
        run.apply(&step_event(2, "a", "completed", 1));
        assert_eq!(percent(&run), None);
        assert!(run.apply(&event(1, 3.0)).is_nothing(), "a piece that comes late");
    }
}
