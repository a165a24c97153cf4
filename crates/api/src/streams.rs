//! Counts the open event streams of each caller, against a limit.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sluice_types::{ErrorCode, TenantId};

use crate::error::{ApiError, ApiResult};

/// A caller: the tenant and the name in it.
type Caller = (TenantId, String);

/// The open event streams of all callers.
pub struct OpenStreams {
    limit: Option<NonZeroU32>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts(Mutex<HashMap<Caller, u32>>);

impl Counts {
    fn lock(&self) -> MutexGuard<'_, HashMap<Caller, u32>> {
        // Each change is one step, so a panic cannot have left a count half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenStreams {
    /// Allows each caller so many streams at once; without limit when `None`.
    pub fn new(limit: Option<NonZeroU32>) -> Self {
        Self { limit, counts: Arc::default() }
    }

    /// Counts a stream until the returned value is dropped; `too_many_streams` at the limit.
    pub fn open(&self, tenant: &TenantId, name: &str) -> ApiResult<OpenStream> {
        let caller = (tenant.clone(), name.to_owned());
        let mut counts = self.counts.lock();
        let count = counts.entry(caller.clone()).or_default();
        if let Some(limit) = self.limit.filter(|limit| *count >= limit.get()) {
            let detail = format!(
                "You have {limit} event streams open: close one first. The operator sets the limit with `--streams-per-caller`."
            );
            return Err(ApiError::new(ErrorCode::TooManyStreams, detail));
        }
        *count += 1;
        drop(counts);
        Ok(OpenStream { counts: self.counts.clone(), caller })
    }
}

/// One open stream.
pub struct OpenStream {
    counts: Arc<Counts>,
    caller: Caller,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        if let Some(count) = counts.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_so_many_streams_at_once() {
        let streams = OpenStreams::new(NonZeroU32::new(2));
        let (one, two) = (TenantId::local(), TenantId::new("two").unwrap());
        let first = streams.open(&one, "a").unwrap();
        let second = streams.open(&one, "a").unwrap();
        assert!(streams.open(&one, "a").is_err());
        // Other callers have their own.
        let others = [streams.open(&one, "b").unwrap(), streams.open(&two, "a").unwrap()];
        drop(first);
        let third = streams.open(&one, "a").unwrap();
        assert!(streams.open(&one, "a").is_err());
        drop((second, third, others));
        assert!(streams.counts.lock().is_empty());
    }

    #[test]
    fn without_a_limit_all_are_taken() {
        let streams = OpenStreams::new(None);
        let open: Vec<_> = (0..5_000).map(|_| streams.open(&TenantId::local(), "a").unwrap()).collect();
        assert_eq!(open.len(), 5_000);
    }
}
