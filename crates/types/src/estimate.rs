//! The expected cost of a run, as a range, before anything is spent.

mod tree;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::catalog::find_model;
use crate::chat_tokens::estimated_tokens;
use crate::definition::{Definition, ModelUse, StepType, known_parts_if_given};
use crate::ids::{StepId, StepPath};
use crate::index::{Index, Place};
use crate::input_check::with_defaults;
use crate::limits::DEFAULT_OUTPUT_TOKENS;
use crate::providers::ProviderName;
use crate::resolve::model_of;
use crate::template::{Reading, Root};
use crate::usage::{TokenUsage, cost_usd, most_cost_usd};
use tree::{LocalTokens, Walk, Walked};

/// A range from the lowest to the highest expected value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostRange {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl std::ops::Add for CostRange {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

/// Tokens, from the least to the most that is expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenRange {
    /// The least.
    pub low: u64,
    /// The most.
    pub high: u64,
}

impl std::ops::Add for TokenRange {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

/// The definition and the input to estimate. Default: the saved definition, without input.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EstimateWorkflow {
    /// A definition that is not saved yet.
    #[serde(default, deserialize_with = "known_parts_if_given")]
    pub definition: Option<Definition>,
    /// The input that the run will have.
    #[serde(default)]
    pub input: Option<Value>,
}

/// Usage of a step in earlier executions of the workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepHistory {
    /// Completed attempts that were counted.
    pub attempts: i64,
    /// The fewest tokens of an answer.
    pub least_output_tokens: u64,
    /// The most tokens of an answer.
    pub most_output_tokens: u64,
}

/// Usage by step, provider and model. Answers of different models are not comparable.
pub type StepHistories = HashMap<(StepId, String, String), StepHistory>;

/// How often something runs, from the least to the most that is expected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallRange {
    /// The least.
    pub low: u64,
    /// The most.
    pub high: u64,
}

impl CallRange {
    /// Once, whatever happens.
    pub const ONCE: Self = Self { low: 1, high: 1 };
}

impl std::ops::Add for CallRange {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { low: self.low.saturating_add(other.low), high: self.high.saturating_add(other.high) }
    }
}

/// The expected usage of a run, without retries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    /// Each step that calls a model.
    pub steps: Vec<StepEstimate>,
    /// All of it, in US dollars, from the cheapest case and one round of each loop to the dearest case and all rounds;
    /// missing when the price of a model is not known. Then the costs of the other steps together are the least that it
    /// costs. What `per_item` lists comes on top.
    pub cost_usd: Option<CostRange>,
    /// Calls of models, with the same bounds.
    #[serde(default)]
    pub calls: CallRange,
    /// What each item of a `for_each` costs, where the number of items is not known yet.
    #[serde(default)]
    pub per_item: Vec<ItemEstimate>,
    /// The day of the price list, as `2026-11-01`.
    pub prices_date: String,
    /// The labels of steps whose price is unknown.
    pub unknown_prices: Vec<String>,
}

/// The expected usage of one item of a `for_each`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ItemEstimate {
    /// The `parallel` step.
    pub path: StepPath,
    /// Its label.
    pub label: String,
    /// Cost of one item in US dollars; absent when the price is unknown.
    pub cost_usd: Option<CostRange>,
    /// Calls of models for one item.
    pub calls: CallRange,
}

/// The expected usage of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepEstimate {
    /// The step run; of several the first, as `each.0.draft`.
    pub path: StepPath,
    /// Its label.
    pub label: String,
    /// How often it runs: less than once where a case may not be taken, more than once in a loop. For one item where
    /// `per_item` says so.
    #[serde(default)]
    pub calls: CallRange,
    /// The `parallel` step around it whose number of items is not known yet.
    pub per_item: Option<StepPath>,
    /// Type of the step.
    #[serde(rename = "type")]
    pub step_type: StepType,
    /// The provider that would be called.
    #[schema(value_type = Option<ProviderName>)]
    pub provider: Option<String>,
    /// The model that would be called.
    pub model: Option<String>,
    /// Tokens of the prompt of one call.
    pub input_tokens: TokenRange,
    /// Tokens of the answer of one call.
    pub output_tokens: TokenRange,
    /// Cost of one call in US dollars; absent when the price is unknown.
    pub cost_usd: Option<CostRange>,
    /// Whether the estimate uses earlier executions of the workflow.
    pub from_history: bool,
}

/// Lower bound of an answer's tokens without a history.
const LEAST_OUTPUT_TOKENS: u32 = 50;

/// Estimates a run of a definition in which every step names its model (the server fills in the defaults).
#[must_use]
pub fn estimate(definition: &Definition, input: &Value, history: &StepHistories) -> Estimate {
    let index = Index::of(definition);
    let input = &with_defaults(&definition.inputs, input);
    let scope = Scope { definition, index: &index, input, history };
    let Walked { total, steps, per_item } = Walk::new(&scope).run();
    Estimate {
        unknown_prices: steps.iter().filter(|step| step.cost_usd.is_none()).map(|step| step.label.clone()).collect(),
        cost_usd: total.cost_usd(),
        calls: total.calls,
        per_item,
        prices_date: crate::catalog::catalog().prices_date.clone(),
        steps,
    }
}

/// A step of a newer version: nothing is known of its cost.
fn unknown_estimate(index: &Index, place: &Place) -> StepEstimate {
    let step = &place.step;
    StepEstimate {
        path: index.first_path(place),
        calls: CallRange::ONCE,
        per_item: None,
        label: step.label.clone(),
        step_type: step.step_type(),
        provider: None,
        model: None,
        input_tokens: TokenRange::default(),
        output_tokens: TokenRange::default(),
        cost_usd: None,
        from_history: false,
    }
}

/// Tokens of the outputs of steps.
type Outputs<'a> = HashMap<&'a StepId, TokenRange>;

/// The inputs of an estimate.
struct Scope<'a> {
    definition: &'a Definition,
    index: &'a Index,
    input: &'a Value,
    history: &'a StepHistories,
}

impl Scope<'_> {
    fn of_call(&self, place: &Place, uses: ModelUse<'_>, outputs: &Outputs<'_>, locals: &LocalTokens) -> StepEstimate {
        let step = &place.step;
        let (provider, model) = model_of(self.definition, uses);
        let named = provider.clone().zip(model.clone());
        let info = named.as_ref().and_then(|(provider, model)| find_model(provider, model));
        let seen = named.and_then(|(provider, model)| self.history.get(&(step.id.clone(), provider, model)));
        let templates = step.templates();
        let input_tokens = templates.iter().map(|(_, source)| self.tokens_of(source, outputs, locals));
        let input_tokens = input_tokens.fold(TokenRange::default(), |sum, tokens| sum + tokens);
        let most = uses.max_tokens.unwrap_or(DEFAULT_OUTPUT_TOKENS);
        let cap = info.as_ref().and_then(|info| info.max_output_tokens);
        let cap = cap.map_or(u64::from(most), |cap| cap.min(u64::from(most)));
        let output_tokens = match seen {
            Some(seen) => TokenRange { low: seen.least_output_tokens, high: seen.most_output_tokens.min(cap) },
            None => TokenRange { low: u64::from(LEAST_OUTPUT_TOKENS.min(most)), high: cap },
        };
        let least =
            TokenUsage { input_tokens: input_tokens.low, output_tokens: output_tokens.low, ..TokenUsage::default() };
        let low = cost_usd(info.as_ref(), least);
        let high = most_cost_usd(info.as_ref(), input_tokens.high, output_tokens.high);
        StepEstimate {
            path: self.index.first_path(place),
            calls: CallRange::ONCE,
            per_item: None,
            label: step.label.clone(),
            step_type: step.step_type(),
            provider,
            model,
            input_tokens,
            output_tokens,
            cost_usd: low.zip(high).map(|(low, high)| CostRange { low, high }),
            from_history: seen.is_some(),
        }
    }

    /// Tokens of a rendered template: its own text plus the text of each reference.
    fn tokens_of(&self, source: &str, outputs: &Outputs<'_>, locals: &LocalTokens) -> TokenRange {
        let own = estimated_tokens(source);
        let mut range = TokenRange { low: own, high: own };
        // The lint reports templates that cannot be parsed.
        let Ok(reading) = Reading::new(source, self.index.names()) else { return range };
        for name in reading.locals_used() {
            range = range + locals.of(name);
        }
        for reference in reading.into_references() {
            let brought = match reference.root {
                Root::Steps => {
                    let place = self.index.named(&reference.name);
                    place.and_then(|place| outputs.get(&place.step.id)).copied().unwrap_or_default()
                }
                Root::Input => fixed(self.input.get(&reference.name)),
                Root::Context => fixed(self.definition.context.get(&reference.name)),
            };
            range = range + brought;
        }
        range
    }
}

fn fixed(value: Option<&Value>) -> TokenRange {
    let count = match value {
        None => 0,
        Some(Value::String(text)) => estimated_tokens(text),
        Some(other) => estimated_tokens(&serde_json::to_string(other).unwrap_or_default()),
    };
    TokenRange { low: count, high: count }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn definition() -> Definition {
        serde_json::from_value(json!({"provider": "anthropic", "model": "claude-sonnet-4-5", "steps": [
            {"id": "a", "label": "A", "type": "llm", "prompt": "{{input.topic}}", "max_tokens": 1000},
            {"id": "r", "label": "R", "type": "review", "shows": ["a"]},
            {"id": "b", "label": "B", "type": "llm", "prompt": "{{steps.R.content}}", "max_tokens": 1000},
        ]}))
        .unwrap()
    }

    #[test]
    fn a_reference_brings_the_tokens_of_what_it_refers_to() {
        let estimate = estimate(&definition(), &json!({"topic": "x".repeat(4000)}), &HashMap::new());
        assert_eq!(estimate.steps[0].input_tokens, TokenRange { low: 1004, high: 1004 });
        assert_eq!(estimate.steps[0].output_tokens, TokenRange { low: 50, high: 1000 });
        assert_eq!(estimate.steps[1].input_tokens, TokenRange { low: 55, high: 1005 });
        let cost = estimate.cost_usd.unwrap();
        assert!(cost.low > 0.0 && cost.high > cost.low, "{cost:?}");
    }

    #[test]
    fn history_narrows_the_range() {
        let seen = StepHistory { attempts: 3, least_output_tokens: 400, most_output_tokens: 500 };
        let model = ("anthropic".to_owned(), "claude-sonnet-4-5".to_owned());
        let history = HashMap::from([((StepId::new("a").unwrap(), model.0, model.1), seen)]);
        let estimate = estimate(&definition(), &json!({}), &history);
        assert_eq!(estimate.steps[0].output_tokens, TokenRange { low: 400, high: 500 });
        assert!(estimate.steps[0].from_history && !estimate.steps[1].from_history);
    }

    #[test]
    fn a_long_input_costs_what_its_price_step_says() {
        let mut definition = definition();
        definition.steps.truncate(1);
        let cost_at = |definition: &Definition, tokens: usize| {
            // The prompt has four more, for the reference itself.
            let topic = "x".repeat((tokens - 4) * 4);
            let estimate = estimate(definition, &json!({"topic": topic}), &HashMap::new());
            assert_eq!(u64::try_from(tokens).unwrap(), estimate.steps[0].input_tokens.low);
            estimate.cost_usd.unwrap()
        };
        let stepped = crate::catalog::catalog().items.iter().find(|info| !info.price_steps.is_empty()).unwrap();
        definition.provider = Some(stepped.provider.clone());
        definition.model = Some(stepped.model.clone());
        let border = stepped.price_steps[0].above_input_tokens;
        let tokens = usize::try_from(border).unwrap();
        let (at, above) = (cost_at(&definition, tokens), cost_at(&definition, tokens + 1));
        let expected = |input| most_cost_usd(Some(stepped), input, 1_000).unwrap();
        assert!((at.high - expected(border)).abs() < 1e-9 && (above.high - expected(border + 1)).abs() < 1e-9);
        assert!(above.low > at.low * 1.4 && above.high > at.high * 1.4, "{at:?} {above:?}");
    }

    #[test]
    fn an_unknown_price_is_said() {
        let mut definition = definition();
        definition.model = Some("claude-nobody".into());
        let estimate = estimate(&definition, &json!({}), &HashMap::new());
        assert_eq!((estimate.cost_usd, estimate.unknown_prices), (None, vec!["A".to_owned(), "B".to_owned()]));
    }
}
