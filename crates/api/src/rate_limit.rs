//! A rate limit of requests of one kind, for each tenant.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sluice_types::TenantId;

/// Checks between two sweeps of the tenants whose allowance is whole again.
const SWEEP_EVERY: u32 = 1_024;

/// A token bucket for each tenant. Tenants that have sent nothing for a minute take no memory.
pub struct RateLimit<C: Clock = DefaultClock> {
    limiter: RateLimiter<TenantId, DashMapStateStore<TenantId>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    checks: AtomicU32,
}

impl RateLimit {
    /// A limit of so many requests in a minute.
    pub fn per_minute(requests: NonZeroU32) -> Self {
        Self::with_clock(requests, DefaultClock::default())
    }
}

impl<C: Clock + Clone> RateLimit<C> {
    fn with_clock(requests: NonZeroU32, clock: C) -> Self {
        let limiter = RateLimiter::dashmap_with_clock(Quota::per_minute(requests), clock.clone());
        Self { limiter, clock, checks: AtomicU32::new(0) }
    }

    /// Takes one request from a tenant's allowance, or returns the time until there is one.
    pub fn check(&self, tenant: &TenantId) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        self.limiter.check_key(tenant).map_err(|until| until.wait_time_from(self.clock.now()))
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
        let limit = RateLimit::with_clock(NonZeroU32::new(2).unwrap(), clock.clone());
        assert!(limit.check(&tenant(1)).is_ok() && limit.check(&tenant(1)).is_ok());
        assert_eq!(limit.check(&tenant(1)), Err(Duration::from_secs(30)));
        assert!(limit.check(&tenant(2)).is_ok());
        clock.advance(Duration::from_secs(30));
        assert!(limit.check(&tenant(1)).is_ok());
    }

    #[test]
    fn tenants_that_have_sent_nothing_for_a_while_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limit = RateLimit::with_clock(NonZeroU32::new(60).unwrap(), clock.clone());
        for number in 1..SWEEP_EVERY {
            limit.check(&tenant(number)).unwrap();
        }
        clock.advance(Duration::from_secs(61));
        limit.check(&tenant(SWEEP_EVERY)).unwrap();
        assert_eq!(limit.limiter.len(), 1);
    }
}
