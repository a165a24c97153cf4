//! What native tools are given.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use reqwest::Client;
use sluice_outgoing::{NetworkPolicy, Redirects};

use crate::error::{Sent, ToolError, ToolErrorKind};

/// What native tools are given. Cheap to clone; keep one, as it holds the connections of HTTP requests.
#[derive(Clone)]
pub struct NativeContext {
    pub(super) policy: NetworkPolicy,
    pub(super) now: fn() -> SystemTime,
    clients: Arc<Clients>,
}

#[derive(Default)]
struct Clients {
    same_origin: OnceLock<Option<Client>>,
    anywhere: OnceLock<Option<Client>>,
}

impl fmt::Debug for NativeContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeContext").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl NativeContext {
    /// `policy` says which networks requests may reach; `now` tells the time.
    #[must_use]
    pub fn new(policy: NetworkPolicy, now: fn() -> SystemTime) -> Self {
        Self { policy, now, clients: Arc::default() }
    }

    pub(super) fn client(&self, redirects: Redirects) -> Result<&Client, ToolError> {
        let slot = match redirects {
            Redirects::SameOrigin => &self.clients.same_origin,
            Redirects::Anywhere => &self.clients.anywhere,
        };
        let client = slot.get_or_init(|| self.policy.client_following(redirects).ok());
        client.as_ref().ok_or_else(|| {
            let message = "The HTTP client cannot be made. Check the certificates of this machine.";
            ToolError::new(ToolErrorKind::Address, Sent::No, message)
        })
    }
}
