//! Finds the call that an unreadable line answers, so that this call alone fails.

use rmcp::model::NumberOrString;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::lines::Line;

/// The id of the request that a line answers; `None` when it answers none, or when the id is not found.
pub fn answered(line: &Line) -> Option<NumberOrString> {
    let id = match &line.tail {
        None => id_of_whole(&line.bytes),
        Some(tail) => id_at_end(tail).or_else(|| id_at_start(&line.bytes)),
    };
    id.map(NumberOrString::Number)
}

/// JSON with an id, nested too deep or of another shape than an answer has.
fn id_of_whole(line: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Answer {
        id: i64,
        method: Option<IgnoredAny>,
    }
    let answer: Answer = serde_json::from_slice(line).ok()?;
    answer.method.is_none().then_some(answer.id)
}

/// `…,"id":7}` or `…,"id":7,"jsonrpc":"2.0"}`. Inside a string the quotes would be escaped, and inside another object a
/// second brace would follow.
fn id_at_end(tail: &[u8]) -> Option<i64> {
    let text = String::from_utf8_lossy(tail);
    let text = text.trim_end().strip_suffix('}')?.trim_end();
    let text = without_version(text).unwrap_or(text);
    let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (rest, id) = text.split_at_checked(text.len() - digits)?;
    let rest = rest.trim_end().strip_suffix(':')?.trim_end().strip_suffix("\"id\"")?;
    rest.trim_end().ends_with([',', '{']).then(|| id.parse().ok())?
}

fn without_version(text: &str) -> Option<&str> {
    let text = text.strip_suffix("\"2.0\"")?.trim_end().strip_suffix(':')?.trim_end();
    Some(text.strip_suffix("\"jsonrpc\"")?.trim_end().strip_suffix(',')?.trim_end())
}

/// `{"jsonrpc":"2.0","id":7,…` or `{"id":7,…`.
fn id_at_start(head: &[u8]) -> Option<i64> {
    let head = head.get(..head.len().min(128)).unwrap_or_default();
    let text = String::from_utf8_lossy(head);
    let mut rest = text.trim_start().strip_prefix('{')?.trim_start();
    if let Some(after) = rest.strip_prefix("\"jsonrpc\"") {
        let after = after.trim_start().strip_prefix(':')?.trim_start().strip_prefix("\"2.0\"")?;
        rest = after.trim_start().strip_prefix(',')?.trim_start();
    }
    let rest = rest.strip_prefix("\"id\"")?.trim_start().strip_prefix(':')?.trim_start();
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (id, rest) = rest.split_at_checked(digits)?;
    rest.trim_start().starts_with(',').then(|| id.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(head: &str, tail: &str) -> Option<NumberOrString> {
        answered(&Line { bytes: head.into(), tail: Some(tail.into()) })
    }

    #[test]
    fn the_id_of_a_line_that_is_too_long_is_found_at_either_end() {
        let seven = Some(NumberOrString::Number(7));
        assert_eq!(long(r#"{"jsonrpc":"2.0","id":7,"result":{"#, "xx\"}]}}"), seven);
        assert_eq!(long(r#"{ "id" : 7 , "result":{"#, "xx\"}]}}"), seven);
        assert_eq!(long(r#"{"result":{"content":"#, r#"xx"}]},"jsonrpc":"2.0","id":7}"#), seven);
        assert_eq!(long(r#"{"result":{"content":"#, r#"xx"}]}, "id": 7, "jsonrpc": "2.0"}"#), seven);
        for (head, tail) in [
            (r#"{"result":{"content":"#, r#"xx","id":7}}"#),
            (r#"{"result":"#, r#"\"id\":7}"#),
            (r#"{"jsonrpc":"2.0","method":"x","params":{"id":7,"#, "xx\"}}"),
            ("xxxx", "xxxx"),
            ("", ""),
        ] {
            assert_eq!(long(head, tail), None, "{head} … {tail}");
        }
    }

    #[test]
    fn the_id_of_an_unreadable_answer_is_found() {
        let whole = |text: &str| answered(&Line { bytes: text.into(), tail: None });
        let deep = format!(r#"{{"id":7,"result":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
        assert_eq!(whole(&deep), Some(NumberOrString::Number(7)));
        assert_eq!(whole(r#"{"id":7,"method":"x"}"#), None);
        assert_eq!(whole("Listening on stdio"), None);
    }
}
