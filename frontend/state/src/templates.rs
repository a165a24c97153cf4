//! Templates as items of a list.

use sluice_types::{TemplateSummary, WorkflowId};

use super::list::Item;

impl Item for TemplateSummary {
    type Id = WorkflowId;
    fn id(&self) -> &WorkflowId {
        &self.id
    }
}
