//! `current_time`: the time.

use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Value, json};

use super::tool::invalid;
use crate::annotations::{Annotations, ToolInfo};
use crate::error::ToolError;
use crate::output::ToolOutput;

pub fn info() -> ToolInfo {
    ToolInfo {
        name: "current_time".into(),
        title: Some("Current time".into()),
        description: "Tells the current date and time, in UTC and in an offset from it, with the day of the week."
            .into(),
        input_schema: json!({
            "type": "object",
            "properties": {
                "utc_offset": {
                    "type": "string",
                    "pattern": "^[+-][0-9]{2}:[0-9]{2}$",
                    "description": "Offset from UTC, for example +02:00",
                },
            },
            "additionalProperties": false,
        }),
        output_schema: None,
        annotations: Annotations { read_only: Some(true), open_world: Some(false), ..Annotations::default() },
    }
}

pub fn call(arguments: &Value, now: SystemTime) -> Result<ToolOutput, ToolError> {
    let text = arguments.get("utc_offset").and_then(Value::as_str).unwrap_or("+00:00");
    let offset: FixedOffset = text
        .parse()
        .map_err(|_| invalid("/utc_offset", format!("`{text}` is no offset. Use one from -23:59 to +23:59.")))?;
    let utc = DateTime::<Utc>::from(now);
    let local = utc.with_timezone(&offset);
    let value = json!({
        "utc": utc.to_rfc3339_opts(SecondsFormat::Secs, true),
        "local": local.to_rfc3339_opts(SecondsFormat::Secs, false),
        "weekday": local.format("%A").to_string(),
        "unix_seconds": utc.timestamp(),
    });
    Ok(ToolOutput::new(Some(value), Vec::new(), false))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_is_told_in_utc_and_in_the_offset() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let value = |arguments: Value| call(&arguments, now).map(|output| output.value);
        let told = value(json!({"utc_offset": "+05:30"})).unwrap();
        let expected = json!({
            "utc": "2023-11-14T22:13:20Z",
            "local": "2023-11-15T03:43:20+05:30",
            "weekday": "Wednesday",
            "unix_seconds": 1_700_000_000,
        });
        assert_eq!(told, expected);
        assert_eq!(value(json!({})).unwrap()["weekday"], "Tuesday");
        assert_eq!(value(json!({"utc_offset": "+99:00"})).unwrap_err().pointer.unwrap(), "/utc_offset");
    }
}
