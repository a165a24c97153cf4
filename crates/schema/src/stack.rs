//! A stack that suffices for a schema and an answer at their limits.

/// Bytes of stack for checking a schema and validating an answer. The validator recurses once per subschema and level
/// of the answer: at most `MAX_SCHEMA_CHAIN` times 128 levels, at about 4 KiB each in a debug build. The system
/// reserves addresses only and commits pages on first use.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs `work` on a thread of its own. The caller waits, so `work` may borrow from it.
///
/// `None` when no thread could be started or `work` panicked. The panic hook has logged a panic.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("output-schema".into()).stack_size(STACK_BYTES);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}
