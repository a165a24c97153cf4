//! One line of the price file.

use serde_json::{Value, json};

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
const TOKENS_PER_MTOK: f64 = 1_000_000.0;
/// Six decimals of a dollar, as providers print prices; avoids `0.30000000000000004`.
const DECIMALS: f64 = 1_000_000.0;

/// The entry in our format; `None` when price or context size is unknown.
pub fn entry(provider: &str, name: &str, source: &Value) -> Option<Value> {
    let input = usd_per_mtok(source, "input_cost_per_token").filter(|price| *price > 0.0)?;
    let output = usd_per_mtok(source, "output_cost_per_token").filter(|price| *price > 0.0)?;
    let context_tokens = source.get("max_input_tokens")?.as_u64()?;
    let max_output_tokens = source.get("max_output_tokens")?.as_u64()?;
    Some(json!({
        "provider": provider,
        "model": name,
        "input_usd_per_mtok": input,
        "output_usd_per_mtok": output,
        "cached_input_usd_per_mtok": usd_per_mtok(source, "cache_read_input_token_cost"),
        "context_tokens": context_tokens,
        "max_output_tokens": max_output_tokens,
        "abilities": abilities(source),
    }))
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

    use super::entry;

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
    fn refuses_what_has_no_price() {
        let mut free = json!({"input_cost_per_token": 0, "output_cost_per_token": 0});
        free["max_input_tokens"] = 1.into();
        free["max_output_tokens"] = 1.into();
        assert_eq!(entry("google", "g", &free), None);
    }
}
