//! Providers, models and personas.

use super::LintContext;
use super::report::Findings;
use crate::catalog::{Ability, ModelInfo, find_model};
use crate::definition::{Definition, ModelUse, Step};
use crate::index::{Index, Place};
use crate::output_schema::describes_an_object;
use crate::providers::ProviderName;
use crate::resolve::{model_of, provider_of_fallback};

pub(super) fn check(definition: &Definition, index: &Index, context: &LintContext, findings: &mut Findings) {
    check_choice("", definition.provider.as_deref(), definition.model.as_deref(), context, findings);
    check_persona("/persona_id", definition.persona_id.as_ref(), context, findings);
    for Place { step, pointer: at, .. } in index.places() {
        let Some(uses) = step.kind.model_use() else { continue };
        let provider = named(uses.provider).or_else(|| definition.provider.as_deref().filter(|_| uses.model.is_some()));
        if uses.provider.is_some() || uses.model.is_some() {
            let own = OwnOrInherited { provider, pointer_provider: uses.provider.is_some() };
            check_step_choice(at, &own, uses, context, findings);
        }
        let (provider, model) = model_of(definition, uses);
        for (index, fallback) in uses.fallbacks.iter().enumerate() {
            let called = provider_of_fallback(fallback, provider.as_deref());
            check_choice(
                &format!("{at}/fallbacks/{index}"),
                called.as_deref(),
                Some(&fallback.model),
                context,
                findings,
            );
        }
        check_persona(&format!("{at}/persona_id"), uses.persona_id, context, findings);
        if let Some(info) = provider.zip(model).and_then(|(provider, model)| find_model(&provider, &model)) {
            check_fit(at, step, uses, &info, findings);
        }
    }
}

fn named(name: Option<&String>) -> Option<&str> {
    name.map(String::as_str)
}

struct OwnOrInherited<'a> {
    provider: Option<&'a str>,
    pointer_provider: bool,
}

fn check_step_choice(
    at: &str,
    own: &OwnOrInherited<'_>,
    uses: ModelUse<'_>,
    context: &LintContext,
    findings: &mut Findings,
) {
    if own.pointer_provider {
        check_choice(at, own.provider, named(uses.model), context, findings);
    } else if let Some(provider) = own.provider.filter(|name| name.parse::<ProviderName>().is_ok()) {
        check_model(at, provider, named(uses.model), findings);
    }
}

fn check_choice(at: &str, provider: Option<&str>, model: Option<&str>, context: &LintContext, findings: &mut Findings) {
    let Some(provider) = provider else { return };
    let Ok(name) = provider.parse::<ProviderName>() else {
        let all: Vec<&str> = ProviderName::ALL.iter().map(|name| name.as_str()).collect();
        let message = format!("there is no provider `{provider}`; there are {}", all.join(", "));
        return findings.error(format!("{at}/provider"), "unknown_provider", message);
    };
    if context.providers.as_ref().is_some_and(|available| !available.iter().any(|it| it == provider)) {
        let missing = if name.needs_base_url() { "address" } else { "key" };
        let message = format!("{} has no {missing} yet: add one under Settings, Providers", name.title());
        findings.warning(format!("{at}/provider"), "provider_not_available", message);
    }
    check_model(at, provider, model, findings);
}

fn check_model(at: &str, provider: &str, model: Option<&str>, findings: &mut Findings) {
    let Some(model) = model else { return };
    if find_model(provider, model).is_some() {
        return;
    }
    let pointer = format!("{at}/model");
    match provider.parse::<ProviderName>() {
        Ok(ProviderName::Demo) => {
            findings.error(
                pointer,
                "unknown_model",
                format!("`demo` has no model `{model}`; GET /api/v1/models lists them"),
            );
        }
        Ok(ProviderName::Anthropic | ProviderName::Openai | ProviderName::Google) => {
            findings.warning(
                pointer,
                "unknown_model",
                format!("`{model}` is not in the price list: it may not exist, and what it costs is not known"),
            );
        }
        // Which models such a server has is not known here.
        Ok(ProviderName::Ollama | ProviderName::OpenaiCompatible | ProviderName::Unknown) | Err(_) => {}
    }
}

fn check_persona(
    pointer: &str,
    persona: Option<&crate::ids::PersonaId>,
    context: &LintContext,
    findings: &mut Findings,
) {
    if let (Some(persona), Some(personas)) = (persona, &context.personas)
        && !personas.contains(persona)
    {
        findings.error(pointer, "unknown_persona", format!("there is no persona `{persona}`"));
    }
}

/// Whether the model can do what the step asks of it.
fn check_fit(at: &str, step: &Step, uses: ModelUse<'_>, model: &ModelInfo, findings: &mut Findings) {
    if uses.output_schema.is_some() && !model.abilities.contains(&Ability::JsonSchema) {
        let message =
            format!("`{}` does not promise JSON by a schema: its answers are checked, and may fail", model.model);
        findings.warning(format!("{at}/output_schema"), "schema_not_supported", message);
    }
    if uses.output_schema.is_some_and(|schema| model.provider == "openai" && !describes_an_object(schema)) {
        let message = "OpenAI takes only schemas of objects: this one is sent in the prompt, and answers are checked";
        findings.warning(format!("{at}/output_schema"), "schema_not_supported", message);
    }
    if uses.temperature.is_some() && model.takes_temperature == Some(false) {
        let message = format!("`{}` takes no temperature: the call is made without it", model.model);
        findings.warning(format!("{at}/temperature"), "temperature_not_supported", message);
    }
    if model.provider == "anthropic" && uses.temperature.is_some_and(|temperature| temperature > 1.0) {
        let message = "Anthropic's models take a temperature from 0 to 1: the call is made without this one";
        findings.warning(format!("{at}/temperature"), "temperature_not_supported", message);
    }
    if uses.reasoning.is_some() && model.never_thinks() {
        let message =
            format!("`{}` does not think before it answers: the call is made without `reasoning`", model.model);
        findings.warning(format!("{at}/reasoning"), "reasoning_not_supported", message);
    }
    if let (Some(asked), Some(most)) = (uses.max_tokens, model.max_output_tokens)
        && u64::from(asked) > most
    {
        let message = format!("`{}` answers with at most {most} tokens: the call asks for so many", model.model);
        findings.warning(format!("{at}/max_tokens"), "max_tokens_too_large", message);
    }
    let prompt = step.templates().into_iter().next().map_or("", |(_, text)| text);
    let prompt_tokens = crate::chat_tokens::estimated_tokens(prompt);
    if model.context_tokens.is_some_and(|context| prompt_tokens > context) {
        let message = format!("the prompt has about {prompt_tokens} tokens, more than `{}` reads", model.model);
        findings.error(format!("{at}/prompt"), "context_too_long", message);
    }
}
