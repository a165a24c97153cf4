//! Limits of a call under a budget: its answer is limited to the tokens that the rest of the budget pays for. Exactly
//! this amount is reserved until the attempt ends.

use sluice_types::limits::DEFAULT_OUTPUT_TOKENS;
use sluice_types::{ModelInfo, most_cost_usd};

/// The limits of a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// Upper bound of tokens in the answer; the provider's own limit when `None`.
    pub max_tokens: Option<u32>,
    /// The largest possible cost of the call, in US dollars; 0 when the price of the model is unknown, which only a run
    /// without a budget allows.
    pub reserved_usd: f64,
}

/// A budget that does not cover a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverBudget {
    /// Estimated cost of the call in US dollars; `None` when the price of the model is unknown.
    pub needed_usd: Option<f64>,
}

/// The rest of a budget.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Left {
    /// The rest in US dollars.
    pub usd: f64,
    /// The number of calls that may begin with it, this one included.
    pub calls: usize,
}

/// The limits of a call. `asked` is the step's own limit of tokens, `left` the rest of the budget.
///
/// A call begins only when the budget pays for the step's limit of tokens, or for a usual answer without a limit. Beyond a
/// usual answer, it gets an equal share of the rest. An unknown price exceeds any budget.
pub fn allowance(
    model: Option<&ModelInfo>,
    asked: Option<u32>,
    input_tokens: u64,
    left: Option<Left>,
) -> Result<Allowance, OverBudget> {
    let most = model.and_then(|model| model.max_output_tokens).and_then(|most| u32::try_from(most).ok());
    let at_most = |tokens: u32| most.map_or(tokens, |most| tokens.min(most));
    // The prices at the size of the input, with all of it written to the provider's cache.
    let price = |output_tokens: u32| most_cost_usd(model, input_tokens, output_tokens.into());
    let limit = asked.map(at_most);
    let expected = limit.unwrap_or_else(|| at_most(DEFAULT_OUTPUT_TOKENS));
    let needed_usd = price(expected);
    let Some(left) = left else {
        return Ok(Allowance { max_tokens: limit, reserved_usd: needed_usd.unwrap_or(0.0) });
    };
    let Some(needed) = needed_usd.filter(|needed| *needed <= left.usd) else { return Err(OverBudget { needed_usd }) };
    if limit.is_some() {
        return Ok(Allowance { max_tokens: limit, reserved_usd: needed });
    }
    let share = left.usd / f64::from(u32::try_from(left.calls.max(1)).unwrap_or(u32::MAX));
    let affordable = affordable(share - price(0).unwrap_or(0.0), price(1).unwrap_or(0.0) - price(0).unwrap_or(0.0));
    let max_tokens = affordable.map_or(most, |tokens| Some(at_most(tokens.max(expected))));
    let reserved_usd = max_tokens.and_then(price).unwrap_or(needed);
    Ok(Allowance { max_tokens, reserved_usd })
}

/// The tokens that an amount pays for; `None` when they are free.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float saturates"
)]
fn affordable(usd: f64, usd_per_token: f64) -> Option<u32> {
    (usd_per_token > 0.0).then(|| (usd / usd_per_token).floor() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sluice_types::find_model;

    /// A rest for one call.
    const fn alone(usd: f64) -> Left {
        Left { usd, calls: 1 }
    }

    /// $3 for a million tokens read, $15 for a million written, at most 64,000 of them.
    fn model() -> ModelInfo {
        serde_json::from_value(json!({"provider": "p", "model": "m", "input_usd_per_mtok": 3.0,
            "output_usd_per_mtok": 15.0, "max_output_tokens": 64_000, "abilities": ["text"]}))
        .unwrap()
    }

    /// Twice the price above 200,000 tokens of input, and a quarter more for what is written to the cache.
    fn model_with_step() -> ModelInfo {
        let step = json!({"above_input_tokens": 200_000, "input_usd_per_mtok": 6.0, "output_usd_per_mtok": 30.0,
            "cache_write_usd_per_mtok": 7.5});
        let price_steps = vec![serde_json::from_value(step).unwrap()];
        ModelInfo { cache_write_usd_per_mtok: Some(3.75), price_steps, ..model() }
    }

    #[test]
    fn without_a_budget_nothing_is_limited_but_by_the_step() {
        let free = |asked| allowance(Some(&model()), asked, 1_000, None).unwrap().max_tokens;
        assert_eq!((free(None), free(Some(300)), free(Some(u32::MAX))), (None, Some(300), Some(64_000)));
    }

    #[test]
    fn a_call_gets_what_the_rest_of_the_budget_pays_for_and_reserves_exactly_that() {
        let allowed = allowance(Some(&model()), None, 1_000, Some(alone(0.303))).unwrap();
        assert_eq!(allowed.max_tokens, Some(20_000));
        assert!((allowed.reserved_usd - 0.303).abs() < 1e-9, "{allowed:?}");
        let by_the_model = allowance(Some(&model()), None, 1_000, Some(alone(100.0))).unwrap();
        assert_eq!(by_the_model.max_tokens, Some(64_000));
        assert!((by_the_model.reserved_usd - 0.963).abs() < 1e-9, "{by_the_model:?}");
        let asked = allowance(Some(&model()), Some(2_000), 0, Some(alone(0.03))).unwrap();
        assert_eq!(asked, Allowance { max_tokens: Some(2_000), reserved_usd: 0.03 });
    }

    #[test]
    fn siblings_share_what_is_left() {
        let shared = |usd, calls| {
            let allowed = allowance(Some(&model()), None, 0, Some(Left { usd, calls })).unwrap();
            (allowed.max_tokens, (allowed.reserved_usd * 1e6).round())
        };
        assert_eq!(shared(0.9, 1), (Some(60_000), 900_000.0));
        assert_eq!(shared(0.9, 3), (Some(20_000), 300_000.0));
        // A usual answer is reserved as long as the rest pays for it, even if that is more than a share.
        assert_eq!(shared(0.9, 100), (Some(DEFAULT_OUTPUT_TOKENS), 61_440.0));
    }

    #[test]
    fn a_reservation_covers_the_price_step_of_the_input_and_a_write_to_the_cache() {
        let reserved =
            |input| allowance(Some(&model_with_step()), Some(1_000), input, Some(alone(2.0))).unwrap().reserved_usd;
        assert!((reserved(200_000) - 0.765).abs() < 1e-9, "{}", reserved(200_000));
        assert!((reserved(200_001) - 1.530_007_5).abs() < 1e-9, "{}", reserved(200_001));
        let refused = allowance(Some(&model_with_step()), Some(1_000), 200_001, Some(alone(1.53))).unwrap_err();
        assert!(refused.needed_usd.unwrap() > 1.53);
        // $0.30 are left for the answer, at the price of the step.
        let open = allowance(Some(&model_with_step()), None, 200_001, Some(alone(1.8001))).unwrap();
        assert_eq!(open.max_tokens, Some(10_003));
    }

    #[test]
    fn too_small_a_budget_and_an_unknown_price_are_refused() {
        let needed = allowance(Some(&model()), Some(2_000), 0, Some(alone(0.029))).unwrap_err().needed_usd;
        assert_eq!(needed, Some(0.03));
        assert!(allowance(Some(&model()), None, 0, Some(alone(0.05))).is_err(), "a usual answer is not paid for");
        assert_eq!(allowance(None, None, 0, Some(alone(100.0))), Err(OverBudget { needed_usd: None }));
    }

    #[test]
    fn tokens_that_cost_nothing_are_not_limited_by_a_budget() {
        let demo = find_model("demo", "demo-echo").unwrap();
        let allowed = allowance(Some(&demo), None, 1_000, Some(alone(0.0))).unwrap();
        assert_eq!(allowed.max_tokens, demo.max_output_tokens.and_then(|most| u32::try_from(most).ok()));
    }
}
