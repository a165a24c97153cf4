//! From the transport in a request to the stored one: which secrets stay, and which are new.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use sluice_types::{FieldError, HttpTransport, McpTransport, SetHttpTransport, SetMcpTransport, StdioTransport};

/// A transport to store.
#[derive(Debug, PartialEq, Eq)]
pub struct Settled {
    /// The transport, with the names of its secrets.
    pub transport: McpTransport,
    /// The names of the secrets whose stored values stay.
    pub kept: BTreeSet<String>,
    /// The new values.
    pub new: BTreeMap<String, String>,
}

/// Finds the secrets that stay. `before` is the stored transport, if there is one.
///
/// Stored headers are sent to the origin only that they were stored for: whoever can change the address must not learn
/// them.
pub fn settle(set: SetMcpTransport, before: Option<&McpTransport>) -> Result<Settled, Vec<FieldError>> {
    match set {
        SetMcpTransport::Stdio(set) => {
            let stored = match before {
                Some(McpTransport::Stdio(before)) => Some(&before.env_names),
                Some(McpTransport::Http(_)) | None => None,
            };
            let kept =
                kept("env", stored, set.env_names.as_deref(), &set.env, "has no stored value: give it in `env`")?;
            let env_names = names(&kept, &set.env);
            let transport = StdioTransport { command: set.command, args: set.args, env_names, cwd: set.cwd };
            Ok(Settled { transport: McpTransport::Stdio(transport), kept, new: set.env })
        }
        SetMcpTransport::Http(set) => http(set, before),
    }
}

fn http(set: SetHttpTransport, before: Option<&McpTransport>) -> Result<Settled, Vec<FieldError>> {
    // Names of headers have no case.
    let headers: BTreeMap<String, String> =
        set.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    let given: Option<Vec<String>> =
        set.header_names.map(|names| names.iter().map(|name| name.to_ascii_lowercase()).collect());
    let (stored, fault) = match before {
        Some(McpTransport::Http(before)) if has_same_origin(&before.url, &set.url) => {
            (Some(&before.header_names), "has no stored value: give it in `headers`")
        }
        Some(McpTransport::Http(_)) => {
            (None, "was stored for another address: give its value again in `headers`, or leave its name out")
        }
        Some(McpTransport::Stdio(_)) | None => (None, "has no stored value: give it in `headers`"),
    };
    let kept = kept("header", stored, given.as_deref(), &headers, fault)?;
    let transport = HttpTransport { url: set.url, header_names: names(&kept, &headers) };
    Ok(Settled { transport: McpTransport::Http(transport), kept, new: headers })
}

fn names(kept: &BTreeSet<String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let all: BTreeSet<&String> = kept.iter().chain(new.keys()).collect();
    all.into_iter().cloned().collect()
}

/// The names whose stored values stay: all when the request names none.
fn kept(
    field: &str,
    stored: Option<&Vec<String>>,
    given: Option<&[String]>,
    new: &BTreeMap<String, String>,
    fault: &str,
) -> Result<BTreeSet<String>, Vec<FieldError>> {
    let is_stored = |name: &String| stored.is_some_and(|stored| stored.contains(name));
    let Some(given) = given else {
        return Ok(stored.into_iter().flatten().filter(|name| !new.contains_key(*name)).cloned().collect());
    };
    let errors: Vec<FieldError> = given
        .iter()
        .enumerate()
        .filter(|(_, name)| !new.contains_key(*name) && !is_stored(name))
        .map(|(at, name)| FieldError::new(format!("/transport/{field}_names/{at}"), format!("`{name}` {fault}")))
        .collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(given.iter().filter(|name| !new.contains_key(*name)).cloned().collect())
}

fn has_same_origin(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn settled(set: Value, before: Value) -> Result<(Vec<String>, Vec<String>), String> {
        let set: SetMcpTransport = serde_json::from_value(set).unwrap();
        let before: Option<McpTransport> = serde_json::from_value(before).unwrap();
        let Settled { transport, kept, .. } =
            settle(set, before.as_ref()).map_err(|errors| format!("{} {}", errors[0].pointer, errors[0].message))?;
        let names = match transport {
            McpTransport::Stdio(stdio) => stdio.env_names,
            McpTransport::Http(http) => http.header_names,
        };
        Ok((names, kept.into_iter().collect()))
    }

    fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
        texts.map(str::to_owned).to_vec()
    }

    #[test]
    fn stored_values_stay_unless_their_names_are_left_out() {
        let before = json!({"type": "stdio", "command": "npx", "args": [], "env_names": ["A", "B"], "cwd": null});
        for (fields, names, kept) in [
            (json!({}), strings(["A", "B"]), strings(["A", "B"])),
            (json!({"env_names": ["B"]}), strings(["B"]), strings(["B"])),
            (json!({"env": {"A": "x", "C": "y"}}), strings(["A", "B", "C"]), strings(["B"])),
            (json!({"env": {"C": "y"}, "env_names": ["C"]}), strings(["C"]), strings([])),
            (json!({"env_names": []}), strings([]), strings([])),
        ] {
            let mut set = json!({"type": "stdio", "command": "uvx"});
            set.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            assert_eq!(settled(set, before.clone()).unwrap(), (names, kept), "{fields}");
        }
        let unknown = json!({"type": "stdio", "command": "npx", "env_names": ["A", "D"]});
        let told = "/transport/env_names/1 `D` has no stored value: give it in `env`";
        assert_eq!(settled(unknown.clone(), before).unwrap_err(), told);
        assert!(settled(unknown, Value::Null).unwrap_err().starts_with("/transport/env_names/0"));
    }

    #[test]
    fn headers_stay_with_their_origin() {
        let before = json!({"type": "http", "url": "https://a.example/mcp", "header_names": ["authorization"]});
        let at = |url: &str, names: Value| {
            let mut set = json!({"type": "http", "url": url});
            if !names.is_null() {
                set["header_names"] = names;
            }
            settled(set, before.clone())
        };
        let all = (strings(["authorization"]), strings(["authorization"]));
        assert_eq!(at("https://a.example/v2", json!(["Authorization"])).unwrap(), all);
        assert_eq!(at("https://a.example:443/v2", Value::Null).unwrap(), all);
        for moved in ["http://a.example/mcp", "https://a.example:444/mcp", "https://b.example/mcp"] {
            assert_eq!(at(moved, Value::Null).unwrap(), (vec![], vec![]), "{moved}");
            assert!(at(moved, json!(["authorization"])).unwrap_err().contains("another address"), "{moved}");
        }
        let stdio = json!({"type": "stdio", "command": "x"});
        assert_eq!(settled(stdio, before).unwrap(), (vec![], vec![]));
    }
}
