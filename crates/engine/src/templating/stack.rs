//! A stack for templates that are nested deep.

use std::thread;

use super::fault::Fault;

/// Depth up to which any thread's stack is enough: 2 MiB, in a build without optimization.
pub(super) const MAX_SHALLOW: usize = 48;
/// Bytes of stack for the deepest accepted template. Unused pages take no memory.
const DEEP_STACK_BYTES: usize = 16 * 1024 * 1024;

/// Reads and fills in a template of this depth: minijinja's parser and compiler recurse.
pub(super) fn with_stack<T: Send>(depth: usize, work: impl FnOnce() -> Result<T, Fault> + Send) -> Result<T, Fault> {
    if depth <= MAX_SHALLOW {
        return work();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("template".into()).stack_size(DEEP_STACK_BYTES);
        let done = thread.spawn_scoped(scope, work).map(thread::ScopedJoinHandle::join);
        // The system has no thread left, or the thread has panicked.
        let failed = || Fault { message: "it cannot be evaluated now".into(), is_certain: false };
        done.map_err(|_| failed())?.map_err(|_| failed())?
    })
}
