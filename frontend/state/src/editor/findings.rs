//! The findings of the lint, tied to the steps and fields that the editor shows them at.

use std::collections::HashMap;

use sluice_types::{Finding, Fix, Index, LintReport, StepId};

/// A finding, and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedFinding {
    /// What was found.
    pub finding: Finding,
    /// The step and its field, as `prompt`; the whole step under the empty name. `None` for the workflow.
    pub at: Option<(StepId, String)>,
    /// The step that the fix changes, and the pointer from there.
    fix_at: Option<(StepId, String)>,
}

impl LocatedFinding {
    /// Locates a finding in the definition that was checked.
    #[must_use]
    pub fn new(finding: Finding, index: &Index) -> Self {
        let located = |pointer: &str| {
            let (place, rest) = index.at_pointer(pointer)?;
            Some((place.step.id.clone(), rest.to_owned()))
        };
        let at =
            located(&finding.pointer).map(|(step, rest)| (step, rest.split('/').nth(1).unwrap_or_default().to_owned()));
        let fix_at = finding.fix.as_ref().and_then(|fix| located(&fix.pointer));
        Self { finding, at, fix_at }
    }

    /// The fix for the definition as it is now, in which the step may stand elsewhere; `None` when the step is gone.
    #[must_use]
    pub fn fix(&self, now: &Index) -> Option<Fix> {
        let fix = self.finding.fix.clone()?;
        let Some((step, rest)) = &self.fix_at else { return Some(fix) };
        let place = now.place(step)?;
        Some(Fix { pointer: [&place.pointer, rest.as_str()].concat(), ..fix })
    }
}

/// The findings of one step, by field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldFindings(HashMap<String, Vec<LocatedFinding>>);

impl FieldFindings {
    /// The findings of a field, as `prompt`; those of the whole step under the empty name.
    #[must_use]
    pub fn field(&self, name: &str) -> &[LocatedFinding] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// All findings of the step.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.0.values().flatten().map(|located| &located.finding)
    }
}

/// The findings of a workflow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupedFindings {
    /// All of them, in the lint's order.
    pub all: Vec<LocatedFinding>,
    by_step: HashMap<StepId, FieldFindings>,
}

impl GroupedFindings {
    /// The findings of a step.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&FieldFindings> {
        self.by_step.get(id)
    }
}

/// Groups the findings of a definition, of which this is the index.
#[must_use]
pub fn group(report: LintReport, index: &Index) -> GroupedFindings {
    let mut grouped = GroupedFindings::default();
    for finding in report.findings {
        let located = LocatedFinding::new(finding, index);
        if let Some((step, field)) = &located.at {
            let fields = &mut grouped.by_step.entry(step.clone()).or_default().0;
            fields.entry(field.clone()).or_default().push(located.clone());
        }
        grouped.all.push(located);
    }
    grouped
}
