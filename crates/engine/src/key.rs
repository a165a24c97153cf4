//! The key of an execution in memory.

use sluice_types::{ExecutionId, TenantId};

/// Which execution, of which tenant. Whatever lives in memory is found by both, so that no tenant reaches another's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
