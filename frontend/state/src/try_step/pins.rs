//! Outputs that are pinned for tries, as the browser keeps them for a workflow.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sluice_types::{StepId, WorkflowId};

/// Pinned outputs, by step, as texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pins(pub BTreeMap<StepId, String>);

impl Pins {
    /// The key under which the browser keeps those of a workflow.
    #[must_use]
    pub fn key(workflow: &WorkflowId) -> String {
        format!("sluice.pins.{workflow}")
    }

    /// What the browser kept; none when it cannot be read.
    #[must_use]
    pub fn from_json(text: Option<&str>) -> Self {
        text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// What the browser is to keep; `None` for nothing.
    #[must_use]
    pub fn to_json(&self) -> Option<String> {
        if self.0.is_empty() { None } else { serde_json::to_string(self).ok() }
    }

    /// Whether the output of a step is pinned.
    #[must_use]
    pub fn has(&self, id: &StepId) -> bool {
        self.0.contains_key(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_are_kept_and_what_cannot_be_read_is_dropped() {
        let pins = Pins(BTreeMap::from([(StepId::new("a").unwrap(), "text".to_owned())]));
        assert_eq!(Pins::from_json(pins.to_json().as_deref()), pins);
        assert_eq!(Pins::default().to_json(), None);
        assert_eq!(Pins::from_json(Some("[1]")), Pins::default());
    }
}
