//! What is written on the canvas, and what screen readers are told of it.

use sluice_types::edit::Port;
use sluice_types::{BlockAddress, NEXT_END, Slot, Step, StepId, StepKind};

use super::picture::{Picture, Start};
use crate::editor::Draft;
use crate::editor::summary;
use crate::format::plural;

/// The line below the label of a step: the model or the tool that it calls, or what it does. `resolved` is the model that it
/// inherits.
#[must_use]
pub fn second_line(step: &Step, resolved: Option<&str>) -> String {
    let model = || step.kind.model_use().and_then(|uses| uses.model.cloned()).or_else(|| resolved.map(str::to_owned));
    match &step.kind {
        StepKind::Llm(_) => model().unwrap_or_else(|| "No model yet".to_owned()),
        StepKind::Agent(agent) => {
            let tools = u64::try_from(agent.tools.len()).unwrap_or(u64::MAX);
            let model = model().unwrap_or_else(|| "no model yet".to_owned());
            if tools == 0 { model } else { format!("{model} · {}", plural(tools, "tool", "tools")) }
        }
        StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => summary(step, None),
    }
}

/// The head of a list in its container. The only list of a container needs none.
#[must_use]
pub fn list_head(slot: &Slot) -> Option<String> {
    match slot {
        Slot::Branch(name) => Some(name.to_string()),
        Slot::Case(name) => Some(format!("if {name}")),
        Slot::Otherwise => Some("otherwise".to_owned()),
        Slot::Each | Slot::Body => None,
    }
}

/// The condition of a case.
#[must_use]
pub fn condition_of(draft: &Draft, parent: &StepId, slot: &Slot) -> Option<String> {
    let Slot::Case(name) = slot else { return None };
    let StepKind::Conditional(conditional) = &draft.step(parent)?.kind else { return None };
    let case = conditional.cases.iter().find(|case| case.name == *name)?;
    Some(case.when.trim().to_owned()).filter(|when| !when.is_empty())
}

/// Where a step goes on besides the next step, in words: `Goes on with Write.`
#[must_use]
pub fn jumps_words(picture: &Picture, id: &StepId, label_of: impl Fn(&StepId) -> String) -> Option<String> {
    let list = picture.list(&picture.node(id)?.list)?;
    let words = list.edges.iter().filter(|edge| edge.is_explicit).filter_map(|edge| {
        let Start::Step(source, port) = &edge.start else { return None };
        let target = edge.target.as_ref().filter(|target| target.as_str() != NEXT_END);
        let target = target.map_or_else(|| "the end of the list".to_owned(), &label_of);
        let said = match port {
            Port::Next => format!("Then goes to {target}."),
            Port::Case(name) => format!("Case {name} goes to {target}."),
            Port::Otherwise => format!("Otherwise it goes to {target}."),
        };
        (source == id).then_some(said)
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Where a step stands, in words: `2A.1, in branch A of Look at it`.
#[must_use]
pub fn place_words(number: &str, list: &BlockAddress, draft: &Draft) -> String {
    match crate::tree::list_words(draft, list) {
        Some(words) => format!("{number}, in {words}"),
        None => number.to_owned(),
    }
}

/// What is said when the keyboard first meets the canvas.
pub const HELP: &str = "Arrow keys lead to the other steps. Enter opens a step, C connects it, L chooses a line that begins at it, \
                        Delete removes the step or the line, Shift and an arrow key move the step. Plus, minus and zero change the size.";

/// The same where nothing can be changed.
pub const HELP_OF_RUN: &str =
    "Arrow keys lead to the other steps. Enter shows a step. Plus, minus and zero change the size.";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};
    use sluice_types::{Definition, Index};

    use super::*;

    fn step(value: &Value) -> Step {
        let mut step = json!({"id": "a", "label": "A"});
        step.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        serde_json::from_value(step).unwrap()
    }

    #[test]
    fn a_step_names_its_model_or_tool() {
        let prompt = json!({"type": "llm", "prompt": "x"});
        assert_eq!(second_line(&step(&prompt), None), "No model yet");
        assert_eq!(second_line(&step(&prompt), Some("demo-instant")), "demo-instant");
        let own = json!({"type": "llm", "prompt": "x", "model": "gpt-5.4-mini", "provider": "openai"});
        assert_eq!(second_line(&step(&own), Some("demo-instant")), "gpt-5.4-mini");
        let agent =
            json!({"type": "agent", "prompt": "x", "tools": ["native:current_time"], "model": "m", "provider": "demo"});
        assert_eq!(second_line(&step(&agent), None), "m · 1 tool");
        assert_eq!(second_line(&step(&json!({"type": "tool", "tool": "files:read"})), None), "files:read");
    }

    #[test]
    fn jumps_are_told() {
        let definition: Definition = serde_json::from_value(json!({"steps": [
            {"id": "which", "label": "Which", "type": "conditional", "next": "end", "cases": [
                {"name": "big", "when": " n > 3 ", "steps": [], "next": "c"},
            ]},
            {"id": "b", "label": "B", "type": "llm", "prompt": "x"},
            {"id": "c", "label": "C", "type": "llm", "prompt": "x"},
        ]}))
        .unwrap();
        let picture = Picture::of(&Index::of(&definition), &BTreeMap::new());
        let id = |text: &str| StepId::new(text).unwrap();
        let told = jumps_words(&picture, &id("which"), |id| id.as_str().to_uppercase());
        assert_eq!(told.as_deref(), Some("Case big goes to C. Then goes to the end of the list."));
        assert_eq!(jumps_words(&picture, &id("b"), ToString::to_string), None);
        let draft = Draft::from_definition(definition);
        let case: Slot = "case:big".parse().unwrap();
        assert_eq!(condition_of(&draft, &id("which"), &case).as_deref(), Some("n > 3"));
        assert_eq!(condition_of(&draft, &id("which"), &Slot::Otherwise), None);
    }
}
