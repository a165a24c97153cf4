//! A try under way: its execution, the step run, and the text so far.

use sluice_types::{EventType, Execution, ExecutionEvent, StepPath, StepRun, StepType};

/// A try that is followed.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveTry {
    /// The execution, as it was read last.
    pub execution: Execution,
    /// The step run that is tried, as it was read last.
    pub run: Option<StepRun>,
    /// Its text so far, and the attempt that it is of.
    text: String,
    attempt: Option<i32>,
}

impl LiveTry {
    /// A try that has begun.
    #[must_use]
    pub const fn new(execution: Execution) -> Self {
        Self { execution, run: None, text: String::new(), attempt: None }
    }

    /// The path of the step run.
    #[must_use]
    pub fn path(&self) -> Option<&StepPath> {
        self.execution.tried_step.as_ref()
    }

    /// Whether it can still change by itself.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        let status = self.execution.status;
        !status.is_terminal() && status != sluice_types::ExecutionStatus::Paused
    }

    /// Takes in an event; answers whether the execution is to be read anew.
    pub fn apply(&mut self, event: &ExecutionEvent) -> bool {
        if event.event_type != EventType::Text {
            return event.event_type != EventType::Thinking && event.event_type != EventType::ToolProgress;
        }
        let is_own = event.path.as_ref().is_some_and(|path| {
            // An agent answers in its turns.
            let rest = self.path().and_then(|own| path.as_str().strip_prefix(own.as_str()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        let (Some(piece), true) = (&event.text, is_own) else { return false };
        let from = event.offset.and_then(|offset| usize::try_from(offset).ok()).unwrap_or(self.text.len());
        if event.attempt != self.attempt || from == 0 {
            self.text.clear();
            self.attempt = event.attempt;
        }
        // A piece that is told again takes the place of the first.
        if from <= self.text.len() && self.text.is_char_boundary(from) {
            self.text.truncate(from);
            self.text.push_str(piece);
        }
        false
    }

    /// Takes in what was read.
    pub fn resync(&mut self, execution: Execution, run: Option<StepRun>) {
        // What is read may be older than what the stream has told.
        if let Some(content) = run.as_ref().and_then(|run| run.content.as_ref())
            && content.len() > self.text.len()
        {
            self.text.clone_from(content);
        }
        self.execution = execution;
        self.run = run;
    }

    /// The text to show: the output of the step, or its text so far. JSON is pretty-printed.
    #[must_use]
    pub fn text(&self) -> String {
        let output = self.run.as_ref().and_then(|run| run.output.as_ref());
        match output {
            Some(output) => {
                output.as_str().map_or_else(|| serde_json::to_string_pretty(output).unwrap_or_default(), str::to_owned)
            }
            None => match self.run.as_ref().filter(|run| run.completed_at.is_some()) {
                Some(run) => run.content.clone().unwrap_or_else(|| self.text.clone()),
                None => self.text.clone(),
            },
        }
    }

    /// Whether the text is to be shown as it is.
    #[must_use]
    pub fn is_raw(&self) -> bool {
        self.run.as_ref().is_some_and(|run| {
            run.step_type == StepType::Tool || run.output.as_ref().is_some_and(|output| !output.is_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn live() -> LiveTry {
        let usage = json!({"input_tokens": 0, "output_tokens": 0, "cached_input_tokens": 0});
        let execution = serde_json::from_value(json!({
            "id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_version": 1,
            "temporal_workflow_id": null, "status": "running", "input": {}, "error": null, "token_usage": usage,
            "cost_usd": 0.0, "budget_usd": null, "yolo": false, "triggered_by": "api", "tried_step": "a",
            "created_at": "2026-01-01T00:00:00Z", "duration_ms": null, "on_hold": false, "steps": [],
            "steps_executed": [], "last_seq": 0,
        }))
        .unwrap();
        LiveTry::new(execution)
    }

    fn event(kind: &str, path: &str, attempt: i32, offset: i64, text: &str) -> ExecutionEvent {
        serde_json::from_value(json!({"type": kind, "execution_id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11",
            "at": "2026-01-01T00:00:00Z", "path": path, "attempt": attempt, "offset": offset, "text": text}))
        .unwrap()
    }

    #[test]
    fn pieces_make_the_text_of_the_newest_attempt() {
        let mut live = live();
        assert!(!live.apply(&event("text", "a", 1, 0, "Grü")));
        assert!(!live.apply(&event("text", "a", 1, 4, "ne")));
        // Told again, and of another step.
        assert!(!live.apply(&event("text", "a", 1, 4, "ne Tees")));
        assert!(!live.apply(&event("text", "ab", 1, 0, "x")));
        assert_eq!(live.text(), "Grüne Tees");
        live.apply(&event("text", "a", 2, 0, "Neu"));
        assert_eq!(live.text(), "Neu");
        assert!(live.apply(&event("progress", "a", 2, 0, "")) && live.is_under_way());
    }
}
