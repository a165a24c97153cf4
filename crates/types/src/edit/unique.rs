//! Gives each step an id and a label of its own, in a definition that comes from elsewhere.

use std::collections::HashSet;

use super::labels::Taken;
use crate::definition::{Definition, NEXT_END};
use crate::index::Index;

/// Gives each step an id and a label of its own. Of several steps with one name, the first keeps it: references mean that
/// one. Returns the labels of the steps that were renamed.
pub fn make_names_unique(definition: &mut Definition) -> Vec<String> {
    let mut taken = Taken::of(&Index::of(definition));
    let (mut ids, mut labels) = (HashSet::new(), HashSet::new());
    let mut renamed = Vec::new();
    definition.each_step_mut(|step| {
        let keeps_id = step.id.as_str() != NEXT_END && !ids.contains(&step.id);
        let keeps_label = !step.label.trim().is_empty() && !labels.contains(&step.label);
        if (!keeps_id || !keeps_label)
            && let Some((id, label)) = taken.unique(&step.label)
        {
            if !keeps_id {
                step.id = id;
            }
            if !keeps_label {
                step.label = label;
            }
            renamed.push(step.label.clone());
        }
        ids.insert(step.id.clone());
        labels.insert(step.label.clone());
    });
    renamed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::lint::{LintContext, lint};

    #[test]
    fn of_several_steps_with_one_name_the_first_keeps_it() {
        let step = |id: &str, label: &str| json!({"id": id, "label": label, "type": "llm", "prompt": "x"});
        let inner = json!({"id": "each", "label": "Each", "type": "loop", "until": "iteration > 1", "max_iterations": 2,
            "steps": [step("a", "Draft"), step("end", "Last")]});
        let steps = [step("a", "Draft"), inner, step("b", "Draft"), step("b", ""), step("a", "Other")];
        let mut definition: Definition = serde_json::from_value(json!({"steps": steps})).unwrap();
        make_names_unique(&mut definition);
        let index = Index::of(&definition);
        let names: Vec<_> = index.places().iter().map(|it| format!("{} {}", it.step.id, it.step.label)).collect();
        let expected =
            ["a Draft", "each Each", "draft-2 Draft 2", "last-2 Last", "b Draft 3", "step-2 Step 2", "other-2 Other"];
        assert_eq!(names, expected);
        assert!(lint(&definition, &LintContext::default(), None).valid);
        assert_eq!(make_names_unique(&mut definition), Vec::<String>::new());
    }
}
