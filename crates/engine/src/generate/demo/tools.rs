//! The tool that a part of a prompt asks for, by its words.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use sluice_types::Tool;

use super::super::inventory::Inventory;
use super::super::words::{NAME_WEIGHT, score, words};

/// A call of a tool, with the inputs that its arguments read.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub tool: String,
    pub arguments: Map<String, Value>,
    /// Names with their types.
    pub inputs: Vec<(String, &'static str)>,
}

/// Words that ask for a tool at all: a tool of a server is taken when its name fits besides.
const ASKING: [&str; 17] = [
    "tool", "file", "files", "fetch", "download", "upload", "web", "website", "url", "page", "http", "api", "search",
    "read", "database", "query", "call",
];
/// Words that ask for `native:http_get`.
const WEB: [&str; 8] = ["fetch", "download", "web", "website", "url", "page", "http", "https"];
/// Subjects that need a server, with the name that is suggested.
const SERVERS: [(&str, &str); 12] = [
    ("file", "filesystem"),
    ("folder", "filesystem"),
    ("slack", "slack"),
    ("github", "github"),
    ("calendar", "calendar"),
    ("email", "email"),
    ("mail", "email"),
    ("database", "database"),
    ("sql", "database"),
    ("jira", "jira"),
    ("notion", "notion"),
    ("search", "web-search"),
];

fn lower_words(text: &str) -> HashSet<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// The call that a part asks for: of an existing tool whose name fits, else of a native one.
pub fn call_for(task: &str, inventory: &Inventory) -> Option<Call> {
    let lower = lower_words(task);
    let has = |any: &[&str]| any.iter().any(|word| lower.contains(*word));
    let wanted = words(task);
    let of_servers = inventory.tools.iter().filter(|tool| tool.server_id.is_some());
    let scored = of_servers.map(|tool| (score(&wanted, &tool.name, &tool.description), tool));
    let best = scored.max_by(|(a, one), (b, other)| a.cmp(b).then_with(|| other.id.cmp(&one.id)));
    if let Some((_, tool)) = best.filter(|(score, _)| has(&ASKING) && *score > NAME_WEIGHT) {
        return Some(call(tool));
    }
    if has(&WEB) {
        let arguments = json!({"url": "{{input.url}}"}).as_object().cloned().unwrap_or_default();
        return Some(Call { tool: "native:http_get".into(), arguments, inputs: vec![("url".into(), "text")] });
    }
    None
}

/// A server that would help and is not there.
pub fn server_for(task: &str, inventory: &Inventory) -> Option<&'static str> {
    let lower = lower_words(task);
    let (_, name) = SERVERS.iter().find(|(word, _)| lower.contains(*word) || lower.contains(&format!("{word}s")))?;
    let named = words(name);
    let is_there = |id: &str, of_server: &str| score(&named, &format!("{id} {of_server}"), "") > 0;
    (!inventory.servers.iter().any(|server| is_there(server.id.as_str(), &server.name))).then_some(*name)
}

/// A call with an input for each argument that the tool requires.
fn call(tool: &Tool) -> Call {
    let schema = &tool.input_schema;
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut call = Call { tool: tool.id.clone(), arguments: Map::new(), inputs: Vec::new() };
    for name in required {
        let property = schema.get("properties").and_then(|properties| properties.get(name));
        let choice = property.and_then(|property| property.get("enum")?.get(0).cloned());
        let value = choice.unwrap_or_else(|| {
            let input = input_name(name);
            let value = format!("{{{{input.{input}}}}}").into();
            call.inputs.push((input, input_type(property)));
            value
        });
        call.arguments.insert(name.to_owned(), value);
    }
    call
}

/// A name that an input can have.
fn input_name(argument: &str) -> String {
    let usable = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let name: String = argument.chars().take(60).map(usable).collect();
    match name.as_str() {
        // These are inputs of other steps.
        "topic" | "items" | "url" => format!("tool_{name}"),
        _ if name.starts_with(|c: char| c.is_ascii_alphabetic()) => name,
        _ => format!("value_{name}"),
    }
}

fn input_type(property: Option<&Value>) -> &'static str {
    match property.and_then(|property| property.get("type")).and_then(Value::as_str) {
        Some("number" | "integer") => "number",
        Some("boolean") => "yes_no",
        Some("array") => "list",
        Some("object") => "json",
        Some(_) | None => "text",
    }
}
