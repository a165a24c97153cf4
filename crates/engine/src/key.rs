//! The key of an execution in memory.

use sluice_types::{ExecutionId, TenantId};

/// The key of an execution: tenant and id. All maps in memory use both, so that no tenant reaches another's executions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExecutionKey {
    /// The tenant that owns it.
    pub tenant: TenantId,
    /// Its id.
    pub id: ExecutionId,
}

impl ExecutionKey {
    /// The key of an execution.
    #[must_use]
    pub fn new(tenant: &TenantId, id: &ExecutionId) -> Self {
        Self { tenant: tenant.clone(), id: id.clone() }
    }
}
