//! Tokens and their cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalog::ModelInfo;

/// Tokens that a provider counted for one or more calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenUsage {
    /// All tokens of the prompts, those read from the provider's cache included.
    pub input_tokens: u64,
    /// All tokens of the answers, reasoning included.
    pub output_tokens: u64,
    /// The part of `input_tokens` that was read from the provider's cache.
    pub cached_input_tokens: u64,
    /// The part of `input_tokens` that was written to the provider's cache.
    #[serde(default)]
    pub cache_write_tokens: u64,
    /// The part of `output_tokens` that the model thought with.
    #[serde(default)]
    pub reasoning_tokens: u64,
}

impl std::ops::AddAssign for TokenUsage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens += other.input_tokens;
        self.output_tokens += other.output_tokens;
        self.cached_input_tokens += other.cached_input_tokens;
        self.cache_write_tokens += other.cache_write_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
    }
}

impl std::iter::Sum for TokenUsage {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |mut all, part| {
            all += part;
            all
        })
    }
}

/// Cost of one call in US dollars; `None` when the model's price is unknown.
///
/// The size of the input chooses the prices of the whole request ([`ModelInfo::prices_at`]). Add up the costs of several
/// calls: their tokens together may reach a price step that none of them reached.
#[must_use]
pub fn cost_usd(model: Option<&ModelInfo>, usage: TokenUsage) -> Option<f64> {
    let prices = model?.prices_at(usage.input_tokens)?;
    let input = prices.input_usd_per_mtok;
    let cached = usage.cached_input_tokens.min(usage.input_tokens);
    let written = usage.cache_write_tokens.min(usage.input_tokens - cached);
    let fresh = usage.input_tokens - cached - written;
    let micro = tokens(fresh) * input
        + tokens(cached) * prices.cached_input_usd_per_mtok.unwrap_or(input)
        + tokens(written) * prices.cache_write_usd_per_mtok.unwrap_or(input)
        + tokens(usage.output_tokens) * prices.output_usd_per_mtok;
    Some(micro / 1_000_000.0)
}

/// The highest cost of one call in US dollars: nothing of its input is read from the provider's cache, and all of it may
/// be written there. `None` when the model's price is unknown.
#[must_use]
pub fn most_cost_usd(model: Option<&ModelInfo>, input_tokens: u64, output_tokens: u64) -> Option<f64> {
    let fresh = TokenUsage { input_tokens, output_tokens, ..TokenUsage::default() };
    let written = TokenUsage { cache_write_tokens: input_tokens, ..fresh };
    Some(cost_usd(model, fresh)?.max(cost_usd(model, written)?))
}

/// Token counts stay far below 2^52, where every integer is a float.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "see above")]
fn tokens(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Prices of gemini-2.5-pro and gpt-5.4, and of a model that bills what is written to its cache.
    fn model(name: &str) -> ModelInfo {
        let mut info = json!({"provider": "p", "model": name, "input_usd_per_mtok": 1.25, "output_usd_per_mtok": 10.0,
            "cached_input_usd_per_mtok": 0.125, "abilities": ["text"], "price_steps": [{"above_input_tokens": 200_000,
            "input_usd_per_mtok": 2.5, "output_usd_per_mtok": 15.0, "cached_input_usd_per_mtok": 0.25}]});
        match name {
            "gemini-2.5-pro" => {}
            "gpt-5.4" => {
                info["input_usd_per_mtok"] = 2.5.into();
                info["output_usd_per_mtok"] = 15.0.into();
                info["cached_input_usd_per_mtok"] = 0.25.into();
                info["price_steps"] = json!([{"above_input_tokens": 272_000, "input_usd_per_mtok": 5.0,
                    "output_usd_per_mtok": 22.5, "cached_input_usd_per_mtok": 0.5}]);
            }
            "writes" => {
                info["cache_write_usd_per_mtok"] = 1.5625.into();
                info["price_steps"] = json!([
                    {"above_input_tokens": 100_000, "input_usd_per_mtok": 2.0, "output_usd_per_mtok": 20.0,
                        "cache_write_usd_per_mtok": 2.5},
                    {"above_input_tokens": 200_000, "input_usd_per_mtok": 4.0, "output_usd_per_mtok": 40.0},
                ]);
            }
            _ => panic!("{name}"),
        }
        serde_json::from_value(info).unwrap()
    }

    #[test]
    fn a_request_costs_what_the_step_of_its_input_says() {
        // Input, of it read from the cache, of it written to the cache, output, dollars.
        let cases = [
            ("gpt-5.4", [300_000, 0, 0, 1_000], 1.5225),
            ("gpt-5.4", [272_000, 0, 0, 1_000], 0.695),
            ("gpt-5.4", [272_001, 0, 0, 0], 1.360_005),
            ("gpt-5.4", [300_000, 200_000, 0, 0], 0.6),
            ("gemini-2.5-pro", [300_000, 0, 0, 1_000], 0.765),
            ("gemini-2.5-pro", [200_000, 0, 0, 1_000], 0.26),
            ("gemini-2.5-pro", [200_001, 0, 0, 1_000], 0.515_002_5),
            // Cached tokens count as input.
            ("gemini-2.5-pro", [200_001, 200_001, 0, 0], 0.050_000_25),
            // Without a price of their own, they cost what other input costs.
            ("gemini-2.5-pro", [1_000, 0, 1_000, 0], 0.001_25),
            ("writes", [100_000, 0, 40_000, 0], 0.1375),
            ("writes", [100_000, 60_000, 40_000, 0], 0.07),
            ("writes", [100_001, 1, 40_000, 0], 0.220_002),
            ("writes", [300_000, 100_000, 100_000, 1_000], 1.24),
            // A provider that counts more cached tokens than tokens.
            ("writes", [1_000, 2_000, 3_000, 0], 0.000_125),
        ];
        for (name, [input_tokens, cached_input_tokens, cache_write_tokens, output_tokens], dollars) in cases {
            let usage = TokenUsage {
                input_tokens,
                output_tokens,
                cached_input_tokens,
                cache_write_tokens,
                reasoning_tokens: output_tokens,
            };
            let cost = cost_usd(Some(&model(name)), usage).unwrap();
            assert!((cost - dollars).abs() < 1e-9, "{name} {usage:?}: {cost}");
        }
    }

    #[test]
    fn the_highest_cost_writes_all_input_to_the_cache() {
        let most = |name, input| most_cost_usd(Some(&model(name)), input, 0).unwrap();
        assert!((most("writes", 100_000) - 0.156_25).abs() < 1e-9);
        assert!((most("gemini-2.5-pro", 200_001) - 0.500_002_5).abs() < 1e-9);
    }

    #[test]
    fn a_price_that_is_not_known_is_not_zero() {
        let usage = TokenUsage { input_tokens: 1, ..TokenUsage::default() };
        let half = ModelInfo { output_usd_per_mtok: None, ..model("gpt-5.4") };
        assert_eq!((cost_usd(None, usage), cost_usd(Some(&half), usage)), (None, None));
        assert_eq!(most_cost_usd(None, 1, 1), None);
    }
}
