//! Ids that are made in the browser.

/// A random UUID for idempotency keys. Unlike `crypto.randomUUID` it works without a secure context.
#[expect(clippy::disallowed_methods, reason = "a browser has no `Ids` to hand in, and its tests need none")]
pub fn unique_key() -> String {
    uuid::Uuid::new_v4().to_string()
}
