//! Parts of a tool's result beside its text or JSON.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::status::status;

/// A part of a tool's result that is neither its text nor its structured content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    /// What it is.
    #[serde(rename = "type")]
    pub attachment_type: AttachmentType,
    /// Its media type, as `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address, at the tool's server or in the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// Its contents, when they are text; of a part of a type that is not known, its JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its contents in base64, when they are not text. They are in the answer of a single step run, and not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

status!(
    /// Kinds of attachment.
    AttachmentType {
        /// A picture.
        Image = "image",
        /// A recording.
        Audio = "audio",
        /// A resource, with its contents.
        Resource = "resource",
        /// The address of a resource.
        Link = "link",
        /// A part of a kind that a newer version of the protocol has added.
        Other = "other",
    }
);
