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

/// Cost of a call in US dollars; `None` when the model's price is unknown.
#[must_use]
pub fn cost_usd(model: Option<&ModelInfo>, usage: TokenUsage) -> Option<f64> {
    let model = model?;
    let input = model.input_usd_per_mtok?;
    let output = model.output_usd_per_mtok?;
    let cached = model.cached_input_usd_per_mtok.unwrap_or(input);
    let fresh = usage.input_tokens.saturating_sub(usage.cached_input_tokens);
    let micro =
        tokens(fresh) * input + tokens(usage.cached_input_tokens) * cached + tokens(usage.output_tokens) * output;
    Some(micro / 1_000_000.0)
}

/// Token counts stay far below 2^52, where every integer is a float.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "see above")]
fn tokens(count: u64) -> f64 {
    count as f64
}
