//! Providers of models, and the keys for them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::patch;
use crate::status::status;

status!(
    /// The known providers.
    ProviderName {
        /// Claude models.
        Anthropic = "anthropic",
        /// GPT models.
        Openai = "openai",
        /// Gemini models.
        Google = "google",
        /// Models on your own machine.
        Ollama = "ollama",
        /// Any server that speaks OpenAI's chat completions.
        OpenaiCompatible = "openai_compatible",
        /// Built in, offline and simulated: for trying things out.
        Demo = "demo",
    }
);

impl ProviderName {
    /// Whether it answers only with a key.
    #[must_use]
    pub const fn needs_key(self) -> bool {
        match self {
            Self::Anthropic | Self::Openai | Self::Google => true,
            Self::Ollama | Self::OpenaiCompatible | Self::Demo | Self::Unknown => false,
        }
    }

    /// Whether it has no default address, so that a credential must contain one.
    #[must_use]
    pub const fn needs_base_url(self) -> bool {
        match self {
            Self::Ollama | Self::OpenaiCompatible => true,
            Self::Anthropic | Self::Openai | Self::Google | Self::Demo | Self::Unknown => false,
        }
    }

    /// The name that people know.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Anthropic => "Anthropic",
            Self::Openai => "OpenAI",
            Self::Google => "Google Gemini",
            Self::Ollama => "Ollama",
            Self::OpenaiCompatible => "OpenAI-compatible server",
            Self::Demo => "Demo (simulated)",
            Self::Unknown => "Another provider",
        }
    }
}

/// A provider, and whether it can be used now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Provider {
    /// Name of the provider in definitions.
    pub name: ProviderName,
    /// The name that people know.
    pub title: String,
    /// Whether steps can use it now.
    pub available: bool,
    /// The reason when it is not available, and the remedy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether its answers are made up by Sluice itself.
    pub simulated: bool,
    /// Default model.
    pub default_model: Option<String>,
    /// The tenant's own key, when there is one.
    pub credential: Option<CredentialInfo>,
    /// Whether the server's environment has a key that is used without a credential.
    pub server_key: bool,
}

/// A page of providers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProviderPage {
    /// The providers, in their order of preference as a default.
    pub items: Vec<Provider>,
    /// The `cursor` of the next page; `null`, as all providers are on this page.
    pub next_cursor: Option<String>,
}

/// Public fields of a stored credential. The key itself is never returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CredentialInfo {
    /// The last characters of the key, to identify it.
    pub key_hint: Option<String>,
    /// Base URL, when it differs from the provider's default address.
    pub base_url: Option<String>,
    /// Default model.
    pub default_model: Option<String>,
    /// When it was first stored.
    pub created_at: DateTime<Utc>,
    /// When it was last replaced.
    pub updated_at: DateTime<Utc>,
}

/// Changes of a credential. Absent fields stay; `null` removes a field.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCredential {
    /// The provider's key. It is stored encrypted and never shown again.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub api_key: Option<Option<String>>,
    /// Base URL of the provider, such as `http://127.0.0.1:11434` for Ollama.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub base_url: Option<Option<String>>,
    /// Default model.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "patch::some")]
    #[schema(value_type = Option<String>)]
    pub default_model: Option<Option<String>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn left_out_null_and_a_value_are_three_things() {
        let request: UpdateCredential = serde_json::from_str(r#"{"api_key": "sk", "base_url": null}"#).unwrap();
        assert_eq!(
            (request.api_key.clone(), request.base_url.clone(), request.default_model.clone()),
            (Some(Some("sk".into())), Some(None), None)
        );
        assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"api_key":"sk","base_url":null}"#);
    }
}
