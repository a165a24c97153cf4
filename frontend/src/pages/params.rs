//! Path parameters, parsed as ids.

use leptos::prelude::*;
use leptos_router::params::Params;
use sluice_types::WorkflowId;

/// The workflow of `/workflows/:id` and the pages below it.
#[derive(Debug, Clone, PartialEq, Params)]
pub struct WorkflowParams {
    /// Its id.
    pub id: WorkflowId,
}
