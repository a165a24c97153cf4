//! The default model of steps and workflows without a model.

use sluice_types::{Provider, default_provider};

/// A provider with its model, for people: `OpenAI gpt-5.4-mini`.
#[must_use]
pub fn named(provider: &Provider) -> String {
    with_model(provider, provider.default_model.as_deref())
}

/// The same with one of its models.
#[must_use]
pub fn with_model(provider: &Provider, model: Option<&str>) -> String {
    match model {
        Some(model) => format!("{} {model}", provider.title),
        None => provider.title.clone(),
    }
}

/// Provider and model, as definitions spell them: `openai / gpt-5.4-mini`.
#[must_use]
pub fn called(provider: Option<&str>, model: Option<&str>) -> String {
    [provider, model].into_iter().flatten().collect::<Vec<_>>().join(" / ")
}

/// The message after a change of the default model.
#[must_use]
pub fn default_change(before: &[Provider], now: &[Provider]) -> Option<String> {
    let (before, now) = (default_provider(before).map(named), default_provider(now).map(named));
    if before == now {
        return None;
    }
    Some(match (before, now) {
        (Some(before), Some(now)) => {
            format!("Workflows that name no model now call {now}; until now they called {before}.")
        }
        (None, Some(now)) => format!("Workflows that name no model now call {now}."),
        (_, None) => "No provider can be used now: workflows that name no model cannot run.".to_owned(),
    })
}

/// The short reason why a provider is not available, shown after its name.
#[must_use]
pub const fn missing(provider: &Provider) -> Option<&'static str> {
    if provider.available {
        return None;
    }
    Some(if provider.name.needs_base_url() { "no address yet" } else { "no key yet" })
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
    fn a_new_key_that_changes_what_is_called_is_told() {
        let demo = provider(ProviderName::Demo, "demo", true);
        let openai = |available| provider(ProviderName::Openai, "gpt", available);
        let (before, now) = ([openai(false), demo.clone()], [openai(true), demo.clone()]);
        let told = default_change(&before, &now).unwrap();
        assert!(told.contains("now call OpenAI gpt") && told.contains("called Demo (simulated) demo"), "{told}");
        assert_eq!(default_change(&now, &now), None);
        let late = [demo, provider(ProviderName::OpenaiCompatible, "m", true)];
        assert_eq!(default_change(&late[..1], &late), None);
        assert!(default_change(&before, &[openai(false)]).unwrap().starts_with("No provider"));
    }

    #[test]
    fn what_is_missing_is_a_key_or_an_address() {
        assert_eq!(missing(&provider(ProviderName::Openai, "m", false)), Some("no key yet"));
        assert_eq!(missing(&provider(ProviderName::Ollama, "m", false)), Some("no address yet"));
        assert_eq!(missing(&provider(ProviderName::Ollama, "m", true)), None);
    }
}
