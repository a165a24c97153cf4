//! Imports workflows from a file: an export, a request body of the API, or a bare definition.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;
use sluice_types::json::{self, ReadError, SyntaxError};
use sluice_types::limits::{MAX_BODY_BYTES, MAX_NAME_CHARS};
use sluice_types::{CreateWorkflow, Definition, UpdateWorkflow};

use super::format;

/// The reason why a file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportError {
    /// It exceeds the server's size limit.
    TooLarge,
    /// It is no JSON.
    NotJson(SyntaxError),
    /// It is JSON, but contains neither a workflow nor a definition.
    NotAWorkflow,
    /// It is a workflow with a field that cannot be read.
    WrongField {
        /// The place (JSON pointer).
        pointer: String,
        /// The fault.
        message: String,
    },
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => {
                let most = format::bytes(u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX));
                write!(f, "It is larger than {most}, the limit for imports.")
            }
            Self::NotJson(SyntaxError { message, line, column }) => {
                write!(f, "It is not JSON: line {line}, column {column}: {message}.")
            }
            Self::NotAWorkflow => {
                f.write_str("It holds no workflow: a workflow has a “definition”, a definition has “steps”.")
            }
            Self::WrongField { pointer, message } => write!(f, "{pointer}: {message}."),
        }
    }
}

/// Refuses a file by its size, before it is read.
pub fn check_size(bytes: u64) -> Result<(), ImportError> {
    let fits = usize::try_from(bytes).is_ok_and(|bytes| bytes <= MAX_BODY_BYTES);
    if fits { Ok(()) } else { Err(ImportError::TooLarge) }
}

/// The workflow of a file, as a new workflow: its id is derived from its name.
pub fn read(file_name: &str, text: &str) -> Result<CreateWorkflow, ImportError> {
    // Editors on Windows begin files with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value = json::parse(text).map_err(ImportError::NotJson)?;
    if value.get("definition").is_some() {
        // `UpdateWorkflow` accepts exactly the responses of `GET` and the bodies of `POST`.
        let read: UpdateWorkflow = fields(value)?;
        read.definition.hold_to_known_parts(None).map_err(|ReadError { pointer, message }| {
            ImportError::WrongField { pointer: format!("/definition{pointer}"), message }
        })?;
        Ok(CreateWorkflow {
            id: None,
            name: read.name,
            description: read.description,
            category: read.category,
            tags: read.tags,
            metadata: read.metadata,
            definition: read.definition,
            layout: read.layout,
            is_template: read.is_template,
            is_published: read.is_published,
            is_active: read.is_active,
            ..CreateWorkflow::default()
        })
    } else if value.get("steps").is_some() {
        Ok(of_definition(file_name, Definition::of_known_parts(&value).map_err(wrong_field)?))
    } else {
        Err(ImportError::NotAWorkflow)
    }
}

fn of_definition(file_name: &str, definition: Definition) -> CreateWorkflow {
    CreateWorkflow { name: name_of_file(file_name), definition, ..CreateWorkflow::default() }
}

/// The name of a workflow without a name: the file name without its extension.
fn name_of_file(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem).trim();
    if stem.is_empty() { "Imported workflow".into() } else { stem.chars().take(MAX_NAME_CHARS).collect() }
}

fn fields<T: DeserializeOwned>(value: Value) -> Result<T, ImportError> {
    json::from_value(value).map_err(wrong_field)
}

fn wrong_field(ReadError { pointer, message }: ReadError) -> ImportError {
    let pointer = if pointer.is_empty() { "The workflow".into() } else { pointer };
    ImportError::WrongField { pointer, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sluice_types::Workflow;

    const EXPORTED: &str = r#"{"id": "market-brief", "name": "Market brief", "description": "For tea", "category": null,
        "tags": ["weekly"], "definition": {"yolo": true, "steps": [
        {"id": "a", "label": "A", "type": "llm", "prompt": "x", "enabled": true}]},
        "layout": [{"id": "a", "x": 40.0, "y": -8.5}], "version": 7, "is_template": false,
        "source_template_id": "research-brief", "is_active": true, "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z"}"#;

    #[test]
    fn what_the_export_wrote_comes_back_without_its_identity() {
        let workflow: Workflow = serde_json::from_str(EXPORTED).unwrap();
        let file = serde_json::to_string_pretty(&workflow).unwrap();
        let read = read("anything.json", &file).unwrap();
        assert_eq!((read.id, read.name.as_str(), read.description.as_str()), (None, "Market brief", "For tea"));
        assert_eq!((read.tags, read.definition), (workflow.tags, workflow.definition));
        assert_eq!((read.layout.as_ref().map(Vec::len), read.layout), (Some(1), Some(workflow.layout)));
    }

    #[test]
    fn what_the_api_takes_and_a_definition_alone_are_read() {
        let create = r#"{"id": "mine", "name": "Mine", "definition": {"steps": []}}"#;
        let created = read("x.json", create).unwrap();
        assert_eq!((created.id, created.name.as_str(), created.is_active), (None, "Mine", true));
        let alone = read("tea.brief.json", "\u{feff}{\"steps\": [{\"label\": \"A\", \"type\": \"review\"}]}").unwrap();
        assert_eq!((alone.name.as_str(), alone.definition.steps.len()), ("tea.brief", 1));
        assert_eq!(name_of_file(" .json"), "Imported workflow");
        assert_eq!(name_of_file(&"n".repeat(300)).len(), MAX_NAME_CHARS);
    }

    #[test]
    fn wrong_json_is_told_by_line_and_column() {
        let error = read("x.json", "{\n  \"name\": ,\n}").unwrap_err();
        assert_eq!(error.to_string(), "It is not JSON: line 2, column 11: expected value.");
        assert!(matches!(
            read("x.json", "").unwrap_err(),
            ImportError::NotJson(SyntaxError { line: 1, column: 1, .. })
        ));
    }

    #[test]
    fn wrong_fields_are_told_by_pointer() {
        let error = read("x.json", "{\"name\": 7,\n \"definition\": {\"steps\": []}}").unwrap_err();
        assert_eq!(error.to_string(), "/name: invalid type: integer `7`, expected a string.");
        let deep = r#"{"name": "N", "definition": {"steps": [{"label": "A", "type": "llm", "prompt": 1}]}}"#;
        let ImportError::WrongField { pointer, .. } = read("x.json", deep).unwrap_err() else { panic!("{deep}") };
        assert_eq!(pointer, "/definition/steps/0/prompt");
        let missing = read("x.json", r#"{"definition": {"steps": []}}"#).unwrap_err();
        assert!(missing.to_string().starts_with("The workflow"), "{missing}");
    }

    #[test]
    fn a_file_of_a_newer_version_is_refused() {
        let alone = r#"{"steps": [{"label": "A", "type": "debate", "goal": "x"}]}"#;
        let workflow = ["{\"name\": \"N\", \"definition\": ", alone, "}"].concat();
        for (file, at) in [(alone, "/steps/0/type"), (&workflow, "/definition/steps/0/type")] {
            let error = read("x.json", file).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("{at}: \"debate\" is not one of llm, agent, tool, review, parallel, conditional, loop.")
            );
        }
    }

    #[test]
    fn other_json_is_no_workflow() {
        for other in ["null", "[]", "{}", "\"steps\"", r#"{"name": "x"}"#] {
            assert_eq!(read("x.json", other).unwrap_err(), ImportError::NotAWorkflow, "{other}");
        }
    }

    #[test]
    fn a_file_may_be_as_large_as_a_body() {
        let most = u64::try_from(MAX_BODY_BYTES).unwrap();
        assert_eq!(check_size(most), Ok(()));
        assert_eq!(check_size(most + 1), Err(ImportError::TooLarge));
        assert!(ImportError::TooLarge.to_string().contains("4.0 MiB"));
    }
}
