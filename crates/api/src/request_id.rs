//! The id of the request under way, for logs and problems, and the trace of its caller.

use actix_web::http::header::HeaderMap;

/// Characters of a caller's `X-Request-Id`.
const MAX_REQUEST_ID_CHARS: usize = 128;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request under way; empty outside of one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

/// Runs `work` as the request with this id.
pub async fn with_request_id<T>(id: String, work: impl Future<Output = T>) -> T {
    REQUEST_ID.scope(id, work).await
}

/// The id that the caller gave its request; `None` when it gave none, or one that we do not repeat in logs and answers.
pub fn of_caller(headers: &HeaderMap) -> Option<String> {
    let mut given = headers.get_all("x-request-id");
    // A second one would leave open which of the two counts.
    let (Some(id), None) = (given.next(), given.next()) else { return None };
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:+/=@".contains(&byte);
    let id = id.to_str().ok()?;
    ((1..=MAX_REQUEST_ID_CHARS).contains(&id.len()) && id.bytes().all(harmless)).then(|| id.to_owned())
}

/// The trace that a request belongs to, and the caller's span in it (W3C Trace Context, section 3.2).
#[derive(Debug, PartialEq, Eq)]
pub struct CallerTrace {
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub parent_id: String,
}

impl CallerTrace {
    /// Reads `traceparent`; `None` when it is missing or not valid.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all("traceparent");
        let (Some(value), None) = (given.next(), given.next()) else { return None };
        let mut parts = value.to_str().ok()?.split('-');
        let (version, trace_id, parent_id, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, digits: usize| {
            text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let is_id = |text: &str, digits: usize| is_hex(text, digits) && text.bytes().any(|byte| byte != b'0');
        // A later version may add parts at the end; `ff` is not a version.
        let version_fits = is_hex(version, 2) && version != "ff" && (version != "00" || parts.next().is_none());
        (version_fits && is_id(trace_id, 32) && is_id(parent_id, 16) && is_hex(flags, 2))
            .then(|| Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn headers(name: &'static str, values: &[&str]) -> HeaderMap {
        let request = values.iter().fold(TestRequest::get(), |request, value| request.append_header((name, *value)));
        request.to_srv_request().headers().clone()
    }

    #[test]
    fn only_a_harmless_id_is_taken() {
        let taken = |values: &[&str]| of_caller(&headers("x-request-id", values));
        let longest = "x".repeat(MAX_REQUEST_ID_CHARS);
        for id in ["7", "0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "Root=1-67891233-abcdef@host/1.2:3+4_5", &longest] {
            assert_eq!(taken(&[id]).as_deref(), Some(id));
        }
        for id in ["", "a b", "a\"b", "a,b", "<script>", "\u{e4}", &"x".repeat(MAX_REQUEST_ID_CHARS + 1)] {
            assert_eq!(taken(&[id]), None, "{id}");
        }
        assert_eq!(taken(&["a", "a"]), None);
        assert_eq!(taken(&[]), None);
    }

    #[test]
    fn only_a_valid_trace_is_taken() {
        let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let taken = |value: &str| CallerTrace::of(&headers("traceparent", &[value]));
        let expected = CallerTrace { trace_id: trace.into(), parent_id: parent.into() };
        for value in [format!("00-{trace}-{parent}-01"), format!("01-{trace}-{parent}-00-later")] {
            assert_eq!(taken(&value).as_ref(), Some(&expected), "{value}");
        }
        let (no_trace, no_parent, capitals) = ("0".repeat(32), "0".repeat(16), trace.to_uppercase());
        for value in [
            String::new(),
            format!("00-{trace}-{parent}"),
            format!("00-{trace}-{parent}-01-later"),
            format!("ff-{trace}-{parent}-01"),
            format!("00-{no_trace}-{parent}-01"),
            format!("00-{trace}-{no_parent}-01"),
            format!("00-{capitals}-{parent}-01"),
            format!("00-{trace}0-{parent}-01"),
            format!("00-{trace}-{parent}-x1"),
        ] {
            assert_eq!(taken(&value), None, "{value}");
        }
    }
}
