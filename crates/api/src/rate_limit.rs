//! A rate limit of requests of one kind, for each tenant, and the headers that tell how much of it is left
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::{StateInformationMiddleware, StateSnapshot};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sluice_types::TenantId;

/// Checks between two sweeps of the tenants whose allowance is whole again.
const SWEEP_EVERY: u32 = 1_024;

/// Seconds in which a whole allowance comes back.
const WINDOW_SECONDS: u32 = 60;

tokio::task_local! {
    /// The limit that the current request was counted against, for its answer's headers.
    static TOLD: Cell<Option<Allowance>>;
}

/// The requests left to a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Allowance {
    /// The kind of requests.
    name: &'static str,
    /// Requests in a minute.
    limit: u32,
    /// Requests that may follow at once.
    left: u32,
}

impl Allowance {
    /// Seconds until the allowance is whole again. It comes back bit by bit.
    fn whole_in_seconds(self) -> u64 {
        let missing = u64::from(self.limit.saturating_sub(self.left));
        (missing * u64::from(WINDOW_SECONDS)).div_ceil(u64::from(self.limit.max(1)))
    }

    fn add_to(self, headers: &mut HeaderMap) {
        let Self { name, limit, left } = self;
        let policy = format!("\"{name}\";q={limit};w={WINDOW_SECONDS}");
        let state = format!("\"{name}\";r={left};t={}", self.whole_in_seconds());
        for (header, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

/// Runs `work` as a request, and returns the headers that tell what is left of the allowance that it was counted against.
pub async fn observed<T>(work: impl Future<Output = T>) -> (T, HeaderMap) {
    let mut headers = HeaderMap::new();
    let (answer, told) = TOLD.scope(Cell::new(None), async { (work.await, TOLD.with(Cell::get)) }).await;
    if let Some(allowance) = told {
        allowance.add_to(&mut headers);
    }
    (answer, headers)
}

/// A token bucket for each tenant. Tenants that have sent nothing for a minute take no memory.
pub struct RateLimit<C: Clock = DefaultClock> {
    /// The kind of requests.
    name: &'static str,
    limit: NonZeroU32,
    limiter: RateLimiter<TenantId, DashMapStateStore<TenantId>, C, StateInformationMiddleware>,
    clock: C,
    checks: AtomicU32,
}

impl RateLimit {
    /// A limit of so many requests of a kind in a minute.
    pub fn per_minute(name: &'static str, requests: NonZeroU32) -> Self {
        Self::with_clock(name, requests, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimit<C> {
    fn with_clock(name: &'static str, limit: NonZeroU32, clock: C) -> Self {
        let limiter = RateLimiter::dashmap_with_clock(Quota::per_minute(limit), clock.clone()).with_middleware();
        Self { name, limit, limiter, clock, checks: AtomicU32::new(0) }
    }

    /// Takes one request from a tenant's allowance, or returns the time until there is one.
    pub fn check(&self, tenant: &TenantId) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        let checked = self.limiter.check_key(tenant);
        let left = checked.as_ref().map_or(0, StateSnapshot::remaining_burst_capacity);
        let allowance = Allowance { name: self.name, limit: self.limit.get(), left };
        // Outside of a request nobody reads it.
        let _ = TOLD.try_with(|told| told.set(Some(allowance)));
        checked.map(|_| ()).map_err(|until| until.wait_time_from(self.clock.now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;

    fn tenant(number: u32) -> TenantId {
        TenantId::new(format!("t{number}")).unwrap()
    }

    #[test]
    fn each_tenant_has_its_own_allowance() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock("starts", NonZeroU32::new(2).unwrap(), clock.clone());
        assert!(limit.check(&tenant(1)).is_ok() && limit.check(&tenant(1)).is_ok());
        assert_eq!(limit.check(&tenant(1)), Err(Duration::from_secs(30)));
        assert!(limit.check(&tenant(2)).is_ok());
        clock.advance(Duration::from_secs(30));
        assert!(limit.check(&tenant(1)).is_ok());
    }

    #[tokio::test]
    async fn a_request_is_told_what_is_left() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock("starts", NonZeroU32::new(8).unwrap(), clock.clone());
        let told = async || {
            let (_, headers) = observed(async { limit.check(&tenant(1)) }).await;
            let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
            assert_eq!(header("ratelimit-policy"), "\"starts\";q=8;w=60");
            header("ratelimit")
        };
        assert_eq!(told().await, "\"starts\";r=7;t=8");
        for _ in 0..6 {
            told().await;
        }
        assert_eq!(told().await, "\"starts\";r=0;t=60");
        assert_eq!(told().await, "\"starts\";r=0;t=60");
        clock.advance(Duration::from_secs(15));
        assert_eq!(told().await, "\"starts\";r=1;t=53");
        let ((), headers) = observed(async {}).await;
        assert!(headers.is_empty());
    }

    #[test]
    fn tenants_that_have_sent_nothing_for_a_while_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock("starts", NonZeroU32::new(60).unwrap(), clock.clone());
        for number in 1..SWEEP_EVERY {
            limit.check(&tenant(number)).unwrap();
        }
        clock.advance(Duration::from_secs(61));
        limit.check(&tenant(SWEEP_EVERY)).unwrap();
        assert_eq!(limit.limiter.len(), 1);
    }
}
