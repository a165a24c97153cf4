//! The declared fields of a workflow's input.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::words::words;
use crate::limits::MAX_NAME_CHARS;

/// A declared field of the input. The start form, the check at the start and completions go by it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InputField {
    /// The field: `input.<name>`. A letter or `_`, then letters, digits and `_`.
    pub name: String,
    /// Display name; made from the name when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Help text for the field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// What values it takes; `text` when left out.
    #[serde(default, rename = "type")]
    pub input_type: InputType,
    /// The values to choose from, for a `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Whether a run needs it. A field with a default has a value in any case.
    #[serde(default)]
    pub required: bool,
    /// The value when a start gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// A value that suits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// Whether a field of the input can have the name: a letter or `_`, then letters, digits and `_`.
pub(crate) fn is_input_name(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name.len() <= MAX_NAME_CHARS
}

words!(
    /// What values a field of the input takes.
    InputType {
        /// A text in one line.
        Text = "text",
        /// A text in many lines.
        LongText = "long_text",
        /// A number.
        Number = "number",
        /// One of a few texts.
        Choice = "choice",
        /// `true` or `false`.
        YesNo = "yes_no",
        /// A list.
        List = "list",
        /// Any JSON.
        Json = "json",
    }
);

#[expect(clippy::derivable_impls, reason = "the macro that makes the enum has no mark for a default")]
impl Default for InputType {
    fn default() -> Self {
        Self::Text
    }
}
