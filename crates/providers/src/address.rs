//! The target of a call: maps the provider's name to a wire protocol and a URL.
//!
//! The protocol follows from the provider that the tenant named, never from the shape of a model's name, so a
//! model `gpt-oss` on an own server stays there.

use reqwest::Url;

use sluice_types::ProviderName;

use crate::error::{ProviderError, ProviderErrorKind};
use crate::protocol::Protocol;

/// A provider with a wire protocol, by its name in definitions.
pub fn provider_named(name: &str) -> Result<ProviderName, ProviderError> {
    match name.parse() {
        Ok(ProviderName::Demo | ProviderName::Unknown) | Err(_) => {
            Err(bad_request(format!("there is no provider named \"{name}\"")))
        }
        Ok(provider) => Ok(provider),
    }
}

/// The protocol for a call of `model`.
///
/// OpenAI serves some models only through the Responses API: <https://platform.openai.com/docs/models> lists `pro`,
/// `codex` and `deep-research`. From gpt-5.4 on, its models refuse tools in chat completions when they think
/// (<https://github.com/openai/openai-openapi/issues/541>). All else uses chat completions, which gateways in front of
/// OpenAI support too.
pub fn protocol_of(provider: ProviderName, model: &str, has_tools: bool) -> Protocol {
    match provider {
        ProviderName::Anthropic => Protocol::AnthropicMessages,
        ProviderName::Google => Protocol::Gemini,
        ProviderName::Ollama => Protocol::OllamaChat,
        ProviderName::Openai if speaks_only_responses(model) => Protocol::OpenAiResponses,
        ProviderName::Openai if has_tools && refuses_tools_in_chat(model) => Protocol::OpenAiResponses,
        ProviderName::Openai | ProviderName::OpenaiCompatible | ProviderName::Demo | ProviderName::Unknown => {
            Protocol::OpenAiChat
        }
    }
}

/// The URL under which `protocol` finds its endpoints; its path ends with a slash.
pub fn root(provider: ProviderName, protocol: Protocol, base_url: Option<&str>) -> Result<Url, ProviderError> {
    let mut url = base(provider, base_url)?;
    let path = bare_path(url.path());
    let last = path.rsplit('/').next().unwrap_or_default();
    let path = match protocol {
        Protocol::AnthropicMessages if last == "v1" => path,
        Protocol::AnthropicMessages => format!("{path}/v1"),
        Protocol::Gemini if matches!(last, "v1" | "v1alpha" | "v1beta") => path,
        Protocol::Gemini => format!("{path}/v1beta"),
        Protocol::OllamaChat => ollama_path(&path).to_owned(),
        Protocol::OpenAiChat | Protocol::OpenAiResponses if path.is_empty() => "/v1".to_owned(),
        Protocol::OpenAiChat | Protocol::OpenAiResponses => path,
    };
    url.set_path(&format!("{path}/"));
    url.set_fragment(None);
    // Gateways such as Azure's carry an API version there.
    if !matches!(protocol, Protocol::OpenAiChat | Protocol::OpenAiResponses) {
        url.set_query(None);
    }
    Ok(url)
}

fn base(provider: ProviderName, base_url: Option<&str>) -> Result<Url, ProviderError> {
    let text = match (base_url.map(str::trim).filter(|text| !text.is_empty()), provider) {
        (Some(text), _) => text,
        (None, ProviderName::Anthropic) => "https://api.anthropic.com",
        (None, ProviderName::Openai) => "https://api.openai.com",
        (None, ProviderName::Google) => "https://generativelanguage.googleapis.com",
        (None, ProviderName::Ollama) => "http://localhost:11434",
        (None, ProviderName::OpenaiCompatible | ProviderName::Demo | ProviderName::Unknown) => {
            return Err(bad_request("an openai_compatible provider needs a base URL"));
        }
    };
    let url = Url::parse(text).map_err(|error| bad_request(format!("the base URL is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad_request("the base URL must begin with http:// or https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad_request("the base URL must hold no user name and no password"));
    }
    Ok(url)
}

/// Refuses a model's name that would change the URL it is put into (Gemini).
pub fn check_model(protocol: Protocol, model: &str) -> Result<(), ProviderError> {
    let fits_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = match protocol {
        Protocol::Gemini => model.chars().all(fits_path) && !model.contains(".."),
        Protocol::AnthropicMessages | Protocol::OpenAiChat | Protocol::OpenAiResponses | Protocol::OllamaChat => true,
    };
    if model.trim().is_empty() || !fits {
        let message = format!("\"{model}\" is not a model's name");
        return Err(ProviderError::new(ProviderErrorKind::ModelNotFound, message));
    }
    Ok(())
}

fn speaks_only_responses(model: &str) -> bool {
    model.split('-').any(|word| matches!(word, "pro" | "codex")) || model.contains("deep-research")
}

fn refuses_tools_in_chat(model: &str) -> bool {
    let version = model.strip_prefix("gpt-").and_then(|rest| rest.split('-').next()).unwrap_or_default();
    let mut numbers = version.split('.').map_while(|number| number.parse::<u32>().ok());
    let (major, minor) = (numbers.next(), numbers.next());
    (major, minor.or(Some(0))) >= (Some(5), Some(4))
}

/// The path without slashes at its end and without an endpoint that was pasted along.
fn bare_path(path: &str) -> String {
    let path = path.trim_end_matches('/');
    ["/chat/completions", "/responses", "/messages", "/models"]
        .iter()
        .find_map(|endpoint| path.strip_suffix(endpoint))
        .unwrap_or(path)
        .trim_end_matches('/')
        .to_owned()
}

fn ollama_path(path: &str) -> &str {
    let path = path.strip_suffix("/chat").unwrap_or(path);
    path.strip_suffix("/v1").or_else(|| path.strip_suffix("/api")).unwrap_or(path)
}

fn bad_request(message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Provider; base URL as stored; root of the endpoints.
    const BASES: &[[&str; 3]] = &[
        ["anthropic", "", "https://api.anthropic.com/v1/"],
        ["anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1/"],
        ["anthropic", "https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/"],
        ["anthropic", "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/"],
        ["anthropic", "https://gateway.test/anthropic", "https://gateway.test/anthropic/v1/"],
        ["openai", "", "https://api.openai.com/v1/"],
        ["openai", "https://api.openai.com", "https://api.openai.com/v1/"],
        ["openai", "https://api.openai.com/v1//", "https://api.openai.com/v1/"],
        ["openai", "https://gateway.test/openai", "https://gateway.test/openai/"],
        ["openai", "https://a.test/openai/v1?api-version=1", "https://a.test/openai/v1/?api-version=1"],
        ["openai_compatible", "http://localhost:8000", "http://localhost:8000/v1/"],
        ["openai_compatible", "https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1/"],
        ["openai_compatible", "https://a.test/v1/chat/completions", "https://a.test/v1/"],
        ["google", "", "https://generativelanguage.googleapis.com/v1beta/"],
        ["google", "https://a.test/v1beta", "https://a.test/v1beta/"],
        ["google", "https://a.test/v1?key=x", "https://a.test/v1/"],
        ["ollama", "", "http://localhost:11434/"],
        ["ollama", "http://box:11434/v1", "http://box:11434/"],
        ["ollama", "http://box:11434/api/", "http://box:11434/"],
    ];

    #[test]
    fn base_urls_are_normalised() {
        for &[provider, base, root] in BASES {
            let provider = provider_named(provider).unwrap();
            let url = super::root(provider, protocol_of(provider, "m", false), Some(base));
            assert_eq!(url.unwrap().as_str(), root, "{base}");
        }
    }

    #[test]
    fn bases_that_are_none_are_refused() {
        for base in ["", "localhost:8000", "ftp://a.test", "nonsense", "https://user:word@a.test"] {
            let refused = root(ProviderName::OpenaiCompatible, Protocol::OpenAiChat, Some(base));
            assert_eq!(refused.unwrap_err().kind, ProviderErrorKind::BadRequest, "{base}");
        }
    }

    #[test]
    fn the_protocol_follows_from_the_provider() {
        let table = [
            (ProviderName::Openai, "gpt-5-mini", Protocol::OpenAiChat),
            (ProviderName::Openai, "gpt-5-pro", Protocol::OpenAiResponses),
            (ProviderName::Openai, "gpt-5.1-codex-mini", Protocol::OpenAiResponses),
            (ProviderName::Openai, "o3-deep-research", Protocol::OpenAiResponses),
            (ProviderName::OpenaiCompatible, "gpt-5-pro", Protocol::OpenAiChat),
            (ProviderName::OpenaiCompatible, "claude-sonnet-4-5", Protocol::OpenAiChat),
            (ProviderName::Ollama, "gpt-oss", Protocol::OllamaChat),
        ];
        for (provider, model, protocol) in table {
            assert_eq!(protocol_of(provider, model, false), protocol, "{model}");
        }
    }

    #[test]
    fn newer_models_of_openai_are_given_tools_in_responses() {
        let table = [
            ("gpt-5.4", true),
            ("gpt-5.10-mini", true),
            ("gpt-6", true),
            ("gpt-6-mini-2027-01-01", true),
            ("gpt-5", false),
            ("gpt-5-mini", false),
            ("gpt-5.3", false),
            ("gpt-4.1-mini", false),
            ("gpt-4o", false),
            ("o3", false),
        ];
        for (model, in_responses) in table {
            let expected = if in_responses { Protocol::OpenAiResponses } else { Protocol::OpenAiChat };
            assert_eq!(protocol_of(ProviderName::Openai, model, true), expected, "{model}");
            assert_eq!(protocol_of(ProviderName::Openai, model, false), Protocol::OpenAiChat, "{model}");
            assert_eq!(protocol_of(ProviderName::OpenaiCompatible, model, true), Protocol::OpenAiChat, "{model}");
        }
    }

    #[test]
    fn a_model_cannot_change_the_path() {
        for model in ["", "a/../b", "a?key=x", "..", "a::b"] {
            assert!(check_model(Protocol::Gemini, model).is_err(), "{model}");
        }
        assert!(check_model(Protocol::OpenAiChat, "meta-llama/llama-3:free").is_ok());
    }
}
