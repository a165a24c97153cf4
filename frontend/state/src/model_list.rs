//! The list of a model picker: which models it offers, in which order, and what it says of them.

use serde::{Deserialize, Serialize};
use sluice_types::{ModelInfo, Provider, catalog, find_model};

use crate::format::{PRICE_NOT_KNOWN, tokens};
use crate::model_choice::missing;

/// Models in the group of recent ones.
const MOST_RECENT: usize = 5;
/// Smallest saving that is told, in percent: prices are estimates.
const LEAST_SAVING_PERCENT: f64 = 10.0;

/// A provider and a model; both `None` for what the workflow or the server chooses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChoice {
    /// The provider's name.
    pub provider: Option<String>,
    /// The model's name at the provider.
    pub model: Option<String>,
}

impl ModelChoice {
    /// A model of a provider.
    #[must_use]
    pub fn of(provider: &str, model: &str) -> Self {
        Self { provider: Some(provider.to_owned()), model: Some(model.to_owned()) }
    }

    /// Whether nothing is chosen.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.provider.is_none() && self.model.is_none()
    }

    /// Provider and model in one word: `openai/gpt-5.4-mini`.
    #[must_use]
    pub fn key(&self) -> String {
        [self.provider.as_deref().unwrap_or_default(), "/", self.model.as_deref().unwrap_or_default()].concat()
    }
}

/// One model to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOption {
    /// The choice that it stands for.
    pub choice: ModelChoice,
    /// Its name.
    pub name: String,
    /// Price, length of its context, and what it saves.
    pub detail: String,
}

/// The models of one provider, or the recent ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelGroup {
    /// The provider's name, and what it lacks.
    pub title: String,
    /// Whether its models can be called now.
    pub is_usable: bool,
    /// The models.
    pub options: Vec<ModelOption>,
}

/// A call of the model that is chosen at present, to compare prices with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentCall {
    /// The model that is called now.
    pub model: ModelChoice,
    /// Tokens of the prompt.
    pub input_tokens: u64,
    /// Tokens of the answer.
    pub output_tokens: u64,
}

/// The models to offer for what was typed: recent ones first, then by provider, those that can be called now before the
/// others.
#[must_use]
pub fn groups(
    providers: &[Provider],
    recent: &[ModelChoice],
    typed: &str,
    present: Option<&PresentCall>,
) -> Vec<ModelGroup> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let mut ordered: Vec<&Provider> = providers.iter().collect();
    ordered.sort_by_key(|provider| !provider.available);
    let mut found = Vec::new();
    if words.is_empty() {
        let usable = |choice: &&ModelChoice| {
            let is_own = |provider: &&&Provider| Some(provider.name.as_str()) == choice.provider.as_deref();
            ordered.iter().find(is_own).is_some_and(|provider| provider.available)
        };
        let options = recent.iter().filter(usable).map(|choice| option_of(choice, present)).collect();
        found.push(ModelGroup { title: "Recent".to_owned(), is_usable: true, options });
    }
    for provider in ordered {
        let title = match missing(provider) {
            Some(missing) => format!("{} ({missing})", provider.title),
            None => provider.title.clone(),
        };
        let fits = |option: &ModelOption| {
            let text = [&title, " ", provider.name.as_str(), " ", &option.name].concat().to_lowercase();
            words.iter().all(|word| text.contains(word.as_str()))
        };
        let options = options_of(provider, present).into_iter().filter(fits).collect();
        found.push(ModelGroup { title, is_usable: provider.available, options });
    }
    found.retain(|group| !group.options.is_empty());
    found
}

/// The provider's default, then its models of the catalogue.
fn options_of(provider: &Provider, present: Option<&PresentCall>) -> Vec<ModelOption> {
    let name = provider.name.as_str();
    let default = ModelOption {
        choice: ModelChoice { provider: Some(name.to_owned()), model: None },
        name: default_name(provider),
        detail: String::new(),
    };
    let listed = catalog().items.iter().filter(|info| info.provider == name);
    let listed = listed.map(|info| ModelOption {
        choice: ModelChoice::of(name, &info.model),
        name: info.model.clone(),
        detail: detail_of(info, present),
    });
    std::iter::once(default).chain(listed).collect()
}

fn option_of(choice: &ModelChoice, present: Option<&PresentCall>) -> ModelOption {
    let detail = info_of(choice).map_or_else(|| PRICE_NOT_KNOWN.to_owned(), |info| detail_of(&info, present));
    ModelOption { choice: choice.clone(), name: choice.model.clone().unwrap_or_default(), detail }
}

fn default_name(provider: &Provider) -> String {
    match &provider.default_model {
        Some(model) => format!("{} default ({model})", provider.title),
        None => format!("{} default", provider.title),
    }
}

/// The model in the catalogue. A dated name has the price of its plain name.
fn info_of(choice: &ModelChoice) -> Option<ModelInfo> {
    find_model(choice.provider.as_deref()?, choice.model.as_deref()?)
}

/// What the field shows of a choice; `None` when nothing is chosen.
#[must_use]
pub fn shown(choice: &ModelChoice, providers: &[Provider]) -> Option<String> {
    match (&choice.provider, &choice.model) {
        (_, Some(model)) => Some(model.clone()),
        (Some(name), None) => {
            let provider = providers.iter().find(|provider| provider.name.as_str() == name.as_str());
            Some(provider.map_or_else(|| format!("{name} default"), default_name))
        }
        (None, None) => None,
    }
}

/// The field's tooltip: provider, model, price and context.
#[must_use]
pub fn about(choice: &ModelChoice, providers: &[Provider]) -> Option<String> {
    let shown = shown(choice, providers)?;
    let provider = choice.provider.as_deref();
    let title = providers.iter().find(|it| Some(it.name.as_str()) == provider).map(|it| it.title.clone());
    let detail = choice.model.as_ref().map(|_| option_of(choice, None).detail);
    Some(
        [title.filter(|_| choice.model.is_some()), Some(shown), detail]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    )
}

/// Price and context of a model: `$5 / $25 per 1M tokens · 200k`.
fn detail_of(info: &ModelInfo, present: Option<&PresentCall>) -> String {
    let context = info.context_tokens.map(|count| format!("{} context", tokens(count)));
    let saving =
        present.and_then(|present| saving(info, present)).map(|percent| format!("cheaper by {percent}\u{a0}%"));
    [Some(price(info)), context, saving].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn price(info: &ModelInfo) -> String {
    match (info.input_usd_per_mtok, info.output_usd_per_mtok) {
        (Some(input), Some(output)) if input <= 0.0 && output <= 0.0 => "free".to_owned(),
        (Some(input), Some(output)) => format!("{} / {} per 1M tokens", dollars(input), dollars(output)),
        _ => PRICE_NOT_KNOWN.to_owned(),
    }
}

/// A price without needless zeros: `$5`, `$2.50`, `$0.075`.
fn dollars(usd: f64) -> String {
    let exact = format!("{usd:.4}");
    let short = exact.trim_end_matches('0');
    match short.split_once('.') {
        Some((whole, "")) => format!("${whole}"),
        Some((whole, cents)) => format!("${whole}.{cents:0<2}"),
        None => format!("${short}"),
    }
}

/// Percent that a call of another model saves; `None` when it saves little, or a price is not known.
fn saving(other: &ModelInfo, present: &PresentCall) -> Option<u32> {
    let now = cost_of(&info_of(&present.model)?, present)?;
    let then = cost_of(other, present)?;
    // A model without a price says “free”.
    if now <= 0.0 || then <= 0.0 {
        return None;
    }
    let percent = (1.0 - then / now) * 100.0;
    let told = format!("{:.0}", percent.floor()).parse().ok();
    told.filter(|_| percent >= LEAST_SAVING_PERCENT)
}

fn cost_of(info: &ModelInfo, call: &PresentCall) -> Option<f64> {
    let count = |tokens: u64| u32::try_from(tokens).map_or(f64::from(u32::MAX), f64::from);
    Some(info.input_usd_per_mtok? * count(call.input_tokens) + info.output_usd_per_mtok? * count(call.output_tokens))
}

/// The recent models after one was chosen: that one first.
#[must_use]
pub fn remembered(recent: &[ModelChoice], chosen: &ModelChoice) -> Vec<ModelChoice> {
    if chosen.provider.is_none() || chosen.model.is_none() {
        return recent.to_vec();
    }
    let others = recent.iter().filter(|other| *other != chosen).cloned();
    std::iter::once(chosen.clone()).chain(others).take(MOST_RECENT).collect()
}

#[cfg(test)]
mod tests {
    use sluice_types::ProviderName;

    use super::*;

    fn provider(name: ProviderName, available: bool) -> Provider {
        Provider {
            name,
            title: name.title().into(),
            available,
            reason: None,
            simulated: false,
            default_model: Some("m".into()),
            credential: None,
            server_key: false,
        }
    }

    fn all() -> Vec<Provider> {
        vec![provider(ProviderName::Anthropic, false), provider(ProviderName::Openai, true)]
    }

    #[test]
    fn providers_that_can_be_called_come_first() {
        let titles: Vec<String> = groups(&all(), &[], "", None).into_iter().map(|group| group.title).collect();
        assert_eq!(titles, ["OpenAI", "Anthropic (no key yet)"]);
    }

    #[test]
    fn recent_models_stand_on_top_while_they_can_be_called() {
        let recent = [ModelChoice::of("anthropic", "claude-opus-4-5"), ModelChoice::of("openai", "gpt-5.4-mini")];
        let found = groups(&all(), &recent, "", None);
        let first: Vec<&str> = found[0].options.iter().map(|option| option.name.as_str()).collect();
        assert_eq!((found[0].title.as_str(), first), ("Recent", vec!["gpt-5.4-mini"]));
        assert!(groups(&all(), &recent, "gpt", None).iter().all(|group| group.title != "Recent"));
    }

    #[test]
    fn each_typed_word_narrows_the_list() {
        let named = |typed: &str| {
            let found = groups(&all(), &[], typed, None).into_iter().flat_map(|group| group.options);
            found.map(|option| option.name).collect::<Vec<_>>()
        };
        assert!(named("MINI 5.4").contains(&"gpt-5.4-mini".to_owned()));
        assert!(named("mini 5.4").iter().all(|name| name.contains("mini")));
        assert!(named("anthropic opus").iter().all(|name| name.contains("opus")));
        assert!(named("no such model").is_empty());
    }

    #[test]
    fn prices_are_short() {
        for (usd, shown) in [(5.0, "$5"), (2.5, "$2.50"), (0.075, "$0.075"), (0.0, "$0"), (10.0, "$10")] {
            assert_eq!(dollars(usd), shown);
        }
        let opus = info_of(&ModelChoice::of("anthropic", "claude-opus-4-5")).unwrap();
        assert_eq!(detail_of(&opus, None), "$5 / $25 per 1M tokens · 200k context");
    }

    #[test]
    fn what_a_model_saves_is_told_by_the_tokens_of_the_step() {
        let model = ModelChoice::of("anthropic", "claude-opus-4-5");
        let present = PresentCall { model: model.clone(), input_tokens: 1_000, output_tokens: 1_000 };
        let mut half = info_of(&model).unwrap();
        half.input_usd_per_mtok = Some(1.0);
        half.output_usd_per_mtok = Some(5.0);
        assert_eq!(saving(&half, &present), Some(80));
        assert_eq!(saving(&info_of(&model).unwrap(), &present), None);
        half.output_usd_per_mtok = None;
        assert_eq!(saving(&half, &present), None);
    }

    #[test]
    fn the_last_choices_are_remembered_once_each() {
        let choice = |number: u32| ModelChoice::of("openai", &format!("m{number}"));
        let mut recent = Vec::new();
        for number in [1, 2, 3, 4, 5, 6, 3] {
            recent = remembered(&recent, &choice(number));
        }
        assert_eq!(recent, [3, 6, 5, 4, 2].map(choice));
        assert_eq!(remembered(&recent, &ModelChoice::default()), recent);
    }

    #[test]
    fn the_field_shows_the_choice() {
        let by_default = ModelChoice { provider: Some("openai".into()), model: None };
        assert_eq!(shown(&by_default, &all()).as_deref(), Some("OpenAI default (m)"));
        assert_eq!(shown(&ModelChoice::of("x", "y"), &all()).as_deref(), Some("y"));
        assert_eq!(shown(&ModelChoice::default(), &all()), None);
        let about = about(&ModelChoice::of("openai", "gpt-5.4-mini"), &all()).unwrap();
        assert!(about.starts_with("OpenAI · gpt-5.4-mini · $"), "{about}");
    }
}
