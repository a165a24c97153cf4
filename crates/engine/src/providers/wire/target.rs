//! The target of a call: maps the provider's name to a wire protocol and a URL.
//!
//! The protocol follows from the provider that the tenant named, never from the shape of a model's name, so a
//! model `gpt-oss` on an own server stays there.

use reqwest::Url;

use super::super::call::{ProviderError, ProviderErrorKind};

/// A provider with a wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    Anthropic,
    OpenAi,
    Google,
    Ollama,
    OpenAiCompatible,
}

/// A wire protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    AnthropicMessages,
    OpenAiChat,
    OpenAiResponses,
    Gemini,
    OllamaChat,
}

impl Provider {
    /// The provider of that name.
    pub(super) fn named(name: &str) -> Result<Self, ProviderError> {
        match name {
            "anthropic" => Ok(Self::Anthropic),
            "openai" => Ok(Self::OpenAi),
            "google" => Ok(Self::Google),
            "ollama" => Ok(Self::Ollama),
            "openai_compatible" => Ok(Self::OpenAiCompatible),
            _ => Err(bad_request(format!("there is no provider named \"{name}\""))),
        }
    }

    /// Whether a call without a key is pointless. Local servers mostly need no key.
    pub(super) fn needs_key(self) -> bool {
        match self {
            Self::Anthropic | Self::OpenAi | Self::Google => true,
            Self::Ollama | Self::OpenAiCompatible => false,
        }
    }

    /// The protocol for a call of `model`.
    ///
    /// OpenAI serves some models only through the Responses API: <https://platform.openai.com/docs/models> lists `pro`,
    /// `codex` and `deep-research`. All others use chat completions, which gateways in front of OpenAI support too.
    /// Ollama's own protocol keeps a model's defaults (its chat completions set temperature to 1), but genai 0.7 sends
    /// no schema with it, so a call with a schema uses chat completions.
    pub(super) fn protocol(self, model: &str, with_schema: bool) -> Protocol {
        match self {
            Self::Anthropic => Protocol::AnthropicMessages,
            Self::Google => Protocol::Gemini,
            Self::OpenAi if speaks_only_responses(model) => Protocol::OpenAiResponses,
            Self::Ollama if !with_schema => Protocol::OllamaChat,
            Self::OpenAi | Self::OpenAiCompatible | Self::Ollama => Protocol::OpenAiChat,
        }
    }

    /// The URL under which `protocol` finds its endpoints; its path ends with a slash.
    pub(super) fn root(self, protocol: Protocol, base_url: Option<&str>) -> Result<Url, ProviderError> {
        let mut url = self.base(base_url)?;
        let path = bare_path(url.path());
        let last = path.rsplit('/').next().unwrap_or_default();
        let path = match protocol {
            Protocol::AnthropicMessages if last == "v1" => path,
            Protocol::AnthropicMessages => format!("{path}/v1"),
            Protocol::Gemini if matches!(last, "v1" | "v1alpha" | "v1beta") => path,
            Protocol::Gemini => format!("{path}/v1beta"),
            Protocol::OllamaChat => ollama_path(&path).to_owned(),
            Protocol::OpenAiChat if self == Self::Ollama => format!("{}/v1", ollama_path(&path)),
            Protocol::OpenAiChat | Protocol::OpenAiResponses if path.is_empty() => "/v1".to_owned(),
            Protocol::OpenAiChat | Protocol::OpenAiResponses => path,
        };
        url.set_path(&format!("{path}/"));
        url.set_fragment(None);
        // Gateways such as Azure's carry an API version there; only the OpenAI adapter of genai keeps it.
        if !matches!(protocol, Protocol::OpenAiChat | Protocol::OpenAiResponses) {
            url.set_query(None);
        }
        Ok(url)
    }

    fn base(self, base_url: Option<&str>) -> Result<Url, ProviderError> {
        let text = match (base_url.map(str::trim).filter(|text| !text.is_empty()), self) {
            (Some(text), _) => text,
            (None, Self::Anthropic) => "https://api.anthropic.com",
            (None, Self::OpenAi) => "https://api.openai.com",
            (None, Self::Google) => "https://generativelanguage.googleapis.com",
            (None, Self::Ollama) => "http://localhost:11434",
            (None, Self::OpenAiCompatible) => {
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
}

/// Refuses a model's name that would change the URL it is put into (Gemini), or that genai would split (`::`).
pub(super) fn check_model(protocol: Protocol, model: &str) -> Result<(), ProviderError> {
    let fits_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = match protocol {
        Protocol::Gemini => model.chars().all(fits_path) && !model.contains(".."),
        Protocol::AnthropicMessages | Protocol::OpenAiChat | Protocol::OpenAiResponses | Protocol::OllamaChat => true,
    };
    if model.trim().is_empty() || !fits || model.contains("::") {
        let message = format!("\"{model}\" is not a model's name");
        return Err(ProviderError::new(ProviderErrorKind::ModelNotFound, message));
    }
    Ok(())
}

fn speaks_only_responses(model: &str) -> bool {
    model.split('-').any(|word| matches!(word, "pro" | "codex")) || model.contains("deep-research")
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
            let provider = Provider::named(provider).unwrap();
            let protocol = provider.protocol("m", false);
            assert_eq!(provider.root(protocol, Some(base)).unwrap().as_str(), root, "{base}");
        }
        let with_schema = Provider::Ollama.root(Provider::Ollama.protocol("m", true), None);
        assert_eq!(with_schema.unwrap().as_str(), "http://localhost:11434/v1/");
    }

    #[test]
    fn bases_that_are_none_are_refused() {
        for base in ["", "localhost:8000", "ftp://a.test", "nonsense", "https://user:word@a.test"] {
            let refused = Provider::OpenAiCompatible.root(Protocol::OpenAiChat, Some(base));
            assert_eq!(refused.unwrap_err().kind, ProviderErrorKind::BadRequest, "{base}");
        }
    }

    #[test]
    fn the_protocol_follows_from_the_provider() {
        let table = [
            (Provider::OpenAi, "gpt-5-mini", Protocol::OpenAiChat),
            (Provider::OpenAi, "gpt-5-pro", Protocol::OpenAiResponses),
            (Provider::OpenAi, "gpt-5.1-codex-mini", Protocol::OpenAiResponses),
            (Provider::OpenAi, "o3-deep-research", Protocol::OpenAiResponses),
            (Provider::OpenAiCompatible, "gpt-5-pro", Protocol::OpenAiChat),
            (Provider::OpenAiCompatible, "claude-sonnet-4-5", Protocol::OpenAiChat),
            (Provider::Ollama, "gpt-oss", Protocol::OllamaChat),
        ];
        for (provider, model, protocol) in table {
            assert_eq!(provider.protocol(model, false), protocol, "{model}");
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
