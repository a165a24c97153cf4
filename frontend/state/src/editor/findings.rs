//! The findings of the lint, tied to the steps and fields that the editor shows them at.

use sluice_types::{Index, LintFinding, LintFix, LintReport, StepId};

/// A finding, and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedFinding {
    /// What was found.
    pub finding: LintFinding,
    /// The step and its field, as `prompt` or `cases/0/when`; the whole step under the empty name. `None` for the
    /// workflow.
    pub at: Option<(StepId, String)>,
    /// The step that the fix changes, and the pointer from there.
    fix_at: Option<(StepId, String)>,
}

impl LocatedFinding {
    /// Locates a finding in the definition that was checked.
    #[must_use]
    pub fn new(finding: LintFinding, index: &Index) -> Self {
        let located = |pointer: &str| {
            let (place, rest) = index.at_pointer(pointer)?;
            Some((place.step.id.clone(), rest.to_owned()))
        };
        let at = located(&finding.pointer).map(|(step, rest)| (step, field_of(&rest)));
        let fix_at = finding.fix.as_ref().and_then(|fix| located(&fix.pointer));
        Self { finding, at, fix_at }
    }

    /// The fix for the definition as it is now, in which the step may stand elsewhere; `None` when the step is gone.
    #[must_use]
    pub fn fix(&self, now: &Index) -> Option<LintFix> {
        let fix = self.finding.fix.clone()?;
        let Some((step, rest)) = &self.fix_at else { return Some(fix) };
        let place = now.place(step)?;
        Some(LintFix { pointer: [&place.pointer, rest.as_str()].concat(), ..fix })
    }
}

/// The field of a pointer into a step. Branches and cases have fields of their own, and so has each argument of a tool.
fn field_of(pointer: &str) -> String {
    let mut parts = pointer.split('/').skip(1);
    let first = parts.next().unwrap_or_default();
    if first == "arguments" {
        pointer.trim_start_matches('/').to_owned()
    } else if matches!(first, "cases" | "branches") {
        let rest: Vec<&str> = std::iter::once(first).chain(parts.take(2)).collect();
        rest.join("/")
    } else {
        first.to_owned()
    }
}

/// The findings of a workflow, in the lint's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings(pub Vec<LocatedFinding>);

impl Findings {
    /// Locates the findings of a definition, of which this is the index.
    #[must_use]
    pub fn new(report: LintReport, index: &Index) -> Self {
        Self(report.findings.into_iter().map(|finding| LocatedFinding::new(finding, index)).collect())
    }

    /// The findings of a step.
    pub fn of_step(&self, id: &StepId) -> impl Iterator<Item = &LintFinding> {
        let is_of_step = move |located: &&LocatedFinding| located.at.as_ref().is_some_and(|(step, _)| step == id);
        self.0.iter().filter(is_of_step).map(|located| &located.finding)
    }

    /// The findings of a branch or case, as `cases/0`: those of its name and its list of steps.
    #[must_use]
    pub fn of_lane(&self, id: &StepId, lane: &str) -> Vec<LocatedFinding> {
        let is_of_lane = |at: &(StepId, String)| {
            let rest = at.1.strip_prefix(lane).filter(|_| at.0 == *id);
            rest.is_some_and(|rest| matches!(rest, "" | "/name" | "/steps" | "/next" | "/entry_step"))
        };
        self.0.iter().filter(|located| located.at.as_ref().is_some_and(is_of_lane)).cloned().collect()
    }

    /// The findings of a field of a step, as `prompt`; those of the whole step under the empty name.
    #[must_use]
    pub fn of_field(&self, id: &StepId, field: &str) -> Vec<LocatedFinding> {
        let is_of_field = |at: &(StepId, String)| at.0 == *id && at.1 == field;
        self.0.iter().filter(|located| located.at.as_ref().is_some_and(is_of_field)).cloned().collect()
    }
}
