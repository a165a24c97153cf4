//! The findings of the lint, sorted to where the editor shows them.

use sluice_types::{Finding, LintReport};

/// The findings of one step, by field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldFindings {
    /// By name.
    fields: Vec<(String, Vec<Finding>)>,
}

impl FieldFindings {
    /// What was found in a field, as `prompt`; what concerns the whole step stands under the empty name.
    #[must_use]
    pub fn field(&self, name: &str) -> &[Finding] {
        self.place(name).ok().and_then(|at| self.fields.get(at)).map_or(&[], |(_, found)| found)
    }

    /// All findings of the step.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.fields.iter().flat_map(|(_, found)| found)
    }

    fn add(&mut self, name: &str, finding: Finding) {
        let place = self.place(name);
        let (Ok(at) | Err(at)) = place;
        if place.is_err() {
            self.fields.insert(at, (name.to_owned(), Vec::new()));
        }
        if let Some((_, found)) = self.fields.get_mut(at) {
            found.push(finding);
        }
    }

    /// Where a field stands, or would.
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.fields.binary_search_by(|(field, _)| field.as_str().cmp(name))
    }
}

/// The findings of a workflow, by step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupedFindings {
    /// What concerns the workflow, or no step that is there.
    pub workflow: Vec<Finding>,
    /// Of every step, in their order.
    steps: Vec<FieldFindings>,
}

impl GroupedFindings {
    /// What was found in the step at an index.
    #[must_use]
    pub fn step(&self, index: usize) -> Option<&FieldFindings> {
        self.steps.get(index).filter(|found| !found.fields.is_empty())
    }
}

/// Sorts findings by the step and the field that their pointers name: `/steps/2/shows/0` belongs to
/// `shows` of the third step.
#[must_use]
pub fn step_findings(report: &LintReport, step_count: usize) -> GroupedFindings {
    let mut grouped = GroupedFindings { workflow: Vec::new(), steps: vec![FieldFindings::default(); step_count] };
    for finding in &report.findings {
        let place = step_and_field(&finding.pointer);
        match place.and_then(|(index, field)| Some((grouped.steps.get_mut(index)?, field))) {
            Some((step, field)) => step.add(field, finding.clone()),
            None => grouped.workflow.push(finding.clone()),
        }
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
