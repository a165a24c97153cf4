//! Limits on model calls in flight: of a tenant, and of a tenant at one provider. Calls beyond them wait, first come, first
//! served.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use sluice_types::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Model calls of a tenant that may be in flight at once when the operator does not say.
pub const MAX_CALLS_PER_TENANT: u32 = 200;
/// Model calls of a tenant to one provider that may be in flight at once when the operator does not say.
pub const MAX_CALLS_PER_PROVIDER: u32 = 100;

/// How many model calls may be in flight at once; `None` for no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallLimits {
    /// Of a tenant.
    pub per_tenant: Option<NonZeroU32>,
    /// Of a tenant to one provider: the limits of a provider are those of an account.
    pub per_provider: Option<NonZeroU32>,
}

impl Default for CallLimits {
    fn default() -> Self {
        Self {
            per_tenant: NonZeroU32::new(MAX_CALLS_PER_TENANT),
            per_provider: NonZeroU32::new(MAX_CALLS_PER_PROVIDER),
        }
    }
}

/// The permits of the calls in flight.
#[derive(Debug)]
pub struct CallPermits {
    limits: CallLimits,
    tenants: DashMap<TenantId, Arc<Semaphore>>,
    providers: DashMap<(TenantId, String), Arc<Semaphore>>,
    in_flight: Arc<AtomicUsize>,
    waiting: Arc<AtomicUsize>,
}

/// Allows one call to be in flight until it is dropped.
#[derive(Debug)]
pub struct CallPermit {
    _provider: Option<OwnedSemaphorePermit>,
    _tenant: Option<OwnedSemaphorePermit>,
    _counted: Counted,
}

/// Counts one call until it is dropped.
#[derive(Debug)]
pub struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl CallPermits {
    /// All permits of these limits, free.
    pub fn new(limits: CallLimits) -> Self {
        let (in_flight, waiting) = (Arc::default(), Arc::default());
        Self { limits, tenants: DashMap::new(), providers: DashMap::new(), in_flight, waiting }
    }

    /// A permit, if one is free. It passes no call that waits: a permit that is given back goes to the first of them.
    pub fn try_acquire(&self, tenant: &TenantId, provider: &str) -> Option<CallPermit> {
        let (of_provider, of_tenant) = self.semaphores(tenant, provider);
        let acquire = |semaphore: Option<Arc<Semaphore>>| semaphore.map(Semaphore::try_acquire_owned).transpose().ok();
        Some(self.permit(acquire(of_provider)?, acquire(of_tenant)?))
    }

    /// A permit, once one is free. Dropping the future gives up the place in the queue.
    pub async fn acquire(&self, tenant: &TenantId, provider: &str) -> CallPermit {
        let (of_provider, of_tenant) = self.semaphores(tenant, provider);
        // The provider's first: a call to a busy provider keeps nothing from the calls to others.
        let of_provider = acquire(of_provider).await;
        self.permit(of_provider, acquire(of_tenant).await)
    }

    fn permit(&self, provider: Option<OwnedSemaphorePermit>, tenant: Option<OwnedSemaphorePermit>) -> CallPermit {
        CallPermit { _provider: provider, _tenant: tenant, _counted: Counted::new(&self.in_flight) }
    }

    /// Counts a call that waits.
    pub fn waits(&self) -> Counted {
        Counted::new(&self.waiting)
    }

    /// The number of calls in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// The number of calls that wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    fn semaphores(&self, tenant: &TenantId, provider: &str) -> (Option<Arc<Semaphore>>, Option<Arc<Semaphore>>) {
        let of_provider = self.limits.per_provider.map(|limit| {
            self.providers.entry((tenant.clone(), provider.to_owned())).or_insert_with(|| semaphore(limit)).clone()
        });
        let of_tenant = self
            .limits
            .per_tenant
            .map(|limit| self.tenants.entry(tenant.clone()).or_insert_with(|| semaphore(limit)).clone());
        (of_provider, of_tenant)
    }
}

fn semaphore(limit: NonZeroU32) -> Arc<Semaphore> {
    let permits = usize::try_from(limit.get()).unwrap_or(Semaphore::MAX_PERMITS);
    Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
}

/// A permit of one limit. A semaphore that is never closed always gives one.
async fn acquire(semaphore: Option<Arc<Semaphore>>) -> Option<OwnedSemaphorePermit> {
    match semaphore {
        Some(semaphore) => semaphore.acquire_owned().await.ok(),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn permits(per_tenant: u32, per_provider: u32) -> CallPermits {
        CallPermits::new(CallLimits {
            per_tenant: NonZeroU32::new(per_tenant),
            per_provider: NonZeroU32::new(per_provider),
        })
    }

    #[test]
    fn each_limit_holds_by_itself_and_no_tenant_takes_from_another() {
        let (one, other) = (TenantId::local(), TenantId::new("other").unwrap());
        let permits = permits(3, 2);
        let held = [permits.try_acquire(&one, "a"), permits.try_acquire(&one, "a")];
        assert!(held.iter().all(Option::is_some) && permits.try_acquire(&one, "a").is_none());
        let third = permits.try_acquire(&one, "b");
        assert!(third.is_some() && permits.try_acquire(&one, "b").is_none(), "the tenant has three");
        assert!(permits.try_acquire(&other, "a").is_some());
        drop(held);
        assert!(permits.try_acquire(&one, "b").is_some());
    }

    #[test]
    fn zero_is_no_limit() {
        let permits = permits(0, 0);
        let held: Vec<_> = (0..1_000).map_while(|_| permits.try_acquire(&TenantId::local(), "a")).collect();
        assert_eq!(held.len(), 1_000);
    }

    #[test]
    fn permits_go_to_the_first_that_waits() {
        let (permits, tenant) = (permits(1, 1), TenantId::local());
        let held = permits.try_acquire(&tenant, "a");
        let mut first = Box::pin(permits.acquire(&tenant, "a"));
        let mut second = Box::pin(permits.acquire(&tenant, "a"));
        let mut third = Box::pin(permits.acquire(&tenant, "a"));
        for waiter in [&mut first, &mut second, &mut third] {
            assert!(waiter.now_or_never().is_none());
        }
        // One that gives up leaves the queue.
        drop(first);
        drop(held);
        assert!(permits.try_acquire(&tenant, "a").is_none(), "it is the second waiter's");
        assert!((&mut third).now_or_never().is_none());
        let permit = (&mut second).now_or_never();
        assert!(permit.is_some());
        drop(permit);
        assert!(third.now_or_never().is_some());
    }
}
