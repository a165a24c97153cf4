//! What a newer version of Sluice has added.

use super::report::Findings;
use crate::definition::{Definition, NewerKind};

/// A step of another kind cannot be run. Fields are passed over: a newer version raises the `format` of what an older one
/// would misread.
pub(super) fn check(definition: &Definition, findings: &mut Findings) {
    for part in definition.newer_parts() {
        match &part.kind {
            NewerKind::StepType(step_type) => {
                let message = format!(
                    "this version of Sluice does not know steps of type `{step_type}`; a newer one has made it: update the server, or remove the step"
                );
                findings.error(part.pointer, "unknown_step_type", message);
            }
            NewerKind::Field(name) => {
                let message = format!(
                    "this version of Sluice does not know the field `{name}`; a newer one has written it: it is kept, and has no effect"
                );
                findings.warning(part.pointer, "newer_field", message);
            }
            NewerKind::Word(word) => {
                let message = format!(
                    "this version of Sluice does not know the value `{word}`; a newer one has written it: it is kept, and the most careful value is taken"
                );
                findings.warning(part.pointer, "newer_value", message);
            }
        }
    }
}
