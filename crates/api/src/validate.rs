//! Checks of the texts in requests against their limits, all errors at once.

mod agents;
mod canvas;
mod mcp_servers;

use std::collections::BTreeMap;

use sluice_types::limits::{
    MAX_CREDENTIAL_CHARS, MAX_CURSOR_CHARS, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_OUTPUT_BYTES, MAX_PAGE,
    MAX_SEARCH_CHARS, MAX_STEPS, MAX_TAG_CHARS, MAX_TAG_FILTERS, MAX_TAGS,
};
use sluice_types::{
    Definition, ErrorCode, FieldError, LintContext, LintFinding, Metadata, RESERVED_WORKFLOW_IDS, Severity, WorkflowId,
    lint, metadata_errors,
};

use crate::error::ApiError;

/// Codes of the lint findings that prevent a save. Other errors prevent a start only: unfinished work can be saved.
const REFUSED_AT_SAVE: [&str; 21] = [
    "arguments_too_long",
    "max_turns_out_of_range",
    "too_many_tools",
    "too_many_steps",
    "duplicate_id",
    "duplicate_label",
    "reserved_id",
    "empty_label",
    "label_too_long",
    "label_not_usable",
    "too_many_retries",
    "timeout_out_of_range",
    "idle_timeout_out_of_range",
    "expires_in_out_of_range",
    "name_too_long",
    "too_many_shown",
    "prompt_too_long",
    "temperature_out_of_range",
    "max_tokens_out_of_range",
    "too_many_fallbacks",
    "schema_too_long",
];

/// Collects the wrong fields of a request.
#[derive(Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// A name: not empty, not too long.
    pub fn name(&mut self, pointer: &str, name: &str) -> &mut Self {
        if name.trim().is_empty() {
            self.0.push(FieldError::new(pointer, "it is empty"));
        }
        self.chars(pointer, name, MAX_NAME_CHARS)
    }

    /// A short text that may be empty or absent, like a category or the name of a model.
    pub fn short(&mut self, pointer: &str, text: Option<&str>) -> &mut Self {
        self.chars(pointer, text.unwrap_or_default(), MAX_NAME_CHARS)
    }

    /// A longer text that may be empty.
    pub fn text(&mut self, pointer: &str, text: &str) -> &mut Self {
        self.chars(pointer, text, MAX_DESCRIPTION_CHARS)
    }

    /// A text that replaces a step's output.
    pub fn output(&mut self, pointer: &str, text: Option<&str>) -> &mut Self {
        if text.is_some_and(|text| text.len() > MAX_OUTPUT_BYTES) {
            self.0.push(FieldError::new(pointer, format!("at most {MAX_OUTPUT_BYTES} bytes")));
        }
        self
    }

    /// An API key, a base URL or the name of a model.
    pub fn credential(&mut self, pointer: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            if text.trim().is_empty() {
                self.0.push(FieldError::new(pointer, "it is empty: send `null` to remove it"));
            }
            if text.chars().any(char::is_control) {
                self.0.push(FieldError::new(pointer, "it contains a control character, like a line break: remove it"));
            }
            self.chars(pointer, text, MAX_CREDENTIAL_CHARS);
        }
        self
    }

    /// Tags: not too many, none empty or too long.
    pub fn tags(&mut self, tags: &[String]) -> &mut Self {
        if tags.len() > MAX_TAGS {
            self.0.push(FieldError::new("/tags", format!("at most {MAX_TAGS} tags, not {}", tags.len())));
        }
        for (at, tag) in tags.iter().enumerate() {
            let pointer = format!("/tags/{at}");
            if tag.trim().is_empty() {
                self.0.push(FieldError::new(pointer.as_str(), "it is empty"));
            }
            self.chars(&pointer, tag, MAX_TAG_CHARS);
        }
        self
    }

    /// Metadata: not too many entries, none too long.
    pub fn metadata(&mut self, metadata: Option<&Metadata>) -> &mut Self {
        self.0.extend(metadata.into_iter().flat_map(|metadata| metadata_errors("/metadata", metadata)));
        self
    }

    /// Whether others may see a template. Only a template can be published.
    pub fn published(&mut self, is_published: Option<bool>, is_template: bool) -> &mut Self {
        if is_published == Some(true) && !is_template {
            self.0.push(FieldError::new("/is_published", "only a template is published: set `is_template`, too"));
        }
        self
    }

    /// Labels that a save renames. Each costs a pass over all prompts.
    pub fn renamed_labels(&mut self, renamed: &BTreeMap<String, String>) -> &mut Self {
        let pointer = "/renamed_labels";
        if renamed.len() > MAX_STEPS {
            self.0.push(FieldError::new(pointer, format!("at most {MAX_STEPS} labels, not {}", renamed.len())));
        }
        for label in renamed.iter().flat_map(|(old, new)| [old, new]) {
            self.chars(pointer, label, MAX_NAME_CHARS);
        }
        self
    }

    fn chars(&mut self, pointer: &str, text: &str, most: usize) -> &mut Self {
        let count = text.chars().count();
        if count > most {
            self.0.push(FieldError::new(pointer, format!("at most {most} characters, not {count}")));
        }
        self
    }

    /// All errors as one, if there are any.
    pub fn done(&mut self) -> Result<(), ApiError> {
        match std::mem::take(&mut self.0) {
            errors if errors.is_empty() => Ok(()),
            errors => Err(ApiError::fields(ErrorCode::InvalidRequest, errors)),
        }
    }
}

/// Refuses an id that is a literal part of an address.
pub fn check_id(id: &WorkflowId) -> Result<(), ApiError> {
    if RESERVED_WORKFLOW_IDS.contains(&id.as_str()) {
        let message = format!("`{id}` is used in addresses: choose another id");
        return Err(ApiError::fields(ErrorCode::InvalidRequest, vec![FieldError::new("/id", message)]));
    }
    Ok(())
}

/// Refuses a definition with a finding that prevents a save.
pub fn check_definition(definition: &Definition) -> Result<(), ApiError> {
    let report = lint(definition, &LintContext::default(), None);
    let refused =
        |finding: &LintFinding| finding.severity == Severity::Error && REFUSED_AT_SAVE.contains(&finding.code.as_str());
    let errors: Vec<FieldError> = report
        .findings
        .into_iter()
        .filter(refused)
        .map(|finding| FieldError::with_code(format!("/definition{}", finding.pointer), finding.code, finding.message))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::fields(ErrorCode::InvalidDefinition, errors)) }
}

/// Checks the words that a list is searched for; words of white space alone search for nothing.
pub fn search(words: Option<String>) -> Result<Option<String>, ApiError> {
    let Some(words) = words.filter(|words| !words.trim().is_empty()) else { return Ok(None) };
    filter("search", Some(words), MAX_SEARCH_CHARS)
}

/// Checks the value that a list is filtered by.
pub fn filter(name: &str, value: Option<String>, most: usize) -> Result<Option<String>, ApiError> {
    let count = value.as_deref().unwrap_or_default().chars().count();
    if count > most {
        let message = format!("at most {most} characters, not {count}");
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, name, message));
    }
    Ok(value)
}

/// Checks the tags that a list is filtered by.
pub fn tags(tags: Vec<String>) -> Result<Vec<String>, ApiError> {
    if tags.len() > MAX_TAG_FILTERS {
        let message = format!("at most {MAX_TAG_FILTERS} tags, not {}", tags.len());
        return Err(ApiError::parameter(ErrorCode::InvalidQuery, "tag", message));
    }
    tags.into_iter().map(|tag| Ok(filter("tag", Some(tag), MAX_TAG_CHARS)?.unwrap_or_default())).collect()
}

/// The size of a page, within the limit.
pub fn page_size(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(sluice_types::limits::DEFAULT_PAGE) {
        limit @ 1..=MAX_PAGE => Ok(limit),
        other => {
            let message = format!("from 1 to {MAX_PAGE}, not {other}");
            Err(ApiError::parameter(ErrorCode::InvalidQuery, "limit", message))
        }
    }
}

/// A cursor of a list in this order.
pub fn cursor(text: Option<&str>, sort: &str) -> Result<Option<sluice_store::Cursor>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    if text.len() > MAX_CURSOR_CHARS {
        return Err(unknown_cursor());
    }
    // Reject cursors that we did not issue: these orders have numeric keys, and no key or id contains U+0000, which
    // PostgreSQL cannot compare.
    let by_number =
        matches!(sort, "updated_at" | "-updated_at" | "workflows created_at" | "workflows -created_at" | "-version");
    let issued =
        |key: &str, id: &str| (!by_number || key.parse::<i64>().is_ok()) && !key.contains('\0') && !id.contains('\0');
    match sluice_store::Cursor::decode(text) {
        Some(cursor) if cursor.sort == sort && issued(&cursor.key, &cursor.id) => Ok(Some(cursor)),
        _ => Err(unknown_cursor()),
    }
}

fn unknown_cursor() -> ApiError {
    let message = "use `next_cursor` of the page before, with the same `sort` and the same filters";
    ApiError::parameter(ErrorCode::InvalidCursor, "cursor", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_of_the_order_and_has_its_key() {
        let given = |sort: &str, key: &str| {
            let cursor = sluice_store::Cursor { sort: sort.into(), key: key.into(), id: "a".into() };
            cursor_of(&cursor.encode(), "-updated_at").is_ok()
        };
        assert!(given("-updated_at", "1700000000000000"));
        assert!(!given("-updated_at", "yesterday") && !given("-updated_at", "") && !given("name", "1"));
        assert!(cursor_of("garbage", "name").is_err());
        let long = |chars: usize| {
            sluice_store::Cursor { sort: "name".into(), key: "k".repeat(chars), id: "a".into() }.encode()
        };
        assert!(cursor_of(&long(5_000), "name").is_ok() && long(6_000).len() > MAX_CURSOR_CHARS);
        assert!(cursor_of(&long(6_000), "name").is_err());
        for (key, id) in [("a\0b", "a"), ("a", "a\0b")] {
            let cursor = sluice_store::Cursor { sort: "name".into(), key: key.into(), id: id.into() };
            assert!(cursor_of(&cursor.encode(), "name").is_err(), "{key:?} {id:?}");
        }
    }

    fn cursor_of(text: &str, sort: &str) -> Result<Option<sluice_store::Cursor>, ApiError> {
        cursor(Some(text), sort)
    }

    #[test]
    fn keys_hold_no_control_characters() {
        assert!(Check::default().credential("/api_key", Some("sk-1")).done().is_ok());
        for wrong in ["", " ", "sk-1\n", "sk\u{0}"] {
            assert!(Check::default().credential("/api_key", Some(wrong)).done().is_err(), "{wrong:?}");
        }
    }
}
