//! Tools and results of the protocol as this crate's types.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents, Tool, ToolAnnotations};
use serde::Deserialize as _;
use serde_json::Value;

use crate::annotations::{Annotations, ToolInfo};
use crate::output::{Content, ToolOutput};

pub fn tool(tool: Tool) -> ToolInfo {
    let annotations = tool.annotations.unwrap_or_default();
    let object = |schema: std::sync::Arc<serde_json::Map<String, Value>>| Value::Object(schema.as_ref().clone());
    ToolInfo {
        name: tool.name.into_owned(),
        title: tool.title.or_else(|| annotations.title.clone()),
        description: tool.description.unwrap_or_default().into_owned(),
        input_schema: object(tool.input_schema),
        output_schema: tool.output_schema.map(object),
        annotations: hints(&annotations),
    }
}

fn hints(annotations: &ToolAnnotations) -> Annotations {
    Annotations {
        read_only: annotations.read_only_hint,
        destructive: annotations.destructive_hint,
        idempotent: annotations.idempotent_hint,
        open_world: annotations.open_world_hint,
    }
}

pub fn output(result: CallToolResult) -> ToolOutput {
    let content = result.content.into_iter().map(content).collect();
    ToolOutput::new(result.structured_content, content, result.is_error.unwrap_or_default())
}

/// A result with blocks that the library does not know; `None` when it is no result of a call.
pub fn newer_output(mut result: Value) -> Option<ToolOutput> {
    let blocks = result.get_mut("content")?.as_array_mut().map(std::mem::take)?;
    let content = blocks
        .into_iter()
        .map(|block| match ContentBlock::deserialize(&block) {
            Ok(known) => content(known),
            Err(_) => Content::Other { block },
        })
        .collect();
    let structured = result.get_mut("structuredContent").map(Value::take);
    let is_error = result.get("isError").and_then(Value::as_bool).unwrap_or_default();
    Some(ToolOutput::new(structured, content, is_error))
}

fn content(block: ContentBlock) -> Content {
    match block {
        ContentBlock::Text(text) => Content::Text { text: text.text },
        ContentBlock::Image(image) => Content::Image { data: image.data, mime_type: image.mime_type },
        ContentBlock::Audio(audio) => Content::Audio { data: audio.data, mime_type: audio.mime_type },
        ContentBlock::Resource(embedded) => match embedded.resource {
            ResourceContents::TextResourceContents { uri, mime_type, text, .. } => {
                Content::Resource { uri, mime_type, text: Some(text), blob: None }
            }
            ResourceContents::BlobResourceContents { uri, mime_type, blob, .. } => {
                Content::Resource { uri, mime_type, text: None, blob: Some(blob) }
            }
            other => Content::Other { block: serde_json::to_value(other).unwrap_or_default() },
        },
        ContentBlock::ResourceLink(link) => Content::Link {
            uri: link.uri,
            name: link.name,
            title: link.title,
            description: link.description,
            mime_type: link.mime_type,
            size: link.size,
        },
        other => Content::Other { block: serde_json::to_value(other).unwrap_or_default() },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_block_of_a_newer_version_is_kept_beside_the_others() {
        let result = json!({"content": [{"type": "text", "text": "a"}, {"type": "hologram", "data": "x"}]});
        let output = newer_output(result).unwrap();
        let other = Content::Other { block: json!({"type": "hologram", "data": "x"}) };
        assert_eq!(output.content, [Content::Text { text: "a".into() }, other]);
        assert_eq!(output.value[0], json!({"type": "text", "text": "a"}));
        assert_eq!(newer_output(json!({"tasks": []})), None);
    }
}
