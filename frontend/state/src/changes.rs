//! Changes of a step in one run.

use sluice_types::{LlmStep, PatchStep, Segment, StepPath, StepType};

use super::run::RunState;

/// Makes a change to the model fields of a step.
pub fn change_llm(llm: &mut LlmStep, change: PatchStep) {
    fn put<T>(field: &mut T, value: Option<T>) {
        if let Some(value) = value {
            *field = value;
        }
    }
    put(&mut llm.provider, change.provider);
    put(&mut llm.model, change.model);
    put(&mut llm.persona_id, change.persona_id);
    put(&mut llm.prompt, change.prompt);
    put(&mut llm.system_prompt, change.system_prompt);
    put(&mut llm.max_tokens, change.max_tokens);
    put(&mut llm.reasoning, change.reasoning);
    put(&mut llm.on_truncated, change.on_truncated);
}

/// The patch from `before` to `now`. It contains changed fields only.
#[must_use]
pub fn difference(before: &LlmStep, now: &LlmStep) -> PatchStep {
    fn put<T: PartialEq + Clone>(before: &T, now: &T) -> Option<T> {
        (before != now).then(|| now.clone())
    }
    // A model is its provider's: the two are sent together.
    let model_changed = before.provider != now.provider || before.model != now.model;
    PatchStep {
        provider: model_changed.then(|| now.provider.clone()),
        model: model_changed.then(|| now.model.clone()),
        persona_id: put(&before.persona_id, &now.persona_id),
        prompt: put(&before.prompt, &now.prompt),
        system_prompt: put(&before.system_prompt, &now.system_prompt),
        max_tokens: put(&before.max_tokens, &now.max_tokens),
        reasoning: put(&before.reasoning, &now.reasoning),
        on_truncated: put(&before.on_truncated, &now.on_truncated),
        ..PatchStep::default()
    }
}

/// What holds a step run that is one of many of its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OneOfMany {
    /// An item of a `for_each`.
    Item,
    /// A round of a `loop`.
    Round,
}

impl OneOfMany {
    /// The choice to change this step run alone.
    #[must_use]
    pub const fn only_words(self) -> &'static str {
        match self {
            Self::Item => "Only this item",
            Self::Round => "Only this round",
        }
    }

    /// The choice to change the step wherever it has not run.
    #[must_use]
    pub const fn all_words(self) -> &'static str {
        match self {
            Self::Item => "All items that have not run",
            Self::Round => "All rounds that have not run",
        }
    }
}

/// The innermost item or round around a step run, whose change can be limited to it. A turn is one of its agent.
#[must_use]
pub fn one_of_many(run: &RunState, path: &StepPath) -> Option<OneOfMany> {
    let mut inner = path.in_agent().map_or_else(|| path.clone(), |at| at.agent);
    while let Some(container) = inner.parent() {
        let lane = inner.without_last();
        if lane.is_some_and(|lane| matches!(lane.segments().last(), Some(Segment::Index(_)))) {
            let is_loop = run.step(&container).is_some_and(|step| step.run.step_type == StepType::Loop);
            return Some(if is_loop { OneOfMany::Round } else { OneOfMany::Item });
        }
        inner = container;
    }
    None
}

/// The request for a change, for this step run alone where that is wanted. Switching a step on or off counts for all.
#[must_use]
pub fn limited(patch: PatchStep, only_here: bool) -> PatchStep {
    let is_change = !patch.is_empty() && patch.enabled.is_none();
    PatchStep { only_here: only_here && is_change, ..patch }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use sluice_types::OnTruncated;

    use super::*;
    use crate::run::tests::execution;

    #[test]
    fn only_what_differs_is_sent() {
        let before = LlmStep { prompt: "one".into(), model: Some("m1".into()), ..LlmStep::default() };
        assert_eq!(difference(&before, &before), PatchStep::default());
        let now = LlmStep { provider: Some("demo".into()), ..before.clone() };
        let sent = difference(&before, &now);
        assert_eq!((sent.provider, sent.model), (Some(Some("demo".into())), Some(Some("m1".into()))));
        assert_eq!((sent.prompt, sent.system_prompt), (None, None));
    }

    /// A run of step runs: path and type.
    fn run_of(steps: &[(&str, &str)]) -> RunState {
        let mut whole = serde_json::to_value(execution(&Value::Null, &[])).unwrap();
        let one = whole["steps"][0].clone();
        let step = |&(path, kind): &(&str, &str)| {
            let mut step = one.clone();
            step["path"] = json!(path);
            step["type"] = json!(kind);
            step
        };
        whole["steps"] = steps.iter().map(step).collect();
        RunState::new(serde_json::from_value(whole).unwrap())
    }

    #[test]
    fn a_change_is_limited_to_an_item_or_a_round() {
        let at = |text: &str, kind: &str| {
            let run = run_of(&[(text.split('.').next().unwrap(), kind), (text, "llm")]);
            one_of_many(&run, &StepPath::new(text).unwrap())
        };
        assert_eq!(at("each.3.draft", "parallel"), Some(OneOfMany::Item));
        assert_eq!(at("polish.2.draft", "loop"), Some(OneOfMany::Round));
        assert_eq!(at("each.3.scout.2", "parallel"), Some(OneOfMany::Item));
        assert_eq!(at("each.3.fan.eu.draft", "parallel"), Some(OneOfMany::Item));
        for outside in ["draft", "fan.eu.draft", "scout.2", "scout.2.0"] {
            assert_eq!(at(outside, "parallel"), None, "{outside}");
        }
    }

    #[test]
    fn only_a_change_of_fields_is_limited() {
        let change = PatchStep { prompt: Some("one".into()), ..PatchStep::default() };
        assert!(limited(change.clone(), true).only_here && !limited(change.clone(), false).only_here);
        assert!(!limited(PatchStep::default(), true).only_here);
        assert!(!limited(PatchStep { enabled: Some(true), ..change }, true).only_here);
    }

    #[test]
    fn a_difference_leads_to_what_was_typed() {
        let before = LlmStep { prompt: "one".into(), model: Some("m1".into()), ..LlmStep::default() };
        let typed = LlmStep {
            prompt: "two".into(),
            model: None,
            system_prompt: Some("s".into()),
            max_tokens: Some(9),
            on_truncated: Some(OnTruncated::Fail),
            ..before.clone()
        };
        let mut again = before.clone();
        change_llm(&mut again, difference(&before, &typed));
        assert_eq!(again, typed);
    }
}
