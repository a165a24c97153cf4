//! The JSON Schema of a designing model's answer.
//!
//! Definitions are recursive, and providers refuse recursive schemas or follow them a few levels only: the levels are
//! written out, each as a schema of its own.

use serde_json::{Map, Value, json};
use sluice_types::{Definition, Index};

/// Containers in one another that the schema of a new workflow allows.
const LEVELS: usize = 3;

/// The schema of the answer; with a definition that is changed, deep enough for it.
pub fn answer_schema(base: Option<&Definition>) -> Value {
    let depth = |definition: &Definition| {
        let index = Index::of(definition);
        index.places().iter().map(|place| index.around(place).count()).max().unwrap_or(0) + 1
    };
    let levels = base.map_or(LEVELS, |base| depth(base).max(LEVELS));
    let steps: Map<String, Value> = (0..=levels).map(|level| (name(level), step(level))).collect();
    let text = json!({"type": "string"});
    let definition = object(
        &json!({
            "provider": text, "model": text, "persona_id": text,
            "context": free(), "inputs": {"type": "array", "items": input()}, "entry_step": text,
            "steps": list_of(levels),
        }),
        &["steps"],
    );
    let workflow = object(
        &json!({"name": text, "description": text, "tags": texts(), "definition": definition}),
        &["name", "description", "definition"],
    );
    let suggestion = object(&json!({"name": text, "reason": text, "step_ids": texts()}), &["name", "reason"]);
    let reason = object(&json!({"step_id": text, "reason": text}), &["step_id", "reason"]);
    let mut schema = object(
        &json!({
            "explanation": text, "workflow": workflow, "agents_to_create": {"type": "array", "items": agent()},
            "mcps_suggested": {"type": "array", "items": suggestion}, "reasons": {"type": "array", "items": reason},
        }),
        &["explanation", "workflow", "agents_to_create", "mcps_suggested", "reasons"],
    );
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$defs".into(), Value::Object(steps));
    }
    schema
}

fn name(level: usize) -> String {
    format!("step_{level}")
}

/// A list of steps with at most `level` containers in one another.
fn list_of(level: usize) -> Value {
    json!({"type": "array", "items": {"$ref": format!("#/$defs/{}", name(level))}})
}

fn object(properties: &Value, required: &[&str]) -> Value {
    json!({"type": "object", "properties": properties, "required": required})
}

/// An object with any fields.
fn free() -> Value {
    json!({"type": "object", "additionalProperties": true})
}

fn texts() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

fn fallbacks() -> Value {
    let text = json!({"type": "string"});
    json!({"type": "array", "items": object(&json!({"provider": text, "model": text}), &["model"])})
}

/// The fields of all types of steps together: each step says by its `type` which it has.
fn step(level: usize) -> Value {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    let mut types = vec!["llm", "agent", "tool", "review"];
    let mut fields = json!({
        "id": text, "label": text, "enabled": {"type": "boolean"}, "max_retries": number, "timeout": number,
        "idle_timeout": number, "effect": {"type": "string", "enum": ["pure", "reads", "writes"]}, "next": text,
        "prompt": text, "system_prompt": text, "provider": text, "model": text, "persona_id": text,
        "temperature": {"type": "number"}, "max_tokens": number, "output_schema": free(), "fallbacks": fallbacks(),
        "reasoning": {"type": "string", "enum": ["low", "medium", "high"]},
        "on_truncated": {"type": "string", "enum": ["warn", "fail"]},
        "on_context_full": {"type": "string", "enum": ["fail", "drop_oldest_results"]},
        "agent_id": text, "instructions": text, "tools": texts(), "approve": approve(), "max_turns": number,
        "tool": text, "arguments": free(),
        "shows": texts(), "expires_in": number, "on_expiry": {"type": "string", "enum": ["approve", "reject"]},
    });
    if let (Some(inner), Some(fields)) = (level.checked_sub(1), fields.as_object_mut()) {
        types.extend(["parallel", "conditional", "loop"]);
        let branch = object(&json!({"name": text, "steps": list_of(inner), "entry_step": text}), &["name", "steps"]);
        let case = object(
            &json!({"name": text, "when": text, "steps": list_of(inner), "entry_step": text, "next": text}),
            &["name", "when", "steps"],
        );
        let otherwise = object(&json!({"steps": list_of(inner), "entry_step": text, "next": text}), &["steps"]);
        let own = json!({
            "branches": {"type": "array", "items": branch}, "for_each": text, "steps": list_of(inner), "entry_step": text,
            "max_concurrency": number, "on_error": {"type": "string", "enum": ["fail", "continue"]},
            "cases": {"type": "array", "items": case}, "otherwise": otherwise,
            "until": text, "max_iterations": number,
        });
        fields.extend(own.as_object().cloned().unwrap_or_default());
    }
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("type".into(), json!({"type": "string", "enum": types}));
    }
    object(&fields, &["id", "label", "type"])
}

fn approve() -> Value {
    json!({"type": "string", "enum": ["writes", "always"]})
}

fn input() -> Value {
    let text = json!({"type": "string"});
    let value = json!({"type": ["string", "number", "boolean"]});
    let types = ["text", "long_text", "number", "choice", "yes_no", "list", "json"];
    object(
        &json!({"name": text, "label": text, "help": text, "type": {"type": "string", "enum": types}, "options": texts(),
            "required": {"type": "boolean"}, "default": value, "example": value}),
        &["name", "type"],
    )
}

fn agent() -> Value {
    let text = json!({"type": "string"});
    object(
        &json!({"id": text, "name": text, "description": text, "instructions": text, "tools": texts(),
            "approve": approve(), "max_turns": {"type": "integer"}}),
        &["id", "name", "description", "instructions", "tools"],
    )
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashMap};

    use sluice_schema::{check_schema, misfits};
    use sluice_types::built_in_templates;
    use utoipa::{PartialSchema as _, ToSchema};

    use super::*;
    use crate::generate::answer::read;

    /// Each field of the schema, with a value, in a step of a type that has it.
    #[test]
    fn each_field_of_the_schema_is_a_field_of_the_definition() {
        let schema = answer_schema(None);
        let fields = schema["$defs"]["step_3"]["properties"].as_object().unwrap();
        let mut known = BTreeSet::new();
        for step_type in ["llm", "agent", "tool", "review", "parallel", "conditional", "loop"] {
            for name in fields.keys() {
                let mut step = json!({"id": "a", "label": "A", "type": step_type, "prompt": "x", "tool": "native:wait",
                    "max_iterations": 1});
                let value = match name.as_str() {
                    "max_iterations" | "prompt" | "tool" | "id" | "label" | "type" => continue,
                    "steps" | "cases" | "branches" | "fallbacks" | "shows" | "tools" => json!([]),
                    "enabled" => json!(true),
                    "otherwise" | "arguments" | "output_schema" => json!({}),
                    "idle_timeout" | "max_retries" | "timeout" | "max_tokens" | "max_turns" | "expires_in"
                    | "max_concurrency" => {
                        json!(1)
                    }
                    "temperature" => json!(1.0),
                    _ => fields[name]["enum"].get(0).cloned().unwrap_or_else(|| json!("x")),
                };
                step[name] = value;
                let definition: Definition = serde_json::from_value(json!({"steps": [step]})).unwrap();
                let is_unknown = |part: &sluice_types::NewerPart| part.pointer == format!("/steps/0/{name}");
                if !definition.newer_parts().iter().any(is_unknown) {
                    known.insert(name.clone());
                }
            }
        }
        let named: BTreeSet<String> = fields.keys().cloned().collect();
        let always = ["max_iterations", "prompt", "tool", "id", "label", "type"].map(str::to_owned);
        assert_eq!(known.into_iter().chain(always).collect::<BTreeSet<_>>(), named);
    }

    #[test]
    fn the_built_in_templates_fit_the_schema() {
        assert!(check_schema(&answer_schema(None)).is_ok());
        for template in built_in_templates() {
            let answer = json!({"explanation": "", "agents_to_create": [], "mcps_suggested": [], "reasons": [],
                "workflow": {"name": template.name, "description": template.description, "definition": template.definition}});
            let schema = answer_schema(Some(&template.definition));
            assert_eq!(misfits(&schema, &answer, 5).unwrap(), [], "{}", template.name);
            assert_eq!(read(answer).unwrap().answer.definition, template.definition);
        }
    }

    /// A workflow that is changed loses nothing.
    #[test]
    fn each_field_of_the_definition_is_in_the_schema() {
        let mut schemas = Vec::new();
        <Definition as ToSchema>::schemas(&mut schemas);
        let schemas: HashMap<String, Value> =
            schemas.into_iter().map(|(name, schema)| (name, serde_json::to_value(schema).unwrap())).collect();
        let schema = answer_schema(None);
        let step = &schema["$defs"]["step_3"]["properties"];
        let definition = &schema["properties"]["workflow"]["properties"]["definition"]["properties"];
        let places = [
            ("LlmStep", step),
            ("AgentStep", step),
            ("ToolStep", step),
            ("ReviewStep", step),
            ("ParallelStep", step),
            ("ConditionalStep", step),
            ("LoopStep", step),
            ("Branch", &step["branches"]["items"]["properties"]),
            ("Case", &step["cases"]["items"]["properties"]),
            ("Otherwise", &step["otherwise"]["properties"]),
            ("Fallback", &step["fallbacks"]["items"]["properties"]),
            ("InputField", &definition["inputs"]["items"]["properties"]),
        ];
        for (name, known) in places {
            for field in schemas[name]["properties"].as_object().unwrap().keys() {
                assert!(known.get(field).is_some(), "{name}: {field}");
            }
        }
        let own = serde_json::to_value(Definition::schema()).unwrap();
        // Whether reviews are skipped is not the model's to say.
        for field in own["properties"].as_object().unwrap().keys().filter(|field| *field != "yolo") {
            assert!(definition.get(field).is_some(), "{field}");
        }
    }

    #[test]
    fn no_schema_refers_to_itself() {
        let schema = answer_schema(None);
        for (level, (name, step)) in schema["$defs"].as_object().unwrap().iter().enumerate() {
            for other in level..=LEVELS {
                assert!(!step.to_string().contains(&format!("step_{other}\"")), "{name} refers to {other}");
            }
        }
    }
}
