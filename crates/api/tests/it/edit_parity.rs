//! Any sequence of changes of steps by the API gives the definition that the same edits give in the builder.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any};
use proptest::sample::Index as Any;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use sluice_testing::TestDatabase;
use sluice_types::edit::{Edit, Port, apply};
use sluice_types::{BlockAddress, Definition, Index, Step, StepId};

use crate::server::{Answer, Server};

/// Sequences of edits that are tried, and the edits of each.
const SEQUENCES: usize = 6;
const EDITS: usize = 40;

/// An edit: which, of which step, in which list, at which position.
type Drawn = (u8, Any, Any, Any);

/// A request, and what it does in the builder.
struct Change {
    method: Method,
    path: String,
    body: Value,
    edits: Vec<Edit>,
}

fn step(value: &Value) -> Step {
    serde_json::from_value(value.clone()).unwrap()
}

/// A new step: one of the containers, or one that calls a model.
fn new_step(kind: usize, number: usize) -> Value {
    let (label, inner) = (format!("N{number}"), json!({"label": format!("I{number}"), "type": "llm", "prompt": "x"}));
    match kind {
        0 => json!({"label": label, "type": "loop", "until": "true", "max_iterations": 2, "steps": [inner]}),
        1 => {
            json!({"label": label, "type": "parallel", "branches": [{"name": "a", "steps": [inner]}, {"name": "b", "steps": []}]})
        }
        2 => {
            json!({"label": label, "type": "conditional", "cases": [{"name": "a", "when": "true", "steps": [inner]}], "otherwise": {"steps": []}})
        }
        _ => json!({"label": label, "type": "llm", "prompt": format!("{{{{ steps.N{}.content }}}}", number / 2)}),
    }
}

fn named(list: &BlockAddress) -> (Value, Value) {
    match list {
        BlockAddress::Root => (Value::Null, Value::Null),
        BlockAddress::Inner { parent, slot } => (json!(parent), json!(slot.to_string())),
    }
}

fn change(definition: &Definition, number: usize, (kind, of, to, at): Drawn) -> Change {
    let index = Index::of(definition);
    let mut lists: Vec<BlockAddress> = index.addresses().cloned().collect();
    lists.sort();
    let list = to.get(&lists).clone();
    let (parent, slot) = named(&list);
    let position = at.index(index.len_of(&list) + 1);
    let post = |path: String, body: Value, edits: Vec<Edit>| Change { method: Method::POST, path, body, edits };
    let places = index.places();
    if kind < 4 || places.is_empty() {
        let new = new_step(usize::from(kind), number);
        let body = json!({"step": new, "parent": parent, "slot": slot, "position": position});
        let edit = Edit::InsertStep { step: Box::new(step(&new)), to: list, position };
        return post("/steps".into(), body, vec![edit]);
    }
    let place = of.get(places);
    let id = place.step.id.clone();
    let later = index.nth(&place.block, place.position + at.index(3)).map(|place| place.step.id.clone());
    match kind {
        4 | 5 => {
            let body = json!({"parent": parent, "slot": slot, "position": position});
            post(format!("/steps/{id}/move"), body, vec![Edit::MoveStep { id, to: list, position }])
        }
        6 => {
            let mut order: Vec<StepId> = index.block(&list).map(|place| place.step.id.clone()).collect();
            let count = order.len();
            order.rotate_left(at.index(count + 1));
            let body = json!({"parent": parent, "slot": slot, "step_ids": order});
            post("/steps/reorder".into(), body, vec![Edit::ReorderSteps { block: list, order }])
        }
        7 | 8 => {
            let (text, port) =
                [("next", Port::Next), ("case:a", "case:a".parse().unwrap()), ("otherwise", Port::Otherwise)]
                    [to.index(3)]
                .clone();
            let body = json!({"from_port": text, "target": later});
            post(format!("/steps/{id}/connect"), body, vec![Edit::Connect { id, port, target: later }])
        }
        9 => {
            let new = json!({"id": id, "label": format!("R{number}"), "type": "llm", "prompt": "y"});
            let edits = vec![Edit::ReplaceStep(Box::new(step(&new)))];
            Change { method: Method::PUT, path: format!("/steps/{id}"), body: json!({ "step": new }), edits }
        }
        _ => {
            let forgets = at.index(2) == 0;
            let path = format!("/steps/{id}{}", if forgets { "?references=remove" } else { "" });
            let forget = forgets.then(|| Edit::ForgetStep(id.clone()));
            let edits = forget.into_iter().chain([Edit::RemoveSteps(vec![id])]).collect();
            Change { method: Method::DELETE, path, body: Value::Null, edits }
        }
    }
}

/// The definition with the edits made, if all can be made.
fn edited(definition: &Definition, edits: Vec<Edit>) -> Option<Definition> {
    edits.into_iter().try_fold(definition.clone(), |before, edit| Some(apply(&before, edit).ok()?.definition))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edits_by_the_api_are_those_of_the_builder() {
    let database = TestDatabase::sqlite();
    let server = Server::with(&database, &["--saves-per-minute", "100000"]);
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(7), ..Config::default() });
    let drawn = vec((0..11_u8, any::<Any>(), any::<Any>(), any::<Any>()), EDITS);
    let mut made = 0;
    for sequence in 0..SEQUENCES {
        let workflow = format!("/workflows/w{sequence}");
        server.workflow(&format!("w{sequence}"), &[]).await;
        let read = async || {
            let workflow = server.get(&workflow).await.body;
            serde_json::from_value::<Definition>(workflow["definition"].clone()).unwrap()
        };
        let mut definition = read().await;
        for (number, edit) in drawn.new_tree(&mut runner).unwrap().current().into_iter().enumerate() {
            let Change { method, path, body, edits } = change(&definition, number, edit);
            let request = server.request(method.clone(), &format!("{workflow}{path}"));
            let request = if body.is_null() { request } else { request.json(&body) };
            let answer = Answer::of(request.send().await.unwrap()).await;
            let expected = edited(&definition, edits);
            assert_eq!(
                answer.status.is_success(),
                expected.is_some(),
                "{method} {path} {body}: {} of {}",
                answer.body,
                json!(definition)
            );
            made += usize::from(expected.is_some());
            definition = expected.unwrap_or(definition);
            assert_eq!(read().await, definition, "{method} {path} {body}");
        }
    }
    assert!(made > SEQUENCES * EDITS / 2, "{made}");
}
