//! Finds the JSON value in a model's answer. Models put fences around it, and sentences before and after it.

use serde_json::Value;

/// Places at which a second value is looked for.
const MAX_TRIED: usize = 1_000;

/// The one JSON value of a text.
///
/// # Errors
/// Says why there is not exactly one. What is not whole is never mended: a part of a value is another value.
pub fn json_in(text: &str) -> Result<Value, String> {
    let text = text.trim();
    let whole = serde_json::from_str(text);
    let error = match whole {
        Ok(value) => return Ok(value),
        Err(error) => format!("it is not JSON ({error})"),
    };
    if let Some((before, inside, after)) = fenced(text) {
        if has_value(before) || has_value(after) {
            return Err(two_values());
        }
        return serde_json::from_str(inside.trim()).map_err(|error| format!("it is not JSON ({error})"));
    }
    let Some(at) = text.find(['{', '[']) else { return Err(error) };
    let rest = text.get(at..).unwrap_or_default();
    // Only the first place counts: a place inside a value that is cut would give a part of it.
    let Some((value, after)) = leading_value(rest) else { return Err(error) };
    if after.trim_start().starts_with(['{', '[', '}', ']', ',', ':', '"']) {
        return Err(error);
    }
    if has_value(after) { Err(two_values()) } else { Ok(value) }
}

fn two_values() -> String {
    "it holds more than one JSON value".into()
}

/// The text before, inside and after a fence of three or more ticks or tildes. A fence that is not closed goes to the
/// end.
fn fenced(text: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    let mut open: Option<(usize, usize, &str)> = None;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let marks = fence_marks(line);
        match (open, marks) {
            (None, Some(marks)) => open = Some((start, end, marks)),
            (Some((from, inside, opening)), Some(marks)) if closes(opening, marks, line) => {
                return Some((text.get(..from)?, text.get(inside..start)?, text.get(end..)?));
            }
            _ => {}
        }
    }
    let (from, inside, marks) = open?;
    let rest = text.get(inside..)?.trim_end();
    // The closing fence may stand at the end of the last line.
    Some((text.get(..from)?, rest.strip_suffix(marks).unwrap_or(rest), ""))
}

/// The ticks or tildes that a line begins with, when they are a fence.
fn fence_marks(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let marks = line.get(..line.len() - line.trim_start_matches(mark).len())?;
    (marks.len() >= 3).then_some(marks)
}

/// Whether a line closes a fence: at least as many of the same marks, and nothing else.
fn closes(opening: &str, marks: &str, line: &str) -> bool {
    marks.starts_with(opening) && line.trim() == marks
}

/// The value that a text begins with, and the text after it.
fn leading_value(text: &str) -> Option<(Value, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

/// Whether an object or a list stands somewhere in a text.
fn has_value(text: &str) -> bool {
    let places = text.match_indices(['{', '[']).take(MAX_TRIED);
    places.into_iter().any(|(at, _)| text.get(at..).and_then(leading_value).is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_one_value_is_taken_in_any_wrapping() {
        let value = json!({"a": [1, {"b": "```"}]});
        let bare = value.to_string();
        let wrapped = [
            bare.clone(),
            format!("```json\n{bare}\n```"),
            format!("```JSON\n{bare}\n```\n"),
            format!("```\n{bare}```"),
            format!("~~~json\n{bare}\n~~~"),
            format!("````json\n{bare}\n````"),
            format!("```json\n{bare}"),
            format!("Here is the answer:\n\n```json\n{bare}\n```\n\nI hope it helps."),
            format!("Here it is: {bare}"),
            format!("{bare}\n\nI hope it helps (see [the page])."),
            format!("Sure! {bare} Done."),
        ];
        for text in wrapped {
            assert_eq!(json_in(&text), Ok(value.clone()), "{text}");
        }
        assert_eq!(json_in(" 7 "), Ok(json!(7)));
        assert_eq!(json_in("```\n\"text\"\n```"), Ok(json!("text")));
    }

    #[test]
    fn what_is_not_exactly_one_whole_value_is_refused() {
        for text in [
            "",
            "no value",
            r#"{"a": [1, 2], "b": "#,
            r#"{"a": [1, 2],}"#,
            r#"{"a": NaN}"#,
            r#"{"a": 1} {"a": 2}"#,
            r#"{"a": 1}, {"a": 2}"#,
            r#"{"a": 1}}"#,
            r#"{"a": 1} or rather {"a": 2}"#,
            "```json\n{\"a\": 1}\n```\n```json\n{\"a\": 2}\n```",
            "First {\"a\": 1}\n```json\n{\"a\": 2}\n```",
            "```json\n{\"a\": [1, 2], \"b\": \n```",
            "Here is {the} answer: {\"a\": 1}",
        ] {
            assert!(json_in(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_of_brackets_is_read_in_bounded_time() {
        let text = format!("{{}} {}", "[0,[\"x\",".repeat(100_000));
        let (done, read) = std::sync::mpsc::channel();
        std::thread::spawn(move || done.send(json_in(&text).is_ok()));
        assert!(read.recv_timeout(std::time::Duration::from_secs(30)).is_ok());
    }
}
