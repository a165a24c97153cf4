//! `http_request`: sends a request with any method.

use reqwest::Method;
use serde_json::{Value, json};

use super::context::NativeContext;
use super::http;
use super::tool::invalid;
use crate::annotations::{Annotations, ToolInfo};
use crate::error::ToolError;
use crate::output::ToolOutput;

pub fn info() -> ToolInfo {
    let mut properties = http::properties();
    let method = json!({
        "type": "string",
        "enum": ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        "description": "The method",
    });
    properties.insert("method".into(), method);
    let body = json!({"description": "The body: a text is sent as it is, all else as JSON"});
    properties.insert("body".into(), body);
    ToolInfo {
        name: "http_request".into(),
        title: Some("HTTP request".into()),
        description:
            "Sends an HTTP request, for example to call an API. The result has `status`, `headers` and `body`: JSON, \
                      or text."
                .into(),
        input_schema: json!({
            "type": "object",
            "properties": properties,
            "required": ["method", "url"],
            "additionalProperties": false,
        }),
        output_schema: Some(http::output_schema()),
        annotations: Annotations {
            read_only: Some(false),
            destructive: Some(true),
            idempotent: Some(false),
            open_world: Some(true),
        },
    }
}

pub async fn call(arguments: &Value, context: &NativeContext) -> Result<ToolOutput, ToolError> {
    let method = arguments.get("method").and_then(Value::as_str).unwrap_or_default();
    let method: Method = method.parse().map_err(|_| invalid("/method", format!("`{method}` is no method.")))?;
    http::send(method, arguments, arguments.get("body"), context).await
}
