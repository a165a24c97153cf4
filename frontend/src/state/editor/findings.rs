//! The findings of the lint, sorted to where the editor shows them.

use std::collections::BTreeMap;

use sluice_types::{Finding, LintReport};

/// The findings of one step, by field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldFindings {
    fields: BTreeMap<String, Vec<Finding>>,
}

impl FieldFindings {
    /// What was found in a field, as `prompt`; what concerns the whole step stands under the empty name.
    #[must_use]
    pub fn field(&self, name: &str) -> &[Finding] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// All findings of the step.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.fields.values().flatten()
    }
}

/// The findings of a workflow, by step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupedFindings {
    /// What concerns the workflow, or no step that is there.
    pub workflow: Vec<Finding>,
    steps: BTreeMap<usize, FieldFindings>,
}

impl GroupedFindings {
    /// What was found in the step at an index.
    #[must_use]
    pub fn step(&self, index: usize) -> Option<&FieldFindings> {
        self.steps.get(&index)
    }

    /// The steps that have findings, with their indices.
    pub fn steps(&self) -> impl Iterator<Item = (usize, &FieldFindings)> {
        self.steps.iter().map(|(index, findings)| (*index, findings))
    }
}

/// Sorts findings by the step and the field that their pointers name: `/steps/2/shows/0` belongs to
/// `shows` of the third step.
#[must_use]
pub fn step_findings(report: &LintReport, step_count: usize) -> GroupedFindings {
    let mut grouped = GroupedFindings::default();
    for finding in &report.findings {
        let Some((index, field)) = step_and_field(&finding.pointer).filter(|(index, _)| *index < step_count) else {
            grouped.workflow.push(finding.clone());
            continue;
        };
        let fields = &mut grouped.steps.entry(index).or_default().fields;
        fields.entry(field.to_owned()).or_default().push(finding.clone());
    }
    grouped
}

/// The index of the step that a pointer leads into, and its field.
#[must_use]
pub fn step_and_field(pointer: &str) -> Option<(usize, &str)> {
    let mut parts = pointer.strip_prefix("/steps/")?.split('/');
    let index = parts.next()?.parse().ok()?;
    Some((index, parts.next().unwrap_or_default()))
}
