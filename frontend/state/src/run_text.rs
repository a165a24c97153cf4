//! Short texts of the run page, and parsing of its short fields.

use sluice_types::{CostRange, Estimate, Gate, GateKind, OnExpiry, ReviewDecision};

use super::format::{PRICE_NOT_KNOWN, cost, cost_range, decimal};

/// An amount as people type it: `0.5`, `2`, `0.0031`, without trailing zeros.
#[must_use]
pub fn dollars(usd: f64) -> String {
    let text = format!("{usd:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The typed budget; `None` when empty.
pub fn budget_of(typed: &str) -> Result<Option<f64>, String> {
    let text = typed.trim().trim_start_matches('$').trim();
    if text.is_empty() {
        return Ok(None);
    }
    match decimal(text) {
        Some(usd) if usd >= 0.0 => Ok(Some(usd)),
        Some(_) => Err("A budget is not negative.".into()),
        None => Err("Write an amount, as 0.50.".into()),
    }
}

/// A budget that lets the next call begin, and the rest of the run go on when its estimate is known: rounded up to a
/// readable amount.
#[must_use]
pub fn suggested_budget(spent: f64, needed: f64, rest: Option<f64>) -> f64 {
    let least = spent + needed.max(rest.unwrap_or_default());
    let unit = if least < 0.1 {
        0.01
    } else if least < 1.0 {
        0.1
    } else {
        1.0
    };
    let whole = (least / unit).ceil();
    // Rounded once more, as 3 × 0.1 is not 0.3.
    (whole * unit * 100.0).round() / 100.0
}

/// Why a budget has to be raised: what is spent, what the next call needs, and what the rest may cost at the most.
#[must_use]
pub fn budget_gate_hint(spent: f64, budget: Option<f64>, needed: f64, rest: Option<f64>) -> String {
    let of = budget.map(|budget| format!(" of {}", cost(budget))).unwrap_or_default();
    let rest = rest.filter(|rest| *rest > needed).map(|rest| format!(", the rest of the run up to {}", cost(rest)));
    format!("{}{of} is spent. The next call may cost {}{}.", cost(spent), cost(needed), rest.unwrap_or_default())
}

/// An estimated cost.
#[must_use]
pub fn estimated_cost(cost_usd: Option<CostRange>) -> String {
    cost_usd.map_or_else(|| PRICE_NOT_KNOWN.to_owned(), cost_range)
}

/// The estimated cost of a run.
#[must_use]
pub fn estimated_total(estimate: &Estimate) -> String {
    total_cost(estimate.steps.iter().map(|step| step.cost_usd))
}

/// What a run is expected to cost, and the range around it in a sentence. Answers of earlier runs tell what is usual;
/// before the first one, only the limits are known.
#[must_use]
pub fn expected_cost(estimate: &Estimate) -> (String, Option<String>) {
    let total = estimated_total(estimate);
    let costs = estimate.steps.iter().map(|step| step.cost_usd).collect::<Option<Vec<CostRange>>>();
    let Some(range) = costs.map(|costs| costs.into_iter().fold(CostRange::default(), std::ops::Add::add)) else {
        return (total, None);
    };
    let (low, high) = (cost(range.low), cost(range.high));
    if low == high {
        return (high, None);
    }
    let is_usual = |step: &sluice_types::StepEstimate| step.from_history || step.cost_usd == Some(CostRange::default());
    if estimate.steps.iter().all(is_usual) {
        let usual = f64::midpoint(range.low, range.high);
        return (format!("about {}", cost(usual)), Some(format!("From {low} to {high}, as in earlier runs.")));
    }
    let least = (range.low > 0.0).then(|| format!("At least {low}."));
    (format!("up to {high}"), least)
}

/// The sum of estimated costs. When prices are missing, the known part is the minimum.
pub fn total_cost(costs: impl IntoIterator<Item = Option<CostRange>>) -> String {
    let (mut known, mut is_whole) = (CostRange::default(), true);
    for cost in costs {
        is_whole &= cost.is_some();
        known = known + cost.unwrap_or_default();
    }
    if is_whole {
        cost_range(known)
    } else if known.low > 0.0 {
        format!("at least {}", cost(known.low))
    } else {
        PRICE_NOT_KNOWN.to_owned()
    }
}

/// The automatic decision of a gate and its time, relative to now.
#[must_use]
pub fn expiry(gate: &Gate, now: chrono::DateTime<chrono::Utc>) -> Option<String> {
    let left = (gate.expires_at? - now).num_milliseconds().max(0);
    let what = match &gate.on_expiry {
        Some(OnExpiry::Approve) => "approves the text by itself",
        Some(OnExpiry::Reject) | None => "rejects the text by itself",
        Some(OnExpiry::Unknown(_)) => "decides by itself",
    };
    Some(format!("Without a decision, it {what} in {}.", super::format::duration(left)))
}

/// The text of a scheduled attempt: `Attempt 2 of 3 in 4 s`.
#[must_use]
pub fn next_attempt(done: i32, attempts: Option<u32>, left_ms: i64) -> String {
    let next = done.saturating_add(1);
    let of =
        attempts.filter(|&all| i64::from(all) >= i64::from(next)).map(|all| format!(" of {all}")).unwrap_or_default();
    let seconds = u64::try_from(left_ms).unwrap_or(0).div_ceil(1_000);
    if seconds == 0 { format!("Attempt {next}{of} begins") } else { format!("Attempt {next}{of} in {seconds} s") }
}

/// The name of a past decision.
#[must_use]
pub const fn decision_word(decision: ReviewDecision) -> &'static str {
    match decision {
        ReviewDecision::Approve => "Approved",
        ReviewDecision::Reject => "Rejected",
        ReviewDecision::Revise => "Sent back for revision",
        ReviewDecision::RaiseBudget => "Budget raised",
        ReviewDecision::Stop => "Stopped",
        ReviewDecision::Repeat => "Repeated",
        ReviewDecision::AssumeDone => "Taken as done",
        ReviewDecision::Fail => "Taken as failed",
        ReviewDecision::Unknown => "Decided",
    }
}

/// The heading for a gate's subject.
#[must_use]
pub const fn gate_heading(kind: GateKind) -> &'static str {
    match kind {
        GateKind::Review => "Your review is needed",
        GateKind::Budget => "The budget does not cover the next call",
        GateKind::OutcomeUnknown => "What happened to this step?",
        GateKind::ToolCall => "The agent asks to make this call",
        GateKind::InterruptedOften => "The server stopped repeatedly at this step",
        GateKind::Unknown => "A decision is needed that this page does not know: reload it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn budgets_are_read_as_people_type_them() {
        assert_eq!(budget_of(" "), Ok(None));
        assert_eq!(budget_of("$ 0,50"), Ok(Some(0.5)));
        assert!(budget_of("-1").is_err() && budget_of("much").is_err() && budget_of("inf").is_err());
        assert_eq!([0.5, 2.0, 0.0031, 0.0].map(dollars), ["0.5", "2", "0.0031", "0"]);
    }

    #[test]
    fn a_suggested_budget_covers_the_call() {
        for (spent, needed, rest, expected) in [
            (0.0, 0.003, None, 0.01),
            (0.02, 0.013, None, 0.04),
            (0.02, 0.013, Some(0.1), 0.2),
            (0.02, 0.013, Some(0.001), 0.04),
            (0.25, 0.04, None, 0.3),
            (1.2, 0.9, Some(1.0), 3.0),
        ] {
            let suggested = suggested_budget(spent, needed, rest);
            assert!((suggested - expected).abs() < 1e-9, "{suggested}");
            assert!(suggested >= spent + needed);
        }
    }

    #[test]
    fn a_budget_gate_tells_its_amounts_once_and_short() {
        assert_eq!(
            budget_gate_hint(0.020_005, Some(0.02), 0.013, Some(0.1)),
            "$0.02 of $0.02 is spent. The next call may cost $0.01, the rest of the run up to $0.10."
        );
        assert_eq!(budget_gate_hint(0.0, None, 0.5, Some(0.4)), "$0 is spent. The next call may cost $0.50.");
    }

    #[test]
    fn an_estimate_without_all_prices_tells_the_least() {
        let step = |cost: serde_json::Value| {
            json!({"path": "a", "label": "A", "type": "llm", "provider": null, "model": null, "from_history": false,
                "input_tokens": {"low": 1, "high": 2}, "output_tokens": {"low": 1, "high": 2}, "cost_usd": cost})
        };
        let total = |steps: serde_json::Value, cost: serde_json::Value| {
            let estimate = json!({"steps": steps, "cost_usd": cost, "unknown_prices": [], "prices_date": "2026-11-20"});
            estimated_total(&serde_json::from_value(estimate).unwrap())
        };
        let known = json!({"low": 0.0012, "high": 0.06});
        assert_eq!(total(json!([step(known.clone()), step(json!(null))]), json!(null)), "at least $0.0012");
        assert_eq!(total(json!([step(json!(null))]), json!(null)), "price not known");
        assert_eq!(total(json!([step(known.clone())]), known), "$0.0012–$0.06");
        let free = json!({"low": 0.0, "high": 0.0});
        assert_eq!(total(json!([step(free.clone()), step(json!(null))]), json!(null)), "price not known");
        assert_eq!(total(json!([step(free.clone())]), free), "$0");
        assert_eq!(estimated_cost(None), "price not known");
    }

    #[test]
    fn what_is_usual_is_known_from_earlier_runs_alone() {
        let expected = |steps: &[(bool, serde_json::Value)]| {
            let step = |(from_history, cost): &(bool, serde_json::Value)| {
                json!({"path": "a", "label": "A", "type": "llm", "provider": null, "model": null,
                    "from_history": from_history, "input_tokens": {"low": 1, "high": 2},
                    "output_tokens": {"low": 1, "high": 2}, "cost_usd": cost})
            };
            let steps: Vec<_> = steps.iter().map(step).collect();
            let estimate = json!({"steps": steps, "cost_usd": null, "unknown_prices": [], "prices_date": "2026-11-20"});
            let (amount, range) = expected_cost(&serde_json::from_value(estimate).unwrap());
            format!("{amount}. {}", range.unwrap_or_default())
        };
        let range = json!({"low": 1.0, "high": 3.0});
        let free = json!({"low": 0.0, "high": 0.0});
        assert_eq!(expected(&[(false, range.clone())]), "up to $3.00. At least $1.00.");
        let usual = "about $2.00. From $1.00 to $3.00, as in earlier runs.";
        assert_eq!(expected(&[(true, range.clone()), (false, free.clone())]), usual);
        assert_eq!(expected(&[(true, range.clone()), (false, range.clone())]), "up to $6.00. At least $2.00.");
        assert_eq!(expected(&[(true, range), (false, json!(null))]), "at least $1.00. ");
        assert_eq!(expected(&[(false, free)]), "$0. ");
        assert_eq!(expected(&[(false, json!({"low": 0.0, "high": 3.0}))]), "up to $3.00. ");
    }

    #[test]
    fn a_gate_tells_what_it_decides_by_itself() {
        let gate: Gate = serde_json::from_value(json!({"kind": "review", "message": "", "decisions": [],
            "expires_at": "2026-01-01T00:02:00Z", "on_expiry": "approve"}))
        .unwrap();
        let now = "2026-01-01T00:00:30Z".parse().unwrap();
        assert_eq!(expiry(&gate, now).unwrap(), "Without a decision, it approves the text by itself in 1 min 30 s.");
        assert_eq!(expiry(&Gate { expires_at: None, ..gate }, now), None);
    }

    #[test]
    fn an_attempt_to_come_is_counted_down() {
        assert_eq!(next_attempt(1, Some(3), 3_100), "Attempt 2 of 3 in 4 s");
        assert_eq!(next_attempt(3, Some(3), 0), "Attempt 4 begins");
        assert_eq!(next_attempt(1, None, -5), "Attempt 2 begins");
    }
}
