//! Walks the lists of a definition: the cheapest and the dearest way through each.

use std::collections::HashMap;

use serde_json::Value;

use super::{CallRange, CostRange, ItemEstimate, Outputs, Scope, StepEstimate, TokenRange, fixed, unknown_estimate};
use crate::block::{BlockAddress, Slot};
use crate::definition::{AgentStep, ParallelStep, StepKind};
use crate::ids::StepPath;
use crate::index::Place;
use crate::limits::{DEFAULT_OUTPUT_TOKENS, MAX_ITEMS, MAX_ITERATIONS};
use crate::template::{Reading, Root};

/// Cost and calls of a part of a run.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Amount {
    cost: CostRange,
    has_unknown_price: bool,
    pub calls: CallRange,
}

impl Amount {
    fn of(step: &StepEstimate) -> Self {
        Self {
            cost: step.cost_usd.unwrap_or_default(),
            has_unknown_price: step.cost_usd.is_none(),
            calls: CallRange::ONCE,
        }
    }

    pub fn cost_usd(&self) -> Option<CostRange> {
        (!self.has_unknown_price).then_some(self.cost)
    }

    fn and(self, other: Self) -> Self {
        Self {
            cost: self.cost + other.cost,
            has_unknown_price: self.has_unknown_price || other.has_unknown_price,
            calls: self.calls + other.calls,
        }
    }

    /// One of the two.
    fn or(self, other: Self) -> Self {
        Self {
            cost: CostRange { low: self.cost.low.min(other.cost.low), high: self.cost.high.max(other.cost.high) },
            has_unknown_price: self.has_unknown_price || other.has_unknown_price,
            calls: CallRange { low: self.calls.low.min(other.calls.low), high: self.calls.high.max(other.calls.high) },
        }
    }

    fn times(self, least: u32, most: u32) -> Self {
        Self {
            cost: CostRange { low: self.cost.low * f64::from(least), high: self.cost.high * f64::from(most) },
            has_unknown_price: self.has_unknown_price,
            calls: repeated(self.calls, least, most),
        }
    }
}

fn repeated(calls: CallRange, least: u32, most: u32) -> CallRange {
    CallRange { low: calls.low.saturating_mul(least.into()), high: calls.high.saturating_mul(most.into()) }
}

/// What a step adds to a run.
enum Part {
    /// The same whatever happens.
    Always(Amount),
    /// By the case that is taken; `None` when no case matches.
    Cases(Vec<(Option<Slot>, Amount)>),
}

/// Tokens of the names that containers give.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LocalTokens {
    item: TokenRange,
    previous: TokenRange,
}

impl LocalTokens {
    pub fn of(&self, name: &str) -> TokenRange {
        match name {
            "item" => self.item,
            "previous" => self.previous,
            // A number.
            _ => TokenRange { low: 1, high: 1 },
        }
    }
}

/// Where a list runs.
#[derive(Clone)]
struct Within {
    /// How often the list runs in a run, or for one item.
    times: CallRange,
    per_item: Option<StepPath>,
    locals: LocalTokens,
}

/// An estimate under way.
pub(super) struct Walk<'a> {
    scope: &'a Scope<'a>,
    outputs: Outputs<'a>,
    walked: Walked,
}

/// The result of a walk.
#[derive(Default)]
pub(super) struct Walked {
    pub total: Amount,
    /// In the order of the definition.
    pub steps: Vec<StepEstimate>,
    pub per_item: Vec<ItemEstimate>,
}

impl<'a> Walk<'a> {
    pub fn new(scope: &'a Scope<'a>) -> Self {
        Self { scope, outputs: HashMap::new(), walked: Walked::default() }
    }

    pub fn run(mut self) -> Walked {
        let within = Within { times: CallRange::ONCE, per_item: None, locals: LocalTokens::default() };
        self.walked.total = self.list(&BlockAddress::Root, &within);
        self.walked
    }

    /// A list, from its entry to its end.
    fn list(&mut self, address: &BlockAddress, within: &Within) -> Amount {
        let index = self.scope.index;
        let places: Vec<&'a Place> = index.block(address).collect();
        let reached = index.reached(address);
        let may_jump = |place: &&Place| match &place.step.kind {
            StepKind::Conditional(conditional) => conditional.jumps().next().is_some(),
            StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Agent(_)
            | StepKind::Parallel(_)
            | StepKind::Loop(_)
            | StepKind::Unknown(_) => false,
        };
        let has_ways = places.iter().any(may_jump);
        let parts: Vec<Part> = places
            .iter()
            .map(|place| {
                let mut own = within.clone();
                if !reached.contains(&place.position) {
                    own.times = CallRange::default();
                } else if has_ways && index.can_pass_by(place, places.len()) {
                    own.times.low = 0;
                }
                self.part(place, &own)
            })
            .collect();
        // The amount from each position to the end of the list.
        let mut rest = vec![Amount::default(); places.len() + 1];
        for (place, part) in places.iter().zip(&parts).rev() {
            let after = |position: usize| rest.get(position).copied().unwrap_or_default();
            let amount = match part {
                _ if !place.step.enabled => after(index.after_skip(place)),
                Part::Always(amount) => amount.and(after(index.after(place))),
                Part::Cases(cases) => cases
                    .iter()
                    .map(|(taken, amount)| amount.and(after(index.after_case(place, taken.as_ref()))))
                    .reduce(Amount::or)
                    .unwrap_or_default(),
            };
            if let Some(slot) = rest.get_mut(place.position) {
                *slot = amount;
            }
        }
        rest.get(index.entry(address)).copied().unwrap_or_default()
    }

    fn part(&mut self, place: &'a Place, within: &Within) -> Part {
        if !place.step.enabled {
            return Part::Always(Amount::default());
        }
        let amount = match &place.step.kind {
            StepKind::Review(_) => {
                let shown = self.scope.index.shown_by(place);
                let shown = shown.last().and_then(|shown| self.outputs.get(&shown.step.id)).copied();
                self.outputs.insert(&place.step.id, shown.unwrap_or_default());
                Amount::default()
            }
            StepKind::Unknown(_) => self.call(unknown_estimate(self.scope.index, place), within),
            StepKind::Llm(llm) => {
                let estimate = self.scope.of_call(place, llm.model_use(), &self.outputs, &within.locals);
                self.outputs.insert(&place.step.id, estimate.output_tokens);
                self.call(estimate, within)
            }
            StepKind::Agent(agent) => self.agent(place, agent, within),
            // What a tool gives is not known, and it costs nothing.
            StepKind::Tool(_) => {
                let tokens = TokenRange { low: 0, high: DEFAULT_OUTPUT_TOKENS.into() };
                self.outputs.insert(&place.step.id, tokens);
                Amount::default()
            }
            StepKind::Parallel(parallel) => self.parallel(place, parallel, within),
            StepKind::Loop(body) => self.rounds(place, body.max_iterations.clamp(1, MAX_ITERATIONS), within),
            StepKind::Conditional(_) => return self.cases(place, within),
        };
        Part::Always(amount)
    }

    fn call(&mut self, estimate: StepEstimate, within: &Within) -> Amount {
        let amount = Amount::of(&estimate);
        let estimate = StepEstimate { calls: within.times, per_item: within.per_item.clone(), ..estimate };
        self.walked.steps.push(estimate);
        amount
    }

    /// At least one turn, and at most as many as the agent may take. Each turn sends all that came before it, which at the
    /// most is an answer and a result for each turn.
    fn agent(&mut self, place: &'a Place, agent: &AgentStep, within: &Within) -> Amount {
        let turns = agent.turns();
        let estimate = self.scope.of_call(place, agent.model_use(), &self.outputs, &within.locals);
        self.outputs.insert(&place.step.id, estimate.output_tokens);
        let within = Within { times: repeated(within.times, 1, turns), ..within.clone() };
        self.call(estimate, &within).times(1, turns)
    }

    fn cases(&mut self, place: &'a Place, within: &Within) -> Part {
        let within = Within { times: CallRange { low: 0, ..within.times }, ..within.clone() };
        let mut all = Vec::new();
        let mut output: Option<TokenRange> = None;
        for slot in slots(place) {
            let address = inner(place, &slot);
            let amount = self.list(&address, &within);
            let tokens = self.last_output(&address);
            output = Some(output.map_or(tokens, |so_far| either(so_far, tokens)));
            all.push((Some(slot), amount));
        }
        if !all.iter().any(|(slot, _)| *slot == Some(Slot::Otherwise)) {
            all.push((None, Amount::default()));
            output = output.map(|tokens| TokenRange { low: 0, ..tokens });
        }
        self.outputs.insert(&place.step.id, output.unwrap_or_default());
        Part::Cases(all)
    }

    fn rounds(&mut self, place: &'a Place, most: u32, within: &Within) -> Amount {
        let address = inner(place, &Slot::Body);
        // The output of a round is not estimated before the round.
        let previous = TokenRange { low: 0, high: DEFAULT_OUTPUT_TOKENS.into() };
        let within = Within {
            times: repeated(within.times, 1, most),
            locals: LocalTokens { previous, ..within.locals },
            ..within.clone()
        };
        let round = self.list(&address, &within);
        let output = self.last_output(&address);
        self.outputs.insert(&place.step.id, output);
        round.times(1, most)
    }

    fn parallel(&mut self, place: &'a Place, parallel: &ParallelStep, within: &Within) -> Amount {
        let mut sum = Amount::default();
        let mut output = TokenRange::default();
        for slot in slots(place).into_iter().filter(|slot| *slot != Slot::Each) {
            let address = inner(place, &slot);
            sum = sum.and(self.list(&address, within));
            output = output + self.last_output(&address);
        }
        if parallel.for_each.is_some() {
            let (amount, tokens) = self.each(place, parallel, within);
            sum = sum.and(amount);
            output = output + tokens;
        }
        self.outputs.insert(&place.step.id, output);
        sum
    }

    /// The items of a `for_each`, or one of them where their number is not known.
    fn each(&mut self, place: &'a Place, parallel: &ParallelStep, within: &Within) -> (Amount, TokenRange) {
        let address = inner(place, &Slot::Each);
        let path = self.scope.index.first_path(place);
        let Some(items) = self.items(parallel) else {
            let at = self.walked.per_item.len();
            let one = Within { times: CallRange::ONCE, per_item: Some(path.clone()), locals: within.locals };
            let item = self.list(&address, &one);
            let label = place.step.label.clone();
            let estimate = ItemEstimate { path, label, cost_usd: item.cost_usd(), calls: item.calls };
            self.walked.per_item.insert(at, estimate);
            return (Amount::default(), self.last_output(&address));
        };
        let count = u32::try_from(items.len().min(MAX_ITEMS)).unwrap_or(u32::MAX);
        let item = items.iter().map(|item| fixed(Some(item))).reduce(either).unwrap_or_default();
        let all = Within {
            times: repeated(within.times, count, count),
            locals: LocalTokens { item, ..within.locals },
            ..within.clone()
        };
        let amount = self.list(&address, &all).times(count, count);
        let one = self.last_output(&address);
        let output =
            TokenRange { low: one.low.saturating_mul(count.into()), high: one.high.saturating_mul(count.into()) };
        (amount, output)
    }

    /// The items, where the expression is only the name of a list in the input or of the input itself.
    fn items(&self, parallel: &ParallelStep) -> Option<&'a Vec<Value>> {
        let source = parallel.for_each.as_deref()?.trim();
        if source == "input" {
            return self.scope.input.as_array();
        }
        let reading = Reading::expression(source, self.scope.index.names()).ok()?;
        let reference = reading.only_reference()?;
        let from = match reference.root {
            Root::Input => self.scope.input.get(&reference.name),
            Root::Context => self.scope.definition.context.get(&reference.name),
            Root::Steps => None,
        }?;
        let value = match &reference.field {
            Some(field) => from.get(field)?,
            None => from,
        };
        value.as_array()
    }

    /// Tokens of the output of a list: that of its last step that is enabled.
    fn last_output(&self, address: &BlockAddress) -> TokenRange {
        let last = self.scope.index.block(address).filter(|place| place.step.enabled).last();
        last.and_then(|place| self.outputs.get(&place.step.id)).copied().unwrap_or_default()
    }
}

fn slots(place: &Place) -> Vec<Slot> {
    place.step.kind.blocks().into_iter().map(|inner| inner.slot).collect()
}

fn inner(place: &Place, slot: &Slot) -> BlockAddress {
    BlockAddress::Inner { parent: place.step.id.clone(), slot: slot.clone() }
}

fn either(one: TokenRange, other: TokenRange) -> TokenRange {
    TokenRange { low: one.low.min(other.low), high: one.high.max(other.high) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{CallRange, Definition, Estimate, StepHistories};

    /// A step whose calls cost the same: the prompt is one word, the answer at least 50 and at most `most` tokens.
    fn note(label: &str) -> Value {
        json!({"label": label, "type": "llm", "prompt": "word", "max_tokens": 100})
    }

    fn estimate(steps: &Value, input: &Value) -> Estimate {
        let definition = json!({"provider": "anthropic", "model": "claude-sonnet-4-5", "steps": steps});
        let definition: Definition = serde_json::from_value(definition).unwrap();
        crate::estimate(&definition, input, &StepHistories::new())
    }

    const fn calls(low: u64, high: u64) -> CallRange {
        CallRange { low, high }
    }

    /// Calls by step, then of all.
    fn told(estimate: &Estimate) -> Vec<(String, CallRange)> {
        let steps = estimate.steps.iter().map(|step| (step.path.to_string(), step.calls));
        steps.chain([("all".to_owned(), estimate.calls)]).collect()
    }

    fn named(rows: &[(&str, CallRange)]) -> Vec<(String, CallRange)> {
        rows.iter().map(|(name, calls)| ((*name).to_owned(), *calls)).collect()
    }

    #[test]
    fn the_cheapest_and_the_dearest_case_are_the_bounds() {
        let one = estimate(&json!([note("A")]), &Value::Null).cost_usd.unwrap();
        let route = |otherwise: Value| {
            json!({"label": "Route", "type": "conditional", "otherwise": otherwise, "cases": [
                {"name": "big", "when": "input.a", "steps": [note("B"), note("C"), note("D")]},
                {"name": "small", "when": "input.b", "steps": [note("E")], "next": "end"},
            ]})
        };
        let tree =
            estimate(&json!([note("A"), route(json!({"steps": [note("F"), note("G")]})), note("H")]), &Value::Null);
        let may = calls(0, 1);
        assert_eq!(
            told(&tree),
            named(&[
                ("a", calls(1, 1)),
                ("route.big.b", may),
                ("route.big.c", may),
                ("route.big.d", may),
                ("route.small.e", may),
                ("route.otherwise.f", may),
                ("route.otherwise.g", may),
                ("h", may),
                ("all", calls(2, 5)),
            ])
        );
        let cost = tree.cost_usd.unwrap();
        assert!((cost.low - 2.0 * one.low).abs() < 1e-12 && (cost.high - 5.0 * one.high).abs() < 1e-12, "{cost:?}");
        let without = estimate(&json!([route(Value::Null)]), &Value::Null);
        assert_eq!(without.calls, calls(0, 3));
    }

    #[test]
    fn loops_run_from_one_round_to_all() {
        let polish = json!({"label": "Polish", "type": "loop", "until": "iteration > 1", "max_iterations": 4,
            "steps": [note("A"), {"label": "Fan", "type": "parallel", "branches": [
                {"name": "x", "steps": [note("B")]}, {"name": "y", "steps": [note("C")]}]}]});
        let tree = estimate(&json!([polish]), &Value::Null);
        let often = calls(1, 4);
        let rows =
            [("polish.1.a", often), ("polish.1.fan.x.b", often), ("polish.1.fan.y.c", often), ("all", calls(3, 12))];
        assert_eq!(told(&tree), named(&rows));
        let mut off = json!({"label": "Polish", "type": "loop", "until": "iteration > 1", "max_iterations": 4, "steps": [note("A")]});
        off["enabled"] = false.into();
        assert_eq!(told(&estimate(&json!([off]), &Value::Null)), named(&[("all", calls(0, 0))]));
    }

    #[test]
    fn items_count_when_they_are_known() {
        let each = json!({"label": "Each", "type": "parallel", "for_each": "input.parts", "steps": [
            {"label": "A", "type": "llm", "prompt": "{{ item }}", "max_tokens": 100}]});
        let merged = json!({"label": "M", "type": "llm", "prompt": "{{ steps.Each.output }}", "max_tokens": 100});
        let unknown = estimate(&json!([each, merged]), &Value::Null);
        assert_eq!(told(&unknown), named(&[("each.0.a", calls(1, 1)), ("m", calls(1, 1)), ("all", calls(1, 1))]));
        assert_eq!(unknown.steps[0].per_item.as_ref().unwrap().as_str(), "each");
        assert_eq!((unknown.per_item[0].label.as_str(), unknown.per_item[0].calls), ("Each", calls(1, 1)));
        assert!(unknown.per_item[0].cost_usd.is_some() && unknown.steps[1].per_item.is_none());
        let known = estimate(&json!([each, merged]), &json!({"parts": ["x".repeat(400), "y".repeat(800)]}));
        assert_eq!(told(&known), named(&[("each.0.a", calls(2, 2)), ("m", calls(1, 1)), ("all", calls(3, 3))]));
        assert_eq!(known.per_item, []);
        let prompt = known.steps[0].input_tokens;
        assert_eq!(prompt.high - prompt.low, 100);
        assert_eq!(known.steps[1].input_tokens.high - unknown.steps[1].input_tokens.high, 100);
    }
}
