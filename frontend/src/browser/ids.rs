//! Ids that are made in the browser.

/// An id that nobody else makes, for idempotency keys. It needs no secure context, as `crypto.randomUUID` does.
#[expect(clippy::disallowed_methods, reason = "a browser has no `Ids` to hand in, and its tests need none")]
pub fn unique_key() -> String {
    uuid::Uuid::new_v4().to_string()
}
