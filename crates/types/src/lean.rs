//! Answers that hold each text once, and what a request may add to them.

use std::borrow::Cow;

use serde_json::Value;

use crate::execution::{Attempt, Execution, StepRun, StepRunDetail};
use crate::status::StepRunStatus;
use crate::status::status;

status!(
    /// A part of an execution that is answered on request only.
    Include {
        /// The text to review at each open gate.
        Gates = "gates",
        /// The output of the execution.
        Output = "output",
        /// The prompt of each step run, as it was sent.
        Prompts = "prompts",
        /// The output of each completed step, by the step's id.
        Results = "results",
    }
);

impl Execution {
    /// The execution with each text once, and with the parts that are asked for.
    #[must_use]
    pub fn lean(mut self, include: &[Include]) -> Self {
        if !include.contains(&Include::Output) {
            self.output = None;
        }
        if !include.contains(&Include::Results) {
            self.step_results = None;
        }
        self.steps = self.steps.into_iter().map(|run| run.lean(include)).collect();
        self
    }
}

impl StepRunDetail {
    /// The step run with each text once: the newest attempt has no text when that is the text of the step run.
    #[must_use]
    pub fn lean(mut self) -> Self {
        self.run.write_text_once();
        for attempt in self.attempts.iter_mut().filter(|attempt| attempt.attempt == self.run.attempt) {
            attempt.content = attempt.content.take().filter(|text| Some(text) != self.run.content.as_ref());
        }
        self
    }

    /// The attempts, each with its text.
    #[must_use]
    pub fn attempts_with_texts(mut self) -> Vec<Attempt> {
        let newest = self.attempts.iter_mut().filter(|attempt| attempt.attempt == self.run.attempt);
        for attempt in newest.filter(|attempt| attempt.content.is_none() && !self.run.overridden) {
            attempt.content.clone_from(&self.run.content);
        }
        self.attempts
    }
}

impl StepRun {
    /// The step run with its text once, and with the parts that are asked for.
    #[must_use]
    pub fn lean(mut self, include: &[Include]) -> Self {
        self.write_text_once();
        if !include.contains(&Include::Prompts) {
            self.prompt = None;
        }
        for attachment in &mut self.attachments {
            attachment.data = None;
        }
        if let Some(gate) = self.gate.as_mut().filter(|_| !include.contains(&Include::Gates)) {
            gate.content = None;
        }
        self
    }

    /// Leaves the text out where the output holds it, or the output where it is the text.
    fn write_text_once(&mut self) {
        let is_whole = matches!(self.status, StepRunStatus::Completed | StepRunStatus::Skipped);
        let Some(output) = self.output.as_ref().filter(|_| is_whole) else { return };
        if output.as_str().is_some_and(|output| Some(output) == self.content.as_deref()) {
            self.output = None;
        } else {
            self.content = None;
        }
    }

    /// The text: of the model, as approved by a reviewer, or JSON as it is written. It is the same before and after
    /// the texts were written once.
    #[must_use]
    pub fn text(&self) -> Option<Cow<'_, str>> {
        let output = || match self.output.as_ref()? {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())),
            Value::Object(decision) if decision.contains_key("decision") => {
                decision.get("content").and_then(Value::as_str).map(Cow::Borrowed)
            }
            json => Some(Cow::Owned(json.to_string())),
        };
        self.content.as_deref().map(Cow::Borrowed).or_else(output)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::TokenUsage;

    /// A step run with a text, an output and a gate.
    fn run(status: &str, content: Option<&str>, output: &Value) -> StepRun {
        let run = json!({"path": "a", "step_id": "a", "label": "A", "type": "llm", "status": status, "attempt": 1,
            "provider": null, "model": null, "prompt": "a prompt", "content": content, "output": output,
            "token_usage": TokenUsage::default(), "cost_usd": 0.0, "duration_ms": null, "error": null,
            "gate": {"kind": "review", "message": "?", "content": "in question", "decisions": []}, "overridden": false});
        serde_json::from_value(run).unwrap()
    }

    fn execution(run: &StepRun) -> Execution {
        let execution = json!({"id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w",
            "workflow_version": 1, "temporal_workflow_id": null, "status": "completed", "input": {}, "output": "an output",
            "error": null, "token_usage": TokenUsage::default(), "cost_usd": 0.0, "budget_usd": null,
            "yolo": false, "triggered_by": "api", "created_at": "2026-01-01T00:00:00Z", "duration_ms": null, "on_hold": false,
            "steps": [run], "steps_executed": ["a"], "last_seq": 7, "step_results": {"a": "a result"}});
        serde_json::from_value(execution).unwrap()
    }

    #[test]
    fn a_text_is_in_a_step_run_once() {
        let decision = json!({"decision": "approve", "comment": null, "content": "text"});
        for (status, content, output, kept, text) in [
            ("completed", Some("text"), json!("text"), ["content"].as_slice(), Some("text")),
            ("skipped", Some("text"), json!("text"), &["content"], Some("text")),
            ("completed", Some("{ \"a\": 1 }"), json!({"a": 1}), &["output"], Some("{\"a\":1}")),
            ("completed", Some("\"text\""), json!("text"), &["output"], Some("text")),
            ("completed", Some("text"), decision, &["output"], Some("text")),
            ("running", Some("te"), Value::Null, &["content"], Some("te")),
            ("failed", Some("te"), Value::Null, &["content"], Some("te")),
            ("pending", None, Value::Null, &[], None),
        ] {
            let lean = execution(&run(status, content, &output)).lean(&[]);
            let written = serde_json::to_value(&lean.steps[0]).unwrap();
            let there: Vec<&str> =
                ["content", "output"].into_iter().filter(|field| written.get(field).is_some()).collect();
            assert_eq!(there, kept, "{status} {output}");
            assert_eq!(lean.steps[0].text().as_deref(), text, "{status} {output}");
        }
    }

    #[test]
    fn the_bytes_of_attachments_are_in_the_step_run_alone() {
        let mut with_image = run("completed", Some("text"), &json!("text"));
        with_image.attachments =
            serde_json::from_value(json!([{"type": "image", "mime_type": "image/png", "data": "aGk="}])).unwrap();
        let detail =
            StepRunDetail { run: with_image.clone(), attempts: Vec::new(), decisions: Vec::new(), own_step: None };
        assert_eq!(detail.lean().run.attachments[0].data.as_deref(), Some("aGk="));
        let listed = with_image.lean(&[]);
        assert_eq!(
            (listed.attachments[0].mime_type.as_deref(), &listed.attachments[0].data),
            (Some("image/png"), &None)
        );
    }

    #[test]
    fn the_newest_attempt_has_its_text_in_the_step_run() {
        let attempt = |number: i32, text: &str| -> Attempt {
            let attempt = json!({"attempt": number, "status": "completed", "provider": null, "model": null,
                "token_usage": TokenUsage::default(), "usage_estimated": false, "cost_usd": null, "content": text,
                "error": null, "started_at": "2026-01-01T00:00:00Z", "completed_at": "2026-01-01T00:00:00Z"});
            serde_json::from_value(attempt).unwrap()
        };
        let attempts = vec![attempt(1, "text"), attempt(2, "text")];
        let mut run = run("completed", Some("text"), &json!("text"));
        run.attempt = 2;
        let detail = StepRunDetail { run, attempts, decisions: Vec::new(), own_step: None };
        let lean = detail.clone().lean();
        let texts: Vec<Option<&str>> = lean.attempts.iter().map(|attempt| attempt.content.as_deref()).collect();
        assert_eq!(texts, [Some("text"), None]);
        assert_eq!(lean.attempts_with_texts(), detail.attempts);
        let mut replaced = detail.clone();
        (replaced.run.overridden, replaced.run.content) = (true, Some("another".into()));
        assert_eq!(replaced.lean().attempts_with_texts(), detail.attempts);
    }

    #[test]
    fn what_is_asked_for_is_there() {
        let whole = execution(&run("waiting", Some("text"), &Value::Null));
        let places = [
            (Include::Gates, "/steps/0/gate/content", "in question"),
            (Include::Output, "/output", "an output"),
            (Include::Prompts, "/steps/0/prompt", "a prompt"),
            (Include::Results, "/step_results/a", "a result"),
        ];
        for (asked, _, _) in places {
            let answer = serde_json::to_value(whole.clone().lean(&[asked])).unwrap();
            for (part, pointer, text) in places {
                let expected = (part == asked).then(|| json!(text));
                assert_eq!(answer.pointer(pointer), expected.as_ref(), "{pointer} with {asked}");
            }
        }
        assert_eq!(whole.clone().lean(Include::ALL), whole);
    }
}
