//! The result of a call, as the model of an agent reads it.

use std::borrow::Cow;

use sluice_store::StepRecord;
use sluice_types::limits::{MAX_RESULT_SENT_BYTES, MAX_TURN_CALLS};
use sluice_types::{Attachment, AttachmentType, StepRunStatus};

/// Stands for a result that is no longer sent.
pub const DROPPED: &str =
    "[This result was left out, because the conversation had become too long. Call the tool again if you need it.]";

/// The result of a call that has ended, and whether it failed.
pub fn result_text(call: Option<&StepRecord>) -> (String, bool) {
    let Some(record) = call else {
        return (format!("This call was not made: at most {MAX_TURN_CALLS} are made at once. Ask again."), true);
    };
    let run = &record.run;
    let is_error = run.status != StepRunStatus::Completed;
    let said = match (&run.content, &run.output, &run.error) {
        (Some(text), ..) if !text.is_empty() => Cow::Borrowed(text.as_str()),
        (_, _, Some(error)) if is_error => Cow::Borrowed(error.message.as_str()),
        (_, Some(serde_json::Value::String(text)), _) => Cow::Borrowed(text.as_str()),
        (_, Some(output), _) => Cow::Owned(output.to_string()),
        (_, None, _) => Cow::Borrowed(""),
    };
    let mut text = String::new();
    if record.memory.edited {
        let arguments = run.arguments.as_ref().and_then(|arguments| serde_json::to_string(arguments).ok());
        text.push_str("[A person changed the arguments to: ");
        text.push_str(&cut(arguments.as_deref().unwrap_or_default()));
        text.push_str("]\n");
    }
    text.push_str(&cut(&said));
    for attachment in &run.attachments {
        text.push('\n');
        text.push_str(&told(attachment));
    }
    (text, is_error)
}

/// The beginning of a text, with a mark where it was cut.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_RESULT_SENT_BYTES {
        return Cow::Borrowed(text);
    }
    let beginning = text.get(..text.floor_char_boundary(MAX_RESULT_SENT_BYTES)).unwrap_or_default();
    Cow::Owned(format!("{beginning}\n[The result was cut here: it has {} bytes.]", text.len()))
}

/// What the model is told of an attachment. A text in it is read; bytes are not.
fn told(attachment: &Attachment) -> String {
    let kind = match attachment.attachment_type {
        AttachmentType::Image => "image",
        AttachmentType::Audio => "recording",
        AttachmentType::Resource => "resource",
        AttachmentType::Link => "link",
        AttachmentType::Other | AttachmentType::Unknown => "part",
    };
    let names = [&attachment.name, &attachment.uri, &attachment.mime_type];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    match &attachment.text {
        Some(text) => format!("[A {kind}: {}]\n{}", names.join(", "), cut(text)),
        None => format!("[A {kind} that only people can see: {}]", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character_and_says_so() {
        let at_limit = "x".repeat(MAX_RESULT_SENT_BYTES);
        assert_eq!(cut(&at_limit), at_limit);
        let long = format!("{}ä", "x".repeat(MAX_RESULT_SENT_BYTES - 1));
        let said = cut(&long);
        assert!(said.ends_with(&format!("x\n[The result was cut here: it has {} bytes.]", MAX_RESULT_SENT_BYTES + 1)));
        assert!(!said.contains('ä'));
    }
}
