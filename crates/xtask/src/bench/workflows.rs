//! The workflows of the benchmark, and the requests that create and start them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fail::Failure;
use crate::http::Client;
use crate::signals;

/// The request body of each start.
pub const START_BODY: &str = "{\"input\":{\"topic\":\"x\"}}";

/// The request body that creates a workflow of `count` model steps. Each prompt holds the previous step's answer.
pub fn chain(id: &str, model: &str, count: usize) -> String {
    let steps: Vec<Value> = (1..=count).map(step).collect();
    workflow(id, model, &json!(steps))
}

/// The request body that creates a workflow of `count` model steps that read nothing of one another.
pub fn apart(id: &str, model: &str, count: u32) -> String {
    let steps: Vec<Value> = (1..=count).map(lone_step).collect();
    workflow(id, model, &json!(steps))
}

/// The same steps, each in a branch of a `parallel` step.
pub fn branches(id: &str, model: &str, count: u32) -> String {
    let branch = |number| json!({"name": format!("b{number}"), "steps": [lone_step(number)]});
    let branches: Vec<Value> = (1..=count).map(branch).collect();
    workflow(id, model, &json!([{"id": "fan", "label": "Fan", "type": "parallel", "branches": branches}]))
}

/// The same steps, in the case that a `conditional` step takes.
pub fn case(id: &str, model: &str, count: u32) -> String {
    let steps: Vec<Value> = (1..=count).map(lone_step).collect();
    let cases = json!([{"name": "taken", "when": "input.topic == 'x'", "steps": steps}]);
    workflow(id, model, &json!([{"id": "route", "label": "Route", "type": "conditional", "cases": cases}]))
}

/// One such step, in `count` rounds of a `loop` step.
pub fn rounds(id: &str, model: &str, count: u32) -> String {
    workflow(
        id,
        model,
        &json!([{"id": "polish", "label": "Polish", "type": "loop", "until": format!("iteration == {count}"),
            "max_iterations": count, "steps": [lone_step(1)]}]),
    )
}

/// A workflow of three steps that run; it fails when the topic is `broken`.
pub fn breakable(id: &str) -> String {
    let broken = json!({"id": "break", "label": "Break", "type": "llm", "model": "demo-broken", "max_retries": 0,
        "prompt": "Say {{input.topic}}"});
    let cases = json!([{"name": "broken", "when": "input.topic == 'broken'", "steps": [broken]}]);
    let route = json!({"id": "route", "label": "Route", "type": "conditional", "cases": cases,
        "otherwise": {"steps": [lone_step(2)]}});
    workflow(id, "demo-instant", &json!([lone_step(1), route]))
}

/// The request body that creates a workflow with a `for_each` over a number of items.
pub fn for_each(id: &str, items: u32) -> String {
    let step = json!({"id": "draft", "label": "Draft", "type": "llm", "prompt": "Say {{item}}"});
    workflow(
        id,
        "demo-instant",
        &json!([{"id": "each", "label": "Each", "type": "parallel", "for_each": format!("range({items})"), "steps": [step]}]),
    )
}

/// The request body that creates a workflow of one agent that takes so many turns.
pub fn agent(id: &str, turns: u32) -> String {
    let prompt = format!("Tell the time. [demo turns={turns} calls=1]");
    workflow(
        id,
        "demo-instant",
        &json!([{"id": "scout", "label": "Scout", "type": "agent", "instructions": "Be brief.", "prompt": prompt,
            "tools": ["native:current_time"], "approve": "never"}]),
    )
}

/// The request body that creates a workflow that calls a tool so many times.
pub fn calls(id: &str, count: u32) -> String {
    let step = json!({"id": "sum", "label": "Sum", "type": "tool", "tool": "native:calculate",
        "arguments": {"expression": "{{ index }} + 1"}});
    workflow(
        id,
        "demo-instant",
        &json!([{"id": "each", "label": "Each", "type": "parallel", "for_each": format!("range({count})"), "steps": [step]}]),
    )
}

fn workflow(id: &str, model: &str, steps: &Value) -> String {
    let definition = json!({"provider": "demo", "model": model, "steps": steps});
    json!({"id": id, "name": format!("Benchmark {id}"), "definition": definition}).to_string()
}

/// Creates a workflow and returns its id.
pub fn create(client: &Client, body: &str) -> Result<String, Failure> {
    text(&client.post("/api/v1/workflows", body)?.json(201)?, "id")
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

/// Waits until a run has completed. The server holds each answer until the run ends, so that polling costs nothing.
pub fn wait_until_completed(client: &Client, execution: &str, within: Duration) -> Result<(), Failure> {
    let begun = Instant::now();
    let path = format!("/api/v1/workflows/executions/{execution}?wait=30");
    while begun.elapsed() < within {
        signals::check()?;
        match text(&client.get(&path)?.json(200)?, "status")?.as_str() {
            "completed" => return Ok(()),
            "pending" | "running" => {}
            other => return Err(Failure::new(format!("{execution} is {other}"))),
        }
    }
    Err(Failure::new(format!("{execution} did not end in {} s", within.as_secs())))
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

fn lone_step(number: u32) -> Value {
    json!({"id": format!("s{number}"), "label": format!("S{number}"), "type": "llm", "prompt": "Say {{input.topic}}"})
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
