//! Calls of tools that `demo` asks for: chosen by their names and schemas, the same for the same prompt.

use serde_json::{Map, Value};

use super::schema::instance_of;
use super::seed;
use crate::call::{Message, ModelCall, Tool, ToolChoice};
use crate::event::ToolCall;

/// Begins a script in a prompt: `[demo turns=10 calls=2]` asks for two calls in each of nine turns, and answers in the tenth.
const SCRIPT: &str = "[demo ";
/// Turns and calls of a script at the most.
const MOST_SCRIPTED: usize = 200;
/// Bytes of the prompt that are looked at.
const MOST_PROMPT_BYTES: usize = 64 * 1024;

/// The calls that the next answer asks for; none when it is a text.
pub fn tool_calls(call: &ModelCall) -> Vec<ToolCall> {
    if call.tools.is_empty() || call.tool_choice == ToolChoice::None {
        return Vec::new();
    }
    let done = call.messages.iter().filter(|message| asks(message)).count();
    let prompt = beginning(first_prompt(call));
    let chosen: Vec<&Tool> = match (&call.tool_choice, script(prompt)) {
        (ToolChoice::Named(name), _) if done == 0 => call.tools.iter().filter(|tool| tool.name == *name).collect(),
        (ToolChoice::Named(_), _) => Vec::new(),
        (_, Some((turns, calls))) if done + 1 < turns => {
            (0..calls).filter_map(|number| call.tools.get((done * calls + number) % call.tools.len())).collect()
        }
        (_, Some(_)) => Vec::new(),
        (_, None) => named_in(prompt, &call.tools).get(done).copied().into_iter().collect(),
    };
    let number = call.messages.len();
    let asked = |(at, tool): (usize, &Tool)| ToolCall {
        id: format!("demo_call_{number}_{at}"),
        name: tool.name.clone(),
        arguments: arguments(&tool.parameters, prompt, seed(call)),
    };
    chosen.into_iter().enumerate().map(asked).collect()
}

/// What is said beside the calls.
pub fn announcement(calls: &[ToolCall]) -> String {
    let names: Vec<String> = calls.iter().map(|call| format!("`{}`", call.name)).collect();
    format!("(Simulated by the demo provider.) I call {}.", names.join(", "))
}

fn asks(message: &Message) -> bool {
    match message {
        Message::Assistant(said) => !said.tool_calls.is_empty(),
        Message::User(_) | Message::Tool(_) => false,
    }
}

fn first_prompt(call: &ModelCall) -> &str {
    let user = call.messages.iter().find_map(|message| match message {
        Message::User(text) => Some(text.as_str()),
        Message::Assistant(_) | Message::Tool(_) => None,
    });
    user.unwrap_or_default()
}

fn beginning(prompt: &str) -> &str {
    prompt.get(..prompt.floor_char_boundary(MOST_PROMPT_BYTES)).unwrap_or_default()
}

/// The turns and the calls in each that a prompt scripts.
fn script(prompt: &str) -> Option<(usize, usize)> {
    let (_, script) = prompt.split_once(SCRIPT)?;
    let (script, _) = script.split_once(']')?;
    let number = |name: &str| {
        let word = script.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        word.parse::<usize>().ok().map(|number| number.min(MOST_SCRIPTED))
    };
    Some((number("turns").unwrap_or(2), number("calls").unwrap_or(1)))
}

/// The tools that a prompt names, in the order in which it names them first; the first tool when it names none.
fn named_in<'t>(prompt: &str, tools: &'t [Tool]) -> Vec<&'t Tool> {
    let place = |tool: &Tool| {
        let own = tool.name.split_once("__").map_or(tool.name.as_str(), |(_, own)| own);
        [tool.name.as_str(), own].into_iter().filter(|name| name.len() > 2).filter_map(|name| prompt.find(name)).min()
    };
    let mut named: Vec<(usize, &Tool)> = tools.iter().filter_map(|tool| Some((place(tool)?, tool))).collect();
    named.sort_by_key(|(at, _)| *at);
    let named: Vec<&Tool> = named.into_iter().map(|(_, tool)| tool).collect();
    if named.is_empty() { tools.first().into_iter().collect() } else { named }
}

/// The required arguments, from the prompt where something in it fits, else made up by the schema.
fn arguments(schema: &Value, prompt: &str, seed: u64) -> Value {
    let made = instance_of(schema, seed);
    let Value::Object(made) = made else { return Value::Object(Map::new()) };
    let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let is_required = |name: &str| required.contains(&name);
    let filled = made.into_iter().filter(|(name, _)| is_required(name)).map(|(name, made)| {
        let property = schema.get("properties").and_then(|all| all.get(&name));
        let found = property.and_then(|property| in_prompt(property, &name, prompt));
        (name, found.unwrap_or(made))
    });
    Value::Object(filled.collect())
}

/// The part of a prompt that fits an argument.
fn in_prompt(property: &Value, name: &str, prompt: &str) -> Option<Value> {
    let fixed = ["const", "enum", "default"].iter().any(|word| property.get(word).is_some());
    if fixed {
        return None;
    }
    let name = name.to_lowercase();
    let mut words =
        prompt.split_whitespace().map(|word| word.trim_matches(['"', '\'', '`', '(', ')', ',', ';', '.', '?', '!']));
    match property.get("type").and_then(Value::as_str)? {
        "string" if name.contains("url") || name.contains("uri") => {
            words.find(|word| word.starts_with("http://") || word.starts_with("https://")).map(Value::from)
        }
        "string" if ["path", "file", "folder", "dir"].iter().any(|part| name.contains(part)) => {
            words.find(|word| word.starts_with('/') || word.starts_with("./")).map(Value::from)
        }
        "string" if name == "expression" => calculation(prompt).map(Value::from),
        "string" => quoted(prompt).map(Value::from),
        "integer" => {
            words.find_map(|word| word.parse::<i64>().ok()).filter(|it| is_within(property, *it)).map(Value::from)
        }
        "number" => {
            words.find_map(|word| word.parse::<i64>().ok()).filter(|it| is_within(property, *it)).map(Value::from)
        }
        _ => None,
    }
}

fn is_within(property: &Value, number: i64) -> bool {
    let bound = |name: &str| property.get(name).and_then(Value::as_i64);
    bound("minimum").is_none_or(|least| number >= least) && bound("maximum").is_none_or(|most| number <= most)
}

/// The first text in double quotes.
fn quoted(prompt: &str) -> Option<&str> {
    let (_, rest) = prompt.split_once('"')?;
    rest.split_once('"').map(|(text, _)| text).filter(|text| !text.is_empty())
}

/// The longest part of a prompt that could be a calculation.
fn calculation(prompt: &str) -> Option<&str> {
    let parts = prompt.split(|c: char| !(c.is_ascii_digit() || " .+-*/()".contains(c))).map(str::trim);
    let parts = parts.map(|part| part.trim_end_matches('.'));
    let fits =
        |part: &&str| part.starts_with(|c: char| c.is_ascii_digit() || c == '(') && part.contains(['+', '*', '/', '-']);
    parts.filter(fits).max_by_key(|part| part.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::{AssistantMessage, ToolResult};

    fn tool(name: &str, parameters: Value) -> Tool {
        Tool { name: name.into(), description: String::new(), parameters }
    }

    /// The calls of each turn, with results between them, as names and arguments.
    fn turns(prompt: &str, tools: Vec<Tool>) -> Vec<Vec<(String, Value)>> {
        let mut call = ModelCall { tools, ..ModelCall::new("demo", "demo-instant", prompt) };
        let mut all = Vec::new();
        loop {
            let calls = tool_calls(&call);
            if calls.is_empty() {
                return all;
            }
            all.push(calls.iter().map(|call| (call.name.clone(), call.arguments.clone())).collect());
            assert!(all.len() <= MOST_SCRIPTED, "it does not end");
            let said = AssistantMessage { tool_calls: calls.clone(), ..AssistantMessage::default() };
            call.messages.push(Message::Assistant(said));
            call.messages.extend(calls.into_iter().map(|it| {
                Message::Tool(ToolResult { call_id: it.id, name: it.name, content: "x".into(), is_error: false })
            }));
        }
    }

    #[test]
    fn the_tools_that_the_prompt_names_are_called_in_its_order() {
        let path = json!({"type": "object", "properties": {"path": {"type": "string"}, "depth": {"type": "integer"}}, "required": ["path"]});
        let tools = || vec![tool("files__read_file", path.clone()), tool("files__list_directory", path.clone())];
        let named = turns("First list_directory on /data/in, then read_file.", tools());
        assert_eq!(named.len(), 2);
        assert_eq!(named[0], [("files__list_directory".into(), json!({"path": "/data/in"}))]);
        assert_eq!(named[1], [("files__read_file".into(), json!({"path": "/data/in"}))]);
        assert_eq!(turns("Do something", tools()).len(), 1);
    }

    #[test]
    fn a_script_says_how_many_turns_and_calls() {
        let tools = || vec![tool("one", json!({"type": "object"})), tool("two", json!({"type": "object"}))];
        let scripted = turns("Go. [demo turns=10 calls=3]", tools());
        assert_eq!((scripted.len(), scripted.iter().all(|calls| calls.len() == 3)), (9, true));
        let names: Vec<&str> = scripted[0].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["one", "two", "one"]);
        assert!(turns("[demo turns=1]", tools()).is_empty());
        assert_eq!(turns("[demo turns=99999999]", tools()).len(), MOST_SCRIPTED - 1);
    }

    #[test]
    fn arguments_come_from_the_prompt_and_fit_the_schema() {
        for (property, prompt, expected) in [
            (
                json!({"type": "string", "name": "url"}),
                "Read https://example.org/a, please",
                json!("https://example.org/a"),
            ),
            (json!({"type": "string", "name": "expression"}), "What is 12 * (3 + 4)?", json!("12 * (3 + 4)")),
            (json!({"type": "number", "name": "seconds", "minimum": 0}), "Wait 3 seconds", json!(3)),
            (json!({"type": "number", "name": "seconds", "minimum": 5}), "Wait 3 seconds", json!(5.0)),
            (json!({"type": "string", "name": "text"}), "Say \"hello\" twice", json!("hello")),
            (json!({"enum": ["a"], "name": "kind"}), "Say \"hello\"", json!("a")),
        ] {
            let name = property["name"].as_str().unwrap();
            let schema = json!({"type": "object", "properties": {name: property}, "required": [name]});
            let made = arguments(&schema, prompt, 1);
            assert_eq!(made, json!({name: expected}), "{prompt}");
            assert!(jsonschema::is_valid(&schema, &made));
        }
    }
}
