//! Tools as people choose and read them.

use serde_json::{Map, Value};
use sluice_types::{ALL_TOOLS, NATIVE, NATIVE_TOOLS, StepEffect, ToolId, ToolResource, ToolSource};

/// The tools of one source, in a list to choose from.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolGroup {
    /// `native`, or the id of the MCP server.
    pub source: String,
    /// The tools that match.
    pub tools: Vec<ToolResource>,
}

/// The tools that have all the words in their id, title or description, by source; those that are built in come first.
#[must_use]
pub fn matching(tools: &[ToolResource], words: &str) -> Vec<ToolGroup> {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let matches = |tool: &&ToolResource| {
        let title = tool.title.as_deref().unwrap_or_default();
        let text = [tool.id.as_str(), " ", title, " ", &tool.description].concat().to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let mut groups: Vec<ToolGroup> = Vec::new();
    for tool in tools.iter().filter(matches) {
        let source = source_of(&tool.id);
        match groups.iter_mut().find(|group| group.source == source) {
            Some(group) => group.tools.push(tool.clone()),
            None => groups.push(ToolGroup { source: source.to_owned(), tools: vec![tool.clone()] }),
        }
    }
    groups.sort_by_key(|group| group.source != NATIVE);
    groups
}

/// `native`, or the id of the server, of a tool's id.
#[must_use]
pub fn source_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(source, _)| source)
}

/// The name of a tool without its source.
#[must_use]
pub fn name_of(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, name)| name)
}

/// The heading of a source.
#[must_use]
pub fn source_title(source: &str) -> String {
    if source == NATIVE { "Built in".to_owned() } else { source.to_owned() }
}

/// The id that stands for all tools of a source.
#[must_use]
pub fn all_of(source: &str) -> String {
    format!("{source}:{ALL_TOOLS}")
}

/// Whether an id stands for all tools of a source.
#[must_use]
pub fn is_all(id: &str) -> bool {
    name_of(id) == ALL_TOOLS
}

/// A typed id that no listing has, as of a server that is not reached now; `None` when the text is no id.
#[must_use]
pub fn unlisted(tools: &[ToolResource], typed: &str) -> Option<String> {
    let id = typed.trim();
    let parsed: ToolId = id.parse().ok()?;
    let is_known = tools.iter().any(|tool| tool.id == id);
    let exists = parsed.source != ToolSource::Native || NATIVE_TOOLS.iter().any(|(name, _)| *name == parsed.name);
    (!is_known && exists && parsed.name != ALL_TOOLS).then(|| id.to_owned())
}

/// The look of an effect: those that may change something stand out.
#[must_use]
pub const fn effect_class(effect: &StepEffect) -> &'static str {
    match effect {
        StepEffect::Pure | StepEffect::Unknown(_) => "badge",
        StepEffect::Reads => "badge info",
        StepEffect::Writes => "badge warn",
    }
}

/// What an effect means for a run.
#[must_use]
pub const fn effect_help(effect: &StepEffect) -> &'static str {
    match effect {
        StepEffect::Pure => "Changes nothing and depends on nothing. It may be repeated.",
        StepEffect::Reads => "Only looks. It may be repeated.",
        StepEffect::Writes => {
            "May change something. An agent asks before it calls it, and it is never repeated unasked."
        }
        StepEffect::Unknown(_) => "A newer version of Sluice knows what it does.",
    }
}

/// Characters of an argument that stands beside the name of a call.
const MAIN_CHARS: usize = 120;
/// Names of arguments that tell most of a call.
const TELLING: [&str; 12] =
    ["path", "url", "query", "q", "command", "expression", "filter", "name", "file", "text", "message", "id"];

/// The argument that tells most of a call, in one line: a text under a telling name, else the first value.
#[must_use]
pub fn main_argument(arguments: &Map<String, Value>) -> Option<String> {
    let told = TELLING.iter().find_map(|name| arguments.get(*name).filter(|value| value.is_string()));
    let plain = || arguments.values().find(|value| !value.is_object() && !value.is_array() && !value.is_null());
    let value = told.or_else(plain).or_else(|| arguments.values().next())?;
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(MAIN_CHARS).collect();
    Some(if cut.len() < line.len() { cut + "…" } else { cut }).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tool(id: &str, description: &str) -> ToolResource {
        let server = source_of(id);
        serde_json::from_value(json!({
            "id": id, "server_id": if server == NATIVE { Value::Null } else { json!(server) }, "name": name_of(id),
            "title": null, "description": description, "input_schema": {"type": "object"}, "effect": "reads",
            "used_by_count": 0,
            "used_by_agent_count": 0,
        }))
        .unwrap()
    }

    fn found(words: &str) -> String {
        let tools = [
            tool("files:read_file", "Reads a text"),
            tool("files:write_file", "Writes a text"),
            tool("native:http_get", "Reads an address"),
        ];
        let groups = matching(&tools, words);
        let group = |group: &ToolGroup| {
            let names: Vec<&str> = group.tools.iter().map(|tool| tool.name.as_str()).collect();
            format!("{}({})", group.source, names.join(" "))
        };
        groups.iter().map(group).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tools_are_found_by_all_their_words() {
        assert_eq!(found(""), "native(http_get) files(read_file write_file)");
        assert_eq!(found("READ text"), "files(read_file)");
        assert_eq!(found("files"), "files(read_file write_file)");
        assert_eq!(found("nothing"), "");
    }

    #[test]
    fn an_id_that_is_not_listed_can_be_typed() {
        let tools = [tool("files:read_file", "")];
        assert_eq!(unlisted(&tools, " web:get "), Some("web:get".to_owned()));
        for known_or_wrong in ["files:read_file", "read", "native:gone", "files:*", ""] {
            assert_eq!(unlisted(&tools, known_or_wrong), None, "{known_or_wrong}");
        }
    }

    #[test]
    fn a_call_is_told_by_one_argument() {
        let main = |arguments: Value| main_argument(arguments.as_object().unwrap());
        assert_eq!(main(json!({"depth": 2, "path": "a\n b"})).as_deref(), Some("a b"));
        assert_eq!(main(json!({"list": [1], "depth": 2})).as_deref(), Some("2"));
        assert_eq!(main(json!({"list": [1]})).as_deref(), Some("[1]"));
        assert_eq!((main(json!({})), main(json!({"text": " "}))), (None, None));
        assert_eq!(main(json!({"text": "ä".repeat(200)})).unwrap().chars().count(), 121);
    }
}
