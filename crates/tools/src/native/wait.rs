//! `wait`: waits for a time. Its definition only: the engine waits, so that the wait survives a restart.

use serde_json::{Value, json};

use crate::annotations::{Annotations, ToolInfo};
use crate::error::ToolError;
use crate::output::ToolOutput;

/// The longest wait, in seconds: 30 days.
pub const MAX_WAIT_SECONDS: u64 = 30 * 86_400;

pub fn info() -> ToolInfo {
    ToolInfo {
        name: "wait".into(),
        title: Some("Wait".into()),
        description: "Waits for a number of seconds. The wait survives a restart of the server.".into(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "seconds": {
                    "type": "number",
                    "minimum": 0,
                    "maximum": MAX_WAIT_SECONDS,
                    "description": "How long to wait, in seconds",
                },
            },
            "required": ["seconds"],
            "additionalProperties": false,
        }),
        output_schema: None,
        annotations: Annotations { read_only: Some(true), open_world: Some(false), ..Annotations::default() },
    }
}

#[expect(clippy::unnecessary_wraps, reason = "all native tools have one form")]
pub fn call(arguments: &Value) -> Result<ToolOutput, ToolError> {
    Ok(ToolOutput::new(Some(json!({"seconds": arguments.get("seconds")})), Vec::new(), false))
}
