//! One line of the price file.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The abilities of models, as in `Ability` of the types crate, and litellm's flags for them.
/// A model has an ability when one of the flags is set.
const ABILITIES: [(&str, &[&str]); 7] = [
    ("json_schema", &["supports_response_schema", "supports_native_structured_output"]),
    ("tools", &["supports_function_calling"]),
    ("vision", &["supports_vision"]),
    ("reasoning", &["supports_reasoning"]),
    ("pdf", &["supports_pdf_input"]),
    ("prompt_caching", &["supports_prompt_caching"]),
    ("web_search", &["supports_web_search"]),
];
/// litellm's fields for prices of a token. That of a cache write is for the shortest lifetime of a cache.
const INPUT: &str = "input_cost_per_token";
const OUTPUT: &str = "output_cost_per_token";
const CACHE_READ: &str = "cache_read_input_token_cost";
const CACHE_WRITE: &str = "cache_creation_input_token_cost";
const TOKENS_PER_MTOK: f64 = 1_000_000.0;
/// Six decimals of a dollar, as providers print prices; avoids `0.30000000000000004`.
const DECIMALS: f64 = 1_000_000.0;

/// The entry in our format; `None` when price or context size is unknown.
pub fn entry(provider: &str, name: &str, source: &Value) -> Option<Value> {
    let input = usd_per_mtok(source, INPUT).filter(|price| *price > 0.0)?;
    let output = usd_per_mtok(source, OUTPUT).filter(|price| *price > 0.0)?;
    let context_tokens = source.get("max_input_tokens")?.as_u64()?;
    let max_output_tokens = source.get("max_output_tokens")?.as_u64()?;
    Some(known_parts([
        ("provider", provider.into()),
        ("model", name.into()),
        ("input_usd_per_mtok", input.into()),
        ("output_usd_per_mtok", output.into()),
        ("cached_input_usd_per_mtok", usd_per_mtok(source, CACHE_READ).into()),
        ("cache_write_usd_per_mtok", usd_per_mtok(source, CACHE_WRITE).into()),
        ("price_steps", price_steps(source, input, output)),
        ("context_tokens", context_tokens.into()),
        ("max_output_tokens", max_output_tokens.into()),
        ("abilities", abilities(source).into()),
        // Temperature is one of the parameters of sampling.
        ("takes_temperature", source.get("supports_sampling_params").and_then(Value::as_bool).into()),
    ]))
}

/// An object of the fields that have a value. The others are left out, as the file is part of the web app.
fn known_parts<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The fields of a line that decide its cost.
pub fn prices(line: &Value) -> Vec<Option<Value>> {
    let fields = ["input", "output", "cached_input", "cache_write"].map(|part| format!("{part}_usd_per_mtok"));
    fields.iter().map(String::as_str).chain(["price_steps"]).map(|field| line.get(field).cloned()).collect()
}

/// The prices above numbers of input tokens, from fields as `input_cost_per_token_above_200k_tokens`. Fields that end
/// otherwise are prices of batches and service tiers, or of a longer life in the cache.
fn price_steps(source: &Value, input: f64, output: f64) -> Value {
    let fields = source.as_object().map(Map::keys).into_iter().flatten();
    let steps: BTreeSet<u64> = fields.filter_map(|field| thousands_of_step(field)).collect();
    let steps = steps.iter().map(|thousands| {
        let price = |field: &str| usd_per_mtok(source, &format!("{field}_above_{thousands}k_tokens"));
        known_parts([
            ("above_input_tokens", (thousands * 1_000).into()),
            ("input_usd_per_mtok", price(INPUT).unwrap_or(input).into()),
            ("output_usd_per_mtok", price(OUTPUT).unwrap_or(output).into()),
            ("cached_input_usd_per_mtok", price(CACHE_READ).into()),
            ("cache_write_usd_per_mtok", price(CACHE_WRITE).into()),
        ])
    });
    if steps.len() == 0 { Value::Null } else { steps.collect() }
}

fn thousands_of_step(field: &str) -> Option<u64> {
    let rest = field.strip_prefix(INPUT).or_else(|| field.strip_prefix(OUTPUT))?;
    rest.strip_prefix("_above_")?.strip_suffix("k_tokens")?.parse().ok()
}

fn usd_per_mtok(source: &Value, field: &str) -> Option<f64> {
    let per_token = source.get(field)?.as_f64()?;
    Some((per_token * TOKENS_PER_MTOK * DECIMALS).round() / DECIMALS)
}

fn abilities(source: &Value) -> Vec<&'static str> {
    let has = |flag: &&str| source.get(*flag).and_then(Value::as_bool).unwrap_or(false);
    let flagged = ABILITIES.iter().filter(|(_, flags)| flags.iter().any(has)).map(|(ability, _)| *ability);
    std::iter::once("text").chain(flagged).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{entry, prices};

    #[test]
    fn translates_an_entry() {
        let source = json!({
            "input_cost_per_token": 3e-07, "output_cost_per_token": 2.5e-06, "cache_read_input_token_cost": 3e-08,
            "max_input_tokens": 200_000, "max_output_tokens": 64_000,
            "supports_function_calling": true, "supports_vision": false, "supports_native_structured_output": true,
        });
        let line = entry("google", "g", &source).map(|line| line.to_string());
        let expected = "{\"provider\":\"google\",\"model\":\"g\",\"input_usd_per_mtok\":0.3,\"output_usd_per_mtok\":2.5,\
            \"cached_input_usd_per_mtok\":0.03,\"context_tokens\":200000,\"max_output_tokens\":64000,\
            \"abilities\":[\"text\",\"json_schema\",\"tools\"]}";
        assert_eq!(line.as_deref(), Some(expected));
    }

    #[test]
    fn keeps_price_steps_cache_writes_and_refused_parameters() {
        let source = json!({
            "input_cost_per_token": 1e-06, "input_cost_per_token_above_272k_tokens": 2e-06,
            "input_cost_per_token_above_200k_tokens": 1.5e-06, "input_cost_per_token_above_272k_tokens_batches": 1e-07,
            "output_cost_per_token": 1e-05, "output_cost_per_token_above_272k_tokens": 1.5e-05,
            "output_cost_per_token_above_128k_tokens": 1.2e-05, "input_cost_per_token_priority": 9e-06,
            "cache_read_input_token_cost_above_200k_tokens": 1.5e-07, "cache_creation_input_token_cost": 1.25e-06,
            "cache_creation_input_token_cost_above_1hr": 2e-06,
            "cache_creation_input_token_cost_above_272k_tokens": 2.5e-06,
            "max_input_tokens": 400_000, "max_output_tokens": 64_000, "supports_sampling_params": false,
        });
        let line = entry("openai", "g", &source).unwrap();
        let steps = json!([
            {"above_input_tokens": 128_000, "input_usd_per_mtok": 1.0, "output_usd_per_mtok": 12.0},
            {"above_input_tokens": 200_000, "input_usd_per_mtok": 1.5, "output_usd_per_mtok": 10.0,
                "cached_input_usd_per_mtok": 0.15},
            {"above_input_tokens": 272_000, "input_usd_per_mtok": 2.0, "output_usd_per_mtok": 15.0,
                "cache_write_usd_per_mtok": 2.5},
        ]);
        assert_eq!(line["price_steps"], steps);
        assert_eq!((&line["cache_write_usd_per_mtok"], &line["takes_temperature"]), (&json!(1.25), &json!(false)));
        let prices = prices(&line);
        assert_eq!((prices[3].as_ref(), prices[4].as_ref()), (Some(&json!(1.25)), Some(&steps)));
    }

    #[test]
    fn refuses_what_has_no_price() {
        let mut free = json!({"input_cost_per_token": 0, "output_cost_per_token": 0});
        free["max_input_tokens"] = 1.into();
        free["max_output_tokens"] = 1.into();
        assert_eq!(entry("google", "g", &free), None);
    }
}
