//! Which model designs.

use sluice_types::{Provider, default_provider};

use crate::model_choice::{missing, with_model};

/// The model that will design, as far as it is known before it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Designer {
    /// The providers are not read yet.
    NotKnown,
    /// No provider can be used: none has a key.
    Nobody,
    /// The chosen provider cannot be used: its title and what is missing.
    NotAvailable {
        /// The name that people know.
        title: String,
        /// What is missing, as `no key yet`.
        missing: &'static str,
    },
    /// A model.
    Model {
        /// Provider and model, as people call them.
        name: String,
        /// Whether it is the built-in simulation.
        simulated: bool,
    },
}

/// The model that a choice leads to. Without a choice, the first provider that can be used.
#[must_use]
pub fn designer(provider: Option<&str>, model: Option<&str>, providers: Option<&[Provider]>) -> Designer {
    let Some(providers) = providers else { return Designer::NotKnown };
    let chosen = match provider {
        Some(name) => providers.iter().find(|provider| provider.name.as_str() == name),
        None => default_provider(providers),
    };
    let Some(chosen) = chosen else { return Designer::Nobody };
    if let Some(missing) = missing(chosen) {
        return Designer::NotAvailable { title: chosen.title.clone(), missing };
    }
    let name = with_model(chosen, model.or(chosen.default_model.as_deref()));
    Designer::Model { name, simulated: chosen.simulated }
}

#[cfg(test)]
mod tests {
    use sluice_types::ProviderName;

    use super::*;

    fn provider(name: ProviderName, model: &str, available: bool) -> Provider {
        Provider {
            name,
            title: name.title().into(),
            available,
            reason: None,
            simulated: name == ProviderName::Demo,
            default_model: Some(model.into()),
            credential: None,
            server_key: false,
        }
    }

    #[test]
    fn the_first_that_can_be_used_designs_unless_one_is_chosen() {
        let all = [
            provider(ProviderName::Anthropic, "claude", false),
            provider(ProviderName::Openai, "gpt", true),
            provider(ProviderName::Demo, "demo", true),
        ];
        let named = |name: &str, simulated| Designer::Model { name: name.into(), simulated };
        assert_eq!(designer(None, None, Some(&all)), named("OpenAI gpt", false));
        assert_eq!(designer(Some("openai"), Some("gpt-large"), Some(&all)), named("OpenAI gpt-large", false));
        assert!(matches!(designer(Some("demo"), None, Some(&all)), Designer::Model { simulated: true, .. }));
        assert_eq!(designer(None, None, None), Designer::NotKnown);
    }

    #[test]
    fn a_missing_key_is_told_before_anything_is_sent() {
        let all = [provider(ProviderName::Anthropic, "claude", false)];
        assert_eq!(designer(None, None, Some(&all)), Designer::Nobody);
        let expected = Designer::NotAvailable { title: "Anthropic".into(), missing: "no key yet" };
        assert_eq!(designer(Some("anthropic"), None, Some(&all)), expected);
        assert_eq!(designer(Some("nobody"), None, Some(&all)), Designer::Nobody);
    }
}
