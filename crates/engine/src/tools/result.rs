//! The result of a tool as the journal keeps it: an output, and what is neither text nor JSON beside it.

use serde_json::Value;
use sluice_tools::{Content, ToolOutput};
use sluice_types::limits::{MAX_GATHERED_DEPTH, MAX_TOOL_MESSAGE_CHARS, MAX_TOOL_RESULT_BYTES};
use sluice_types::{Attachment, AttachmentType, ErrorCode};

use crate::machine::size_of;
use crate::retry::{Failure, Sent};
use crate::templating::text_of;
use crate::work::Made;

/// What a call made, and whether it succeeded.
pub fn made_of(output: ToolOutput) -> (Made, Result<(), Failure>) {
    let ToolOutput { value, content, is_error } = output;
    let value = if is_list_of(&value, &content) { text_in(&content) } else { value };
    let attachments: Vec<Attachment> = content.into_iter().filter_map(attachment).collect();
    let size = size_of(&value);
    let bytes = size.bytes + attachments.iter().map(bytes_of).sum::<usize>();
    if bytes > MAX_TOOL_RESULT_BYTES || size.depth > MAX_GATHERED_DEPTH {
        let message = format!(
            "The tool's result has more than {MAX_TOOL_RESULT_BYTES} bytes, or nests deeper than {MAX_GATHERED_DEPTH} levels: ask it for less."
        );
        // It has acted, and asking again gives the same.
        return (Made::Text, Err(failed(ErrorCode::OutputTooLong, message, Sent::Maybe)));
    }
    let value = match value {
        // PostgreSQL's texts hold no NUL.
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "\u{fffd}")),
        value => value,
    };
    let result = if is_error { Err(said_failed(&value)) } else { Ok(()) };
    (Made::Result { value, attachments }, result)
}

/// The failure of a tool that answered that it failed. What it did is known from its answer: nobody is asked.
fn said_failed(value: &Value) -> Failure {
    let text = text_of(value);
    let mut said: String = text.trim().chars().take(MAX_TOOL_MESSAGE_CHARS).collect();
    if said.is_empty() {
        said.push_str("The tool failed, and did not say why.");
    }
    failed(ErrorCode::ToolFailed, said, Sent::No)
}

fn failed(code: ErrorCode, message: String, sent: Sent) -> Failure {
    Failure { code, message, retryable: false, retry_after: None, sent }
}

/// Whether a value is the list of the content, as it is when some of it is no text.
fn is_list_of(value: &Value, content: &[Content]) -> bool {
    let has_other = content.iter().any(|block| !matches!(block, Content::Text { .. }));
    has_other && value.is_array() && serde_json::to_value(content).is_ok_and(|list| list == *value)
}

fn text_in(content: &[Content]) -> Value {
    let texts = content.iter().filter_map(|block| match block {
        Content::Text { text } => Some(text.as_str()),
        Content::Image { .. }
        | Content::Audio { .. }
        | Content::Resource { .. }
        | Content::Link { .. }
        | Content::Other { .. } => None,
    });
    Value::String(texts.collect::<Vec<_>>().join("\n"))
}

fn attachment(block: Content) -> Option<Attachment> {
    let empty = |attachment_type| Attachment {
        attachment_type,
        mime_type: None,
        name: None,
        uri: None,
        text: None,
        data: None,
    };
    Some(match block {
        Content::Text { .. } => return None,
        Content::Image { data, mime_type } => {
            Attachment { mime_type: Some(mime_type), data: Some(data), ..empty(AttachmentType::Image) }
        }
        Content::Audio { data, mime_type } => {
            Attachment { mime_type: Some(mime_type), data: Some(data), ..empty(AttachmentType::Audio) }
        }
        Content::Resource { uri, mime_type, text, blob } => {
            Attachment { mime_type, uri: Some(uri), text, data: blob, ..empty(AttachmentType::Resource) }
        }
        Content::Link { uri, name, title, description, mime_type, size: _ } => Attachment {
            mime_type,
            uri: Some(uri),
            name: Some(title.unwrap_or(name)),
            text: description,
            ..empty(AttachmentType::Link)
        },
        Content::Other { block } => Attachment { text: Some(block.to_string()), ..empty(AttachmentType::Other) },
    })
}

fn bytes_of(attachment: &Attachment) -> usize {
    let Attachment { attachment_type: _, mime_type, name, uri, text, data } = attachment;
    [mime_type, name, uri, text, data].into_iter().flatten().map(String::len).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(text: &str) -> Content {
        Content::Text { text: text.into() }
    }

    fn image() -> Content {
        Content::Image { data: "aGk=".into(), mime_type: "image/png".into() }
    }

    fn output(value: Value, content: Vec<Content>) -> ToolOutput {
        ToolOutput { value, content, is_error: false }
    }

    #[test]
    fn texts_are_the_output_and_the_rest_is_attached() {
        let content = vec![text("one"), image(), text("two")];
        let list = serde_json::to_value(&content).unwrap();
        let (Made::Result { value, attachments }, Ok(())) = made_of(output(list, content)) else { panic!() };
        assert_eq!(value, "one\ntwo");
        assert_eq!(attachments.len(), 1);
        assert_eq!(
            (attachments[0].attachment_type, attachments[0].data.as_deref()),
            (AttachmentType::Image, Some("aGk="))
        );
        let structured = made_of(output(json!({"n": 1}), vec![text("{\"n\": 1}"), image()]));
        let (Made::Result { value, attachments }, Ok(())) = structured else { panic!() };
        assert_eq!((value, attachments.len()), (json!({"n": 1}), 1));
    }

    #[test]
    fn a_result_is_bounded_to_the_byte() {
        let of = |bytes: usize| made_of(output(Value::String("x".repeat(bytes - 2)), Vec::new())).1;
        assert_eq!(of(MAX_TOOL_RESULT_BYTES), Ok(()));
        let refused = of(MAX_TOOL_RESULT_BYTES + 1).unwrap_err();
        assert_eq!((refused.code, refused.sent, refused.retryable), (ErrorCode::OutputTooLong, Sent::Maybe, false));
        let deep = (0..=MAX_GATHERED_DEPTH).fold(json!(1), |inner, _| json!([inner]));
        assert!(made_of(output(deep, Vec::new())).1.is_err());
    }

    #[test]
    fn a_tool_that_says_that_it_failed_is_quoted_and_its_outcome_is_known() {
        let (made, result) = made_of(ToolOutput { is_error: true, ..output(json!("no such\0 file"), Vec::new()) });
        let failure = result.unwrap_err();
        assert_eq!(
            (failure.code, failure.sent, failure.message.as_str()),
            (ErrorCode::ToolFailed, Sent::No, "no such\u{fffd} file")
        );
        assert!(matches!(made, Made::Result { value, .. } if value == "no such\u{fffd} file"));
    }
}
