//! Work without I/O that takes time, off the async threads: an actix worker has one thread for all its requests.

use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Pieces of work that run at the same time in this process: one for each processor. More would only take memory.
static PLACES: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(available_parallelism().map_or(1, usize::from))));

/// Runs work on a blocking thread. A panic in it continues in the caller.
pub async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let place = PLACES.clone().acquire_owned().await;
    let done = spawn_blocking(move || {
        let result = work();
        // The work holds its place to the end, even if the caller was dropped.
        drop(place);
        result
    });
    match done.await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and drops the caller.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_continues_in_the_caller_and_frees_its_place() {
        for _ in 0..2 * available_parallelism().map_or(1, usize::from) {
            let caught = std::panic::AssertUnwindSafe(off_thread(|| panic!("as the test wants it"))).catch_unwind();
            assert!(caught.await.is_err());
        }
        assert_eq!(off_thread(|| 1).await, 1);
    }
}
