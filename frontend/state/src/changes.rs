//! Changes of a step in one run.

use sluice_types::{LlmStep, PatchStep};

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

#[cfg(test)]
mod tests {
    use sluice_types::OnTruncated;

    use super::*;

    #[test]
    fn only_what_differs_is_sent() {
        let before = LlmStep { prompt: "one".into(), model: Some("m1".into()), ..LlmStep::default() };
        assert_eq!(difference(&before, &before), PatchStep::default());
        let now = LlmStep { provider: Some("demo".into()), ..before.clone() };
        let sent = difference(&before, &now);
        assert_eq!((sent.provider, sent.model), (Some(Some("demo".into())), Some(Some("m1".into()))));
        assert_eq!((sent.prompt, sent.system_prompt), (None, None));
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
