//! The catalog of models with their prices. The data comes from a public price list
//! (`data/model-prices.json`, made by `cargo xtask prices`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model_name::find_by_name;
use crate::providers::ProviderName;
use crate::status::status;

status!(
    /// A capability beyond text.
    Ability {
        /// Answers with text.
        Text = "text",
        /// Answers with JSON that fits a schema.
        JsonSchema = "json_schema",
        /// Calls tools.
        Tools = "tools",
        /// Reads pictures.
        Vision = "vision",
        /// Reasons before it answers.
        Reasoning = "reasoning",
        /// Reads documents as PDF.
        Pdf = "pdf",
        /// Keeps parts of prompts in a cache.
        PromptCaching = "prompt_caching",
        /// Built-in web search.
        WebSearch = "web_search",
    }
);

/// One model of one provider. Prices are in US dollars for a million tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelInfo {
    /// The provider's name here.
    #[schema(value_type = ProviderName)]
    pub provider: String,
    /// The model's name at the provider.
    pub model: String,
    /// Price of prompt tokens; missing when it is not known.
    pub input_usd_per_mtok: Option<f64>,
    /// Price of answer tokens; missing when it is not known.
    pub output_usd_per_mtok: Option<f64>,
    /// Price of prompt tokens read from the provider's cache; that of other prompt tokens when missing.
    pub cached_input_usd_per_mtok: Option<f64>,
    /// Price of prompt tokens written to the provider's cache, for its shortest lifetime; that of other prompt tokens
    /// when missing.
    #[serde(default)]
    pub cache_write_usd_per_mtok: Option<f64>,
    /// Prices of requests with a long prompt, by its size.
    #[serde(default)]
    pub price_steps: Vec<PriceStep>,
    /// Tokens of prompt and answer together.
    pub context_tokens: Option<u64>,
    /// Upper bound of tokens in an answer.
    pub max_output_tokens: Option<u64>,
    /// Capabilities of the model.
    pub abilities: Vec<Ability>,
    /// Whether the model takes `temperature`; missing when it is not known. Reasoning models refuse a request with it.
    #[serde(default)]
    pub takes_temperature: Option<bool>,
}

/// The prices of requests whose prompt has more than a number of tokens, in US dollars for a million tokens.
///
/// The step holds for the whole request, answer and cached tokens included, and not only for the tokens above it:
/// - Google: "prompts > 200k tokens", <https://ai.google.dev/gemini-api/docs/pricing>;
/// - OpenAI: prompts with more than 272K input tokens cost more "for the full session",
///   <https://developers.openai.com/api/docs/models/gpt-5.4>;
/// - Anthropic: input tokens count with those read from and written to the cache, "Long context pricing" of
///   <https://platform.claude.com/docs/en/about-claude/pricing>.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PriceStep {
    /// The prompt has more tokens than this.
    pub above_input_tokens: u64,
    /// Price of prompt tokens.
    pub input_usd_per_mtok: f64,
    /// Price of answer tokens.
    pub output_usd_per_mtok: f64,
    /// Price of prompt tokens read from the provider's cache; that of other prompt tokens when missing.
    #[serde(default)]
    pub cached_input_usd_per_mtok: Option<f64>,
    /// Price of prompt tokens written to the provider's cache; that of other prompt tokens when missing.
    #[serde(default)]
    pub cache_write_usd_per_mtok: Option<f64>,
}

impl ModelInfo {
    /// Whether the model is known to answer without thinking. The list knows little of servers of one's own.
    #[must_use]
    pub fn never_thinks(&self) -> bool {
        let is_listed = matches!(self.provider.as_str(), "anthropic" | "openai" | "google");
        is_listed && !self.abilities.contains(&Ability::Reasoning)
    }

    /// The prices of a request with so many prompt tokens; `None` when they are not known.
    #[must_use]
    pub fn prices_at(&self, input_tokens: u64) -> Option<PriceStep> {
        let reached = self.price_steps.iter().filter(|step| input_tokens > step.above_input_tokens);
        let base = PriceStep {
            above_input_tokens: 0,
            input_usd_per_mtok: self.input_usd_per_mtok?,
            output_usd_per_mtok: self.output_usd_per_mtok?,
            cached_input_usd_per_mtok: self.cached_input_usd_per_mtok,
            cache_write_usd_per_mtok: self.cache_write_usd_per_mtok,
        };
        Some(reached.max_by_key(|step| step.above_input_tokens).copied().unwrap_or(base))
    }

    /// A model that costs nothing.
    fn free(provider: &str, model: &str) -> Self {
        Self {
            provider: provider.into(),
            model: model.into(),
            input_usd_per_mtok: Some(0.0),
            output_usd_per_mtok: Some(0.0),
            cached_input_usd_per_mtok: None,
            cache_write_usd_per_mtok: None,
            price_steps: Vec::new(),
            context_tokens: None,
            max_output_tokens: None,
            abilities: vec![Ability::Text, Ability::JsonSchema],
            takes_temperature: None,
        }
    }
}

/// Models, with the date of the price list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelPage {
    /// The models, by provider and name.
    pub items: Vec<ModelInfo>,
    /// The `cursor` of the next page; `null`, as all models are on this page.
    pub next_cursor: Option<String>,
    /// The day of the price list, as `2026-11-01`.
    pub prices_date: String,
    /// Source of the prices.
    pub prices_source: String,
}

#[derive(Deserialize)]
struct PriceFile {
    source: String,
    date: String,
    models: Vec<ModelInfo>,
}

/// Models of the built-in provider `demo`.
const DEMO_MODELS: [&str; 11] = [
    "demo",
    "demo-instant",
    "demo-echo",
    "demo-slow",
    "demo-think",
    "demo-cut",
    "demo-refuse",
    "demo-filter",
    "demo-silent",
    "demo-flaky",
    "demo-broken",
];

/// The provider's default model.
const DEFAULT_MODELS: [(&str, &str); 4] =
    [("anthropic", "claude-sonnet-5-5"), ("openai", "gpt-5.4-mini"), ("google", "gemini-3.8-flash"), ("demo", "demo")];

static CATALOG: LazyLock<ModelPage> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
    let file: PriceFile =
        serde_json::from_str(include_str!("../data/model-prices.json")).expect("model-prices.json is valid");
    let demo = DEMO_MODELS.map(|model| ModelInfo::free("demo", model));
    ModelPage {
        items: demo.into_iter().chain(file.models).collect(),
        next_cursor: None,
        prices_date: file.date,
        prices_source: file.source,
    }
});

/// All known models.
#[must_use]
pub fn catalog() -> &'static ModelPage {
    &CATALOG
}

/// A model by its provider and name, which may be dated (`gpt-4.1-2025-04-14`) or have a prefix (`models/…`): the answer
/// has the name of the price list. `None` when the list does not have the model, so that its price is not known. Every
/// model of `ollama` is free.
#[must_use]
pub fn find_model(provider: &str, model: &str) -> Option<ModelInfo> {
    let known = find_by_name(&catalog().items, provider, model);
    known.cloned().or_else(|| (provider == "ollama").then(|| ModelInfo::free(provider, model)))
}

/// The provider of a model name, when it is unique. Exact names come before dated ones and prefixes.
#[must_use]
pub fn provider_of_model(model: &str) -> Option<&'static str> {
    let exact = |info: &&ModelInfo| info.model == model;
    let mut having = catalog().items.iter().filter(exact).map(|info| info.provider.as_str());
    let Some(first) = having.next() else { return provider_of_other_name(model) };
    having.next().is_none().then_some(first)
}

fn provider_of_other_name(model: &str) -> Option<&'static str> {
    let mut providers: Vec<&str> = catalog().items.iter().map(|info| info.provider.as_str()).collect();
    providers.dedup();
    let mut having = providers.into_iter().filter(|provider| find_by_name(&catalog().items, provider, model).is_some());
    having.next().filter(|_| having.next().is_none())
}

/// Whether a provider is paid by the token, by the price list.
pub(crate) fn is_paid(provider: &str) -> bool {
    let priced = |info: &ModelInfo| info.input_usd_per_mtok.is_some_and(|price| price > 0.0);
    catalog().items.iter().any(|info| info.provider == provider && priced(info))
}

/// The provider's default model.
#[must_use]
pub fn default_model(provider: &str) -> Option<&'static str> {
    DEFAULT_MODELS.iter().find(|(name, _)| *name == provider).map(|(_, model)| *model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_models_are_in_the_catalog_with_a_price() {
        for (provider, model) in DEFAULT_MODELS {
            let info = find_model(provider, model).unwrap_or_else(|| panic!("{provider} {model}"));
            assert!(info.input_usd_per_mtok.is_some() && info.output_usd_per_mtok.is_some());
        }
    }

    #[test]
    fn the_file_holds_no_field_and_no_ability_that_is_not_known() {
        let file: serde_json::Value = serde_json::from_str(include_str!("../data/model-prices.json")).unwrap();
        let known = serde_json::to_value(&catalog().items[0]).unwrap();
        for model in file["models"].as_array().unwrap() {
            let unknown = model.as_object().unwrap().keys().find(|name| known.get(name).is_none());
            assert_eq!(unknown, None, "{model}");
        }
        assert!(catalog().items.iter().all(|info| !info.abilities.contains(&Ability::Unknown)));
    }

    #[test]
    fn every_model_stands_once() {
        let mut seen = std::collections::HashSet::new();
        for info in &catalog().items {
            assert!(seen.insert((&info.provider, &info.model)), "{} {}", info.provider, info.model);
        }
        assert_eq!(provider_of_model("demo-instant"), Some("demo"));
    }

    #[test]
    fn dated_and_prefixed_names_have_the_price_of_their_plain_name() {
        for (provider, plain) in DEFAULT_MODELS {
            let other = match provider {
                "anthropic" => format!("{plain}-20991231"),
                "openai" => format!("{plain}-2099-12-31"),
                "google" => format!("models/{plain}"),
                _ => continue,
            };
            assert_eq!(find_model(provider, &other), find_model(provider, plain), "{other}");
            assert_eq!(provider_of_model(&other), Some(provider), "{other}");
        }
    }

    #[test]
    fn a_price_that_is_not_listed_is_unknown_and_ollama_is_free() {
        assert_eq!(find_model("openai_compatible", "gpt-5.4"), None);
        assert_eq!(find_model("openai", "gpt-nobody"), None);
        assert_eq!(provider_of_model("gpt-nobody-2099-12-31"), None);
        assert_eq!(find_model("ollama", "anything").unwrap().input_usd_per_mtok, Some(0.0));
        assert_eq!(["openai", "demo", "ollama", "nobody"].map(is_paid), [true, false, false, false]);
    }

    #[test]
    fn the_list_has_steps_prices_of_cache_writes_and_refused_parameters() {
        let items = &catalog().items;
        assert!(items.iter().flat_map(|info| &info.price_steps).all(|step| step.above_input_tokens >= 100_000));
        for provider in ["anthropic", "openai", "google"] {
            assert!(items.iter().any(|info| info.provider == provider && !info.price_steps.is_empty()), "{provider}");
        }
        let anthropic = || items.iter().filter(|info| info.provider == "anthropic");
        assert!(anthropic().any(|info| info.cache_write_usd_per_mtok > info.input_usd_per_mtok));
        assert!(anthropic().any(|info| info.takes_temperature == Some(false)));
    }
}
