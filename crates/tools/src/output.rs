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
