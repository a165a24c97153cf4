//! `http_get`: reads an address of the web.

use reqwest::Method;
use serde_json::{Value, json};

use super::context::NativeContext;
use super::http;
use crate::annotations::{Annotations, ToolInfo};
use crate::error::ToolError;
use crate::output::ToolOutput;

pub fn info() -> ToolInfo {
    ToolInfo {
        name: "http_get".into(),
        title: Some("HTTP GET".into()),
        description:
            "Reads an address of the web with HTTP GET. The result has `status`, `headers` and `body`: JSON, or text."
                .into(),
        input_schema: json!({
            "type": "object",
            "properties": http::properties(),
            "required": ["url"],
            "additionalProperties": false,
        }),
        output_schema: Some(http::output_schema()),
        annotations: Annotations { read_only: Some(true), open_world: Some(true), ..Annotations::default() },
    }
}

pub async fn call(arguments: &Value, context: &NativeContext) -> Result<ToolOutput, ToolError> {
    http::send(Method::GET, arguments, None, context).await
}
