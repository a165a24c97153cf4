//! Results of calls.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The result of a call that the tool answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolOutput {
    /// The result for steps and models: the structured content when there is one; else the text when all content is
    /// text; else the list of content blocks.
    pub value: Value,
    /// All content blocks, as the server gave them. Native tools give none.
    pub content: Vec<Content>,
    /// Whether the tool says that it failed. `value` then tells the cause.
    pub is_error: bool,
}

impl ToolOutput {
    /// The result with these parts; see [`Self::value`].
    #[must_use]
    pub fn new(structured: Option<Value>, content: Vec<Content>, is_error: bool) -> Self {
        let value = structured.unwrap_or_else(|| {
            let texts: Option<Vec<&str>> = content.iter().map(Content::as_text).collect();
            match texts {
                Some(texts) => Value::String(texts.join("\n")),
                None => serde_json::to_value(&content).unwrap_or_default(),
            }
        });
        Self { value, content, is_error }
    }
}

/// A content block of a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// An image.
    Image {
        /// Its bytes in base64.
        data: String,
        /// For example `image/png`.
        mime_type: String,
    },
    /// A recording.
    Audio {
        /// Its bytes in base64.
        data: String,
        /// For example `audio/wav`.
        mime_type: String,
    },
    /// A resource with its contents: `text` or `blob`.
    Resource {
        /// Its address at the server.
        uri: String,
        /// For example `text/plain`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
        /// Its contents, when they are text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Its contents in base64, when they are not text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob: Option<String>,
    },
    /// The address of a resource.
    Link {
        /// Its address at the server, or in the web.
        uri: String,
        /// Its name.
        name: String,
        /// A name for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// What it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        /// For example `text/plain`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
        /// Its length in bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
    },
    /// A block of a newer protocol version.
    Other {
        /// The block as JSON.
        block: Value,
    },
}

impl Content {
    /// The text of a block of text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Image { .. }
            | Self::Audio { .. }
            | Self::Resource { .. }
            | Self::Link { .. }
            | Self::Other { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_value_is_the_structure_else_the_text_else_the_blocks() {
        let text = |text: &str| Content::Text { text: text.into() };
        let image = Content::Image { data: "aGk=".into(), mime_type: "image/png".into() };
        let value =
            |structured: Option<Value>, content: Vec<Content>| ToolOutput::new(structured, content, false).value;
        assert_eq!(value(Some(json!({"n": 1})), vec![text("{\"n\":1}")]), json!({"n": 1}));
        assert_eq!(value(None, vec![text("a"), text("b")]), json!("a\nb"));
        assert_eq!(value(None, Vec::new()), json!(""));
        let blocks = json!([
            {"type": "text", "text": "a"},
            {"type": "image", "data": "aGk=", "mime_type": "image/png"},
        ]);
        assert_eq!(value(None, vec![text("a"), image]), blocks);
    }
}
