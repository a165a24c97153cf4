//! The workflows of the benchmark, and the requests that create and start them.

use serde_json::{Value, json};

use crate::fail::Failure;
use crate::http::Client;

/// The request body of each start.
pub const START_BODY: &str = "{\"input\":{\"topic\":\"x\"}}";

/// The request body that creates a workflow of `count` model steps. Each prompt holds the previous step's answer.
pub fn chain(id: &str, model: &str, count: usize) -> String {
    let steps: Vec<Value> = (1..=count).map(step).collect();
    let definition = json!({"provider": "demo", "model": model, "steps": steps});
    json!({"id": id, "name": format!("Benchmark {id}"), "definition": definition}).to_string()
}

/// Creates a workflow.
pub fn create(client: &Client, body: &str) -> Result<(), Failure> {
    client.post("/api/v1/workflows", body)?.json(201).map(drop)
}

/// Starts a run without waiting for it and returns its id.
pub fn start(client: &Client, workflow: &str) -> Result<String, Failure> {
    let answer = client.post(&format!("/api/v1/workflows/{workflow}/executions"), START_BODY)?.json(202)?;
    text(&answer, "id")
}

/// The status of a run.
pub fn status(client: &Client, execution: &str) -> Result<String, Failure> {
    let answer = client.get(&format!("/api/v1/workflows/executions/{execution}"))?.json(200)?;
    text(&answer, "status")
}

fn text(answer: &Value, field: &str) -> Result<String, Failure> {
    let value = answer.get(field).and_then(Value::as_str);
    value.map(str::to_owned).ok_or_else(|| Failure::new(format!("the answer has no `{field}`: {answer}")))
}

fn step(number: usize) -> Value {
    let prompt = match number {
        1 => "Say {{input.topic}}".to_owned(),
        _ => format!("Go on: {{{{steps.S{}.content}}}}", number - 1),
    };
    json!({"id": format!("s{number}"), "label": format!("S{number}"), "type": "llm", "prompt": prompt})
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_step_refers_to_the_one_before() {
        let body: serde_json::Value = serde_json::from_str(&super::chain("b", "demo-instant", 2)).unwrap();
        assert_eq!(body["definition"]["steps"][0]["prompt"], "Say {{input.topic}}");
        assert_eq!(body["definition"]["steps"][1]["prompt"], "Go on: {{steps.S1.content}}");
    }
}
