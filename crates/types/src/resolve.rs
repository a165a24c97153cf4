//! Resolves the provider and model of a step.

use crate::catalog::{default_model, provider_of_model};
use crate::definition::{Definition, Fallback, ModelUse, Step};
use crate::providers::Provider;

/// A provider and model to call, the first choice or a fallback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The provider.
    pub provider: String,
    /// Its model.
    pub model: String,
}

/// The models that a step calls, in order. Empty when neither the step nor the workflow names one.
#[must_use]
pub fn candidates(definition: &Definition, step: &Step) -> Vec<Candidate> {
    let Some(uses) = step.kind.model_use() else { return Vec::new() };
    let (Some(provider), Some(model)) = model_of(definition, uses) else { return Vec::new() };
    let mut all = vec![Candidate { provider, model }];
    for fallback in uses.fallbacks {
        let provider = provider_of_fallback(fallback, all.first().map(|first| first.provider.as_str()));
        all.extend(provider.map(|provider| Candidate { provider, model: fallback.model.clone() }));
    }
    all
}

/// The provider of a fallback: its own, or that of its model, or that of the step's first choice.
pub(crate) fn provider_of_fallback(fallback: &Fallback, first: Option<&str>) -> Option<String> {
    let named = fallback.provider.as_deref();
    named.or_else(|| provider_of_model(&fallback.model)).or(first).map(str::to_owned)
}

/// The provider and model that a step names, or that the workflow names for it.
pub(crate) fn model_of(definition: &Definition, uses: ModelUse<'_>) -> (Option<String>, Option<String>) {
    let named = uses.model.cloned();
    let provider = uses
        .provider
        .cloned()
        .or_else(|| named.as_deref().and_then(provider_of_model).map(str::to_owned))
        .or_else(|| definition.provider.clone())
        .or_else(|| definition.model.as_deref().and_then(provider_of_model).map(str::to_owned));
    let inherits = uses.provider.is_none() || uses.provider == definition.provider.as_ref();
    let model = named
        .or_else(|| definition.model.clone().filter(|_| inherits))
        .or_else(|| provider.as_deref().and_then(default_model).map(str::to_owned));
    (provider, model)
}

/// Writes the default provider and models into a definition, so that a run keeps them. `default` is the default
/// provider; `default_model_of` returns a provider's default model for the tenant.
fn pin_models(definition: &mut Definition, default: Option<&str>, default_model_of: impl Fn(&str) -> Option<String>) {
    if definition.provider.is_none() {
        let by_model = definition.model.as_deref().and_then(provider_of_model).map(str::to_owned);
        definition.provider = by_model.or_else(|| default.map(str::to_owned));
    }
    if definition.model.is_none() {
        definition.model = definition.provider.as_deref().and_then(&default_model_of);
    }
    let shared = definition.provider.clone();
    definition.each_step_mut(|step| {
        if let Some((Some(provider), model @ None)) = step.kind.model_named()
            && Some(&*provider) != shared.as_ref()
        {
            *model = default_model_of(provider);
        }
    });
}

/// Writes the tenant's default provider and models into a definition, so that a run keeps them.
pub fn pin_to_available(definition: &mut Definition, providers: &[Provider]) {
    let default = default_provider(providers).map(|provider| provider.name.as_str());
    pin_models(definition, default, |name| {
        providers.iter().find(|it| it.name.as_str() == name).and_then(|provider| provider.default_model.clone())
    });
}

/// The default provider: the first that is available.
#[must_use]
pub fn default_provider(providers: &[Provider]) -> Option<&Provider> {
    providers.iter().find(|provider| provider.available)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chosen(definition: serde_json::Value) -> Vec<String> {
        let mut definition: Definition = serde_json::from_value(definition).unwrap();
        pin_models(&mut definition, Some("demo"), |provider| default_model(provider).map(str::to_owned));
        definition
            .steps
            .iter()
            .flat_map(|step| candidates(&definition, step))
            .map(|candidate| format!("{}/{}", candidate.provider, candidate.model))
            .collect()
    }

    #[test]
    fn the_step_comes_before_the_workflow_and_the_workflow_before_the_default() {
        let step = json!({"id": "a", "label": "A", "type": "llm", "prompt": "x"});
        assert_eq!(chosen(json!({"steps": [step]})), ["demo/demo"]);
        assert_eq!(chosen(json!({"provider": "demo", "model": "demo-echo", "steps": [step]})), ["demo/demo-echo"]);
        assert_eq!(chosen(json!({"model": "demo-slow", "steps": [step]})), ["demo/demo-slow"]);
        let own = json!({"id": "a", "label": "A", "type": "llm", "prompt": "x", "provider": "demo",
            "fallbacks": [{"model": "demo-echo"}, {"provider": "ollama", "model": "m"}]});
        assert_eq!(
            chosen(json!({"provider": "openai", "model": "gpt-9", "steps": [own]})),
            ["demo/demo", "demo/demo-echo", "ollama/m"]
        );
    }
}
