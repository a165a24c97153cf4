//! The text that a new step begins with: it reads the step before it.

use std::sync::Arc;

use sluice_types::{BlockAddress, Index, Slot, Step, StepKind};

use crate::completion::spelled;

/// The fields of the input that step templates read, where nothing stands before them.
const READ_BY_TEMPLATES: [&str; 2] = ["input.text", "input.topic"];

/// A new step for a place in the workflow. An empty prompt begins with a reference to the step before, and a template
/// reads that step in the place of the input: else each new step would ask for another field of the input. `inputs` are
/// the names of the fields of the input, the declared ones first.
#[must_use]
pub fn reading(mut step: Step, index: &Index, inputs: &[String], to: &BlockAddress, position: usize) -> Step {
    let source = source_at(index, inputs, to, position);
    fill(&mut step, source.as_deref());
    step
}

/// What a step at a place reads: the step before it in its list, otherwise the item or the step before its container,
/// otherwise the first field of the input. `None` for a workflow that has none.
fn source_at(index: &Index, inputs: &[String], to: &BlockAddress, position: usize) -> Option<String> {
    let (mut list, mut position) = (to, position);
    loop {
        if let Some(before) = index.block(list).take(position).filter(|place| place.step.enabled).last() {
            return Some(spelled(&before.step.label, "content"));
        }
        match list {
            BlockAddress::Root => return inputs.first().map(|name| format!("input.{name}")),
            BlockAddress::Inner { slot: Slot::Each, .. } => return Some("item".to_owned()),
            BlockAddress::Inner { parent, .. } => {
                let around = index.place(parent)?;
                (list, position) = (&around.block, around.position);
            }
        }
    }
}

fn fill(step: &mut Step, source: Option<&str>) {
    match &mut step.kind {
        StepKind::Llm(llm) => fill_prompt(&mut llm.prompt, source),
        StepKind::Agent(agent) => fill_prompt(&mut agent.prompt, source),
        StepKind::Conditional(conditional) => {
            for case in &mut conditional.cases {
                case.when = with_source(&case.when, source);
            }
        }
        StepKind::Review(_) | StepKind::Tool(_) | StepKind::Parallel(_) | StepKind::Loop(_) | StepKind::Unknown(_) => {}
    }
    for (slot, block) in step.kind.blocks_mut() {
        let own = if slot == Slot::Each { Some("item") } else { source };
        for inner in block.steps.iter_mut() {
            fill(Arc::make_mut(inner), own);
        }
    }
}

fn fill_prompt(prompt: &mut String, source: Option<&str>) {
    *prompt = if prompt.trim().is_empty() {
        format!("{{{{{}}}}}", source.unwrap_or("input.text"))
    } else {
        with_source(prompt, source)
    };
}

fn with_source(text: &str, source: Option<&str>) -> String {
    let Some(source) = source else { return text.to_owned() };
    let ends_name = |after: &str| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_');
    let mut read = text.to_owned();
    for field in READ_BY_TEMPLATES {
        let mut parts = read.split(field);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            replaced.push_str(if ends_name(part) { source } else { field });
            replaced.push_str(part);
        }
        read = replaced;
    }
    read
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sluice_types::edit::Wrapper;
    use sluice_types::{Definition, StepId};

    use super::*;
    use crate::editor::NewStep;

    fn index() -> Index {
        let llm = |id: &str, label: &str| json!({"id": id, "label": label, "type": "llm", "prompt": "x"});
        let mut off = llm("off", "Off");
        off["enabled"] = json!(false);
        let definition: Definition = serde_json::from_value(json!({"steps": [
            llm("plan", "Plan \"A\""),
            off,
            {"id": "fan", "label": "Fan", "type": "parallel", "branches": [{"name": "A", "steps": []}]},
            {"id": "each", "label": "Each", "type": "parallel", "for_each": "input.all", "steps": []},
        ]}))
        .unwrap();
        Index::of(&definition)
    }

    fn prompt_at(to: &BlockAddress, position: usize, inputs: &[&str]) -> String {
        let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
        let step = reading(NewStep::Prompt.step().unwrap(), &index(), &inputs, to, position);
        let StepKind::Llm(llm) = step.kind else { panic!("no prompt") };
        llm.prompt
    }

    #[test]
    fn a_new_prompt_reads_the_step_before_it() {
        let inner = |parent: &str, slot| BlockAddress::Inner { parent: StepId::new(parent).unwrap(), slot };
        let branch = Slot::Branch(sluice_types::BranchName::new("A").unwrap());
        let root = BlockAddress::Root;
        assert_eq!(prompt_at(&root, 3, &[]), "{{steps.Fan.content}}");
        assert_eq!(prompt_at(&root, 1, &[]), r#"{{steps["Plan \"A\""].content}}"#);
        assert_eq!(prompt_at(&root, 2, &[]), r#"{{steps["Plan \"A\""].content}}"#, "a step that is off has no output");
        assert_eq!(prompt_at(&root, 0, &["idea", "tone"]), "{{input.idea}}");
        assert_eq!(prompt_at(&root, 0, &[]), "{{input.text}}");
        assert_eq!(prompt_at(&inner("fan", branch), 0, &[]), r#"{{steps["Plan \"A\""].content}}"#);
        assert_eq!(prompt_at(&inner("each", Slot::Each), 0, &[]), "{{item}}");
    }

    #[test]
    fn a_template_reads_the_step_before_it_and_no_input() {
        let read = |text: &str, source| with_source(text, source);
        assert_eq!(
            read("<t>{{input.text}}</t> {{ input.texts }}", Some("steps.A.content")),
            "<t>{{steps.A.content}}</t> {{ input.texts }}"
        );
        assert_eq!(read("(input.topic | length) > 2", Some("item")), "(item | length) > 2");
        assert_eq!(read("{{input.text}}", None), "{{input.text}}");
    }

    #[test]
    fn the_prompts_in_a_new_container_read_it_too() {
        let prompts = |wrapper| {
            let step = reading(NewStep::Container(wrapper).step().unwrap(), &index(), &[], &BlockAddress::Root, 4);
            let blocks = step.kind.blocks();
            let inner = blocks.iter().flat_map(|inner| inner.block.steps);
            let prompts = inner.filter_map(|step| match &step.kind {
                StepKind::Llm(llm) => Some(llm.prompt.clone()),
                _ => None,
            });
            prompts.collect::<Vec<_>>()
        };
        assert_eq!(prompts(Wrapper::Branches), ["{{steps.Each.content}}", "{{steps.Each.content}}"]);
        assert_eq!(prompts(Wrapper::ForEach), ["{{item}}"]);
    }
}
