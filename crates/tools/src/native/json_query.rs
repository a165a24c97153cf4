//! `json_query`: selects values from JSON by a JSONPath (RFC 9535).
//!
//! JSONPath has no loops, so that the work of a query is known before it runs: `cost.rs` computes a bound. A program in
//! jq may run for ever.

mod cost;

use serde_json::{Value, json};
use serde_json_path::JsonPath;

use self::cost::Cost;
use super::tool::invalid;
use crate::annotations::{Annotations, ToolInfo};
use crate::error::{Sent, ToolError, ToolErrorKind};
use crate::output::ToolOutput;
use crate::text::shortened;

/// Characters of the longest query.
pub const MAX_QUERY_CHARS: usize = 1_000;
/// Values that a query may look at, by its bound.
pub const MAX_QUERY_STEPS: u64 = 5_000_000;
/// Bytes of the result, as JSON.
pub const MAX_QUERY_RESULT_BYTES: usize = 2 * 1024 * 1024;

pub fn info() -> ToolInfo {
    ToolInfo {
        name: "json_query".into(),
        title: Some("Query JSON".into()),
        description: "Selects values from JSON by a JSONPath (RFC 9535), for example `$.items[?@.price < 10].name`. \
                      The result is the list of the values."
            .into(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "json": {"description": "The JSON; a text is parsed as JSON first"},
                "query": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": MAX_QUERY_CHARS,
                    "description": "The JSONPath, for example $.items[0].name",
                },
            },
            "required": ["json", "query"],
            "additionalProperties": false,
        }),
        output_schema: None,
        annotations: Annotations { read_only: Some(true), open_world: Some(false), ..Annotations::default() },
    }
}

pub fn call(arguments: &Value) -> Result<ToolOutput, ToolError> {
    let text = arguments.get("query").and_then(Value::as_str).unwrap_or_default();
    let given = arguments.get("json").unwrap_or(&Value::Null);
    let parsed = given.as_str().map(|text| {
        serde_json::from_str::<Value>(text).map_err(|error| invalid("/json", format!("The text is not JSON: {error}.")))
    });
    let parsed = parsed.transpose()?;
    let json = parsed.as_ref().unwrap_or(given);
    let wrong = |message: String| invalid("/query", format!("The query is refused: {message}."));
    let cost = Cost::of(text).map_err(|why| wrong(why.into()))?;
    if cost.steps(json) > MAX_QUERY_STEPS {
        return Err(wrong(format!(
            "it may look at more than {MAX_QUERY_STEPS} values. Use fewer `..`, `?` and `,`, or query a part of the JSON"
        )));
    }
    let path = JsonPath::parse(text).map_err(|error| wrong(shortened(&error.to_string())))?;
    let found = path.query(json);
    let mut bytes = 0_usize;
    let mut values = Vec::new();
    for value in found {
        bytes = bytes.saturating_add(value.to_string().len());
        if bytes > MAX_QUERY_RESULT_BYTES {
            let message = format!("The result is longer than {MAX_QUERY_RESULT_BYTES} bytes. Select less.");
            return Err(ToolError::new(ToolErrorKind::TooLarge, Sent::No, message));
        }
        values.push(value.clone());
    }
    Ok(ToolOutput::new(Some(Value::Array(values)), Vec::new(), false))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn query(json: &Value, query: &str) -> Result<Value, ToolError> {
        call(&json!({"json": json, "query": query})).map(|output| output.value)
    }

    #[test]
    fn values_are_selected() {
        let shop = json!({"items": [{"name": "a", "price": 5}, {"name": "b", "price": 15, "tags": ["x", "y"]}]});
        for (path, values) in [
            ("$.items[?@.price < 10].name", json!(["a"])),
            ("$..name", json!(["a", "b"])),
            ("$.items[-1].tags[*]", json!(["x", "y"])),
            ("$.items[?@.tags && count(@.tags[*]) > 1]['name','price']", json!(["b", 15])),
            ("$.nothing", json!([])),
        ] {
            assert_eq!(query(&shop, path).unwrap(), values, "{path}");
        }
        assert_eq!(query(&json!("{\"a\": [1]}"), "$.a[0]").unwrap(), json!([1]));
    }

    #[test]
    fn wrong_queries_and_texts_are_refused_with_the_place() {
        for (json, path, pointer) in [
            (json!({}), "items", "/query"),
            (json!({}), "$.[", "/query"),
            (json!({}), "$[?match(@.a, 'x')]", "/query"),
            (json!("no json"), "$", "/json"),
        ] {
            assert_eq!(query(&json, path).unwrap_err().pointer.as_deref(), Some(pointer), "{path}");
        }
    }

    #[test]
    fn queries_are_bounded_in_time_and_memory() {
        let wide: Value = (0..20_000).map(|n| json!({"n": n})).collect();
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep, deep.as_array().map_or(0, Vec::len)]);
        }
        let nested = format!("$[?{}@.a{}]", "(".repeat(400), ")".repeat(400));
        let begun = Instant::now();
        for (json, path) in [
            (&deep, "$..*..*..*..*..*..*"),
            (&wide, "$[?@.n == $[?@.n == 1].n]"),
            (&wide, "$[*,*,*,*][*,*,*,*][*,*,*,*][*,*,*,*]"),
            (&wide, "$[?@..n][?@..n][?@..n][?@..n]"),
            (&wide, nested.as_str()),
        ] {
            let error = query(json, path).unwrap_err();
            assert_eq!(error.pointer.as_deref(), Some("/query"), "{path}");
        }
        let long: Value = (0..100).map(|_| json!("x".repeat(30_000))).collect();
        assert_eq!(query(&long, "$[*]").unwrap_err().kind, ToolErrorKind::TooLarge);
        // A guard against a hang.
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
}
