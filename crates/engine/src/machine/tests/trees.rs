//! Generated trees of steps.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::world::{agent, review, step, tool};

/// A step before it has an id.
#[derive(Debug, Clone)]
pub enum Tree {
    Llm {
        enabled: bool,
        writes: bool,
    },
    Tool {
        writes: bool,
    },
    /// The calls of each turn, and whether a person approves those that write.
    Agent(Vec<usize>, bool),
    Review,
    Branches(Vec<List>, Option<u32>),
    Each(List, u32, Option<u32>),
    Cases(Vec<(usize, List)>, Option<List>),
    Loop(List, usize, u32),
}

/// A list of steps, each perhaps with a jump forward.
pub type List = Vec<(Tree, Option<usize>)>;

const CONDITIONS: [&str; 4] = ["false", "true", "input.topic == 'tea'", "input.topic | length > 9"];
const CALLS: [&str; 6] = ["l", "w", "ll", "lwl", "wuw", "lb"];
const ENDS: [&str; 3] = ["false", "true", "iteration == 2"];

/// Lists of steps up to four levels deep.
pub fn any_tree() -> impl Strategy<Value = List> {
    let leaf = prop_oneof![
        4 => (any::<bool>(), any::<bool>()).prop_map(|(enabled, writes)| Tree::Llm { enabled: enabled || writes, writes }),
        1 => Just(Tree::Review),
        1 => any::<bool>().prop_map(|writes| Tree::Tool { writes }),
        2 => (proptest::collection::vec(0..CALLS.len(), 0..4), any::<bool>())
            .prop_map(|(calls, asks)| Tree::Agent(calls, asks)),
    ];
    let tree = leaf.prop_recursive(3, 20, 3, |inner| {
        let inner = list(inner, 3);
        let width = proptest::option::of(1..3_u32);
        prop_oneof![
            (proptest::collection::vec(inner.clone(), 1..4), width.clone())
                .prop_map(|(all, width)| Tree::Branches(all, width)),
            (inner.clone(), 0..4_u32, width).prop_map(|(list, items, width)| Tree::Each(list, items, width)),
            (
                proptest::collection::vec((0..CONDITIONS.len(), inner.clone()), 1..3),
                proptest::option::of(inner.clone())
            )
                .prop_map(|(cases, otherwise)| Tree::Cases(cases, otherwise)),
            (inner, 0..ENDS.len(), 1..4_u32).prop_map(|(list, end, most)| Tree::Loop(list, end, most)),
        ]
    });
    list(tree, 4)
}

fn list(tree: impl Strategy<Value = Tree> + 'static, most: usize) -> impl Strategy<Value = List> + Clone {
    let jump = proptest::option::weighted(0.15, 1..3_usize);
    // A boxed strategy can be cloned.
    proptest::collection::vec((tree, jump), 1..=most).boxed()
}

/// The steps as JSON. With `continues`, a failed branch or item leaves the others alone.
pub fn steps_of(list: &List, continues: bool) -> Vec<Value> {
    Builder { made: 0, continues }.list(list)
}

struct Builder {
    made: usize,
    continues: bool,
}

impl Builder {
    fn list(&mut self, list: &List) -> Vec<Value> {
        let ids: Vec<usize> = (self.made..self.made + list.len()).collect();
        self.made += list.len();
        let mut before = None;
        let mut steps = Vec::new();
        for (at, (tree, jump)) in list.iter().enumerate() {
            let mut made = self.step(tree, ids[at], before);
            if let Some(jump) = jump {
                made["next"] = ids.get(at + jump).map_or_else(|| json!("end"), |id| json!(format!("s{id}")));
            }
            steps.push(made);
            before = Some(ids[at]);
        }
        steps
    }

    fn step(&mut self, tree: &Tree, number: usize, before: Option<usize>) -> Value {
        let id = format!("s{number}");
        let mut made = match tree {
            Tree::Llm { enabled, writes } => {
                let prompt = before.map_or("on {{input.topic}}".to_owned(), |before| {
                    format!("after {{% if steps.S{before} is defined %}}{{{{steps.S{before}.output}}}}{{% endif %}}")
                });
                let mut made = step(&id, &prompt);
                made["enabled"] = json!(enabled);
                made["effect"] = json!(if *writes { "writes" } else { "pure" });
                made
            }
            Tree::Review => review(&id),
            Tree::Tool { writes } => {
                let prompt = before.map_or("{{input.topic}}".to_owned(), |before| {
                    format!("{{{{steps.S{before}.output if steps.S{before} is defined else 7}}}}")
                });
                let mut made = tool(&id, "box:any", &json!({ "value": prompt }));
                made["effect"] = json!(if *writes { "writes" } else { "reads" });
                made
            }
            Tree::Agent(calls, asks) => {
                let words = calls.iter().map(|calls| CALLS[*calls]).chain(["end"]);
                let mut made = agent(&id, &words.collect::<Vec<_>>().join(" "));
                made["approve"] = json!(if *asks { "writes" } else { "never" });
                made
            }
            Tree::Branches(branches, width) => {
                let branches = branches.iter().enumerate();
                let branches: Vec<Value> =
                    branches.map(|(at, list)| json!({"name": format!("b{at}"), "steps": self.list(list)})).collect();
                json!({"type": "parallel", "branches": branches, "max_concurrency": width})
            }
            Tree::Each(list, items, width) => {
                json!({"type": "parallel", "for_each": format!("range({items})"), "steps": self.list(list), "max_concurrency": width})
            }
            Tree::Cases(cases, otherwise) => {
                let cases = cases.iter().enumerate();
                let cases: Vec<Value> = cases
                    .map(|(at, (when, list))| {
                        json!({"name": format!("c{at}"), "when": CONDITIONS[*when], "steps": self.list(list)})
                    })
                    .collect();
                let otherwise = otherwise.as_ref().map(|list| json!({"steps": self.list(list)}));
                json!({"type": "conditional", "cases": cases, "otherwise": otherwise})
            }
            Tree::Loop(list, end, most) => {
                json!({"type": "loop", "steps": self.list(list), "until": ENDS[*end], "max_iterations": most})
            }
        };
        made["id"] = json!(id);
        made["label"] = json!(id.to_uppercase());
        if made["type"] == "parallel" && self.continues {
            made["on_error"] = json!("continue");
        }
        made
    }
}
