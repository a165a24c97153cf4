//! The findings of the lint, tied to the steps and fields that the editor shows them at.

use sluice_types::{Index, InputField, LintFinding, LintFix, LintReport, StepId};

use super::inputs::InputKey;

/// The field that a problem is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldAt {
    /// A field of a step, as `prompt` or `cases/0/when`; the whole step under the empty name.
    Step(StepId, String),
    /// A part of a declared field of the input, as `options`; the whole field under the empty name.
    Input(InputKey, String),
}

impl FieldAt {
    /// The step and its field.
    #[must_use]
    pub fn step(&self) -> Option<(&StepId, &str)> {
        match self {
            Self::Step(id, field) => Some((id, field)),
            Self::Input(..) => None,
        }
    }

    /// The field of the input and its part.
    #[must_use]
    pub fn input(&self) -> Option<(&InputKey, &str)> {
        match self {
            Self::Input(key, part) => Some((key, part)),
            Self::Step(..) => None,
        }
    }
}

/// A finding, and where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct LocatedFinding {
    /// What was found.
    pub finding: LintFinding,
    /// The field that it is about. `None` for the workflow.
    pub at: Option<FieldAt>,
    /// The step that the fix changes, and the pointer from there.
    fix_at: Option<(StepId, String)>,
}

impl LocatedFinding {
    /// Locates a finding in the definition that was checked.
    #[must_use]
    pub fn new(finding: LintFinding, index: &Index, inputs: &[InputField]) -> Self {
        let located = |pointer: &str| {
            let (place, rest) = index.at_pointer(pointer)?;
            Some((place.step.id.clone(), rest.to_owned()))
        };
        let of_step = || located(&finding.pointer).map(|(step, rest)| FieldAt::Step(step, field_of(&rest)));
        let at = part_of_input(&finding.pointer, inputs).or_else(of_step);
        let fix_at = finding.fix.as_ref().and_then(|fix| located(&fix.pointer));
        Self { finding, at, fix_at }
    }

    fn step(&self) -> Option<(&StepId, &str)> {
        self.at.as_ref().and_then(FieldAt::step)
    }

    fn input(&self) -> Option<(&InputKey, &str)> {
        self.at.as_ref().and_then(FieldAt::input)
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

/// The declared field of the input that a pointer leads into, and its part.
fn part_of_input(pointer: &str, inputs: &[InputField]) -> Option<FieldAt> {
    let mut parts = pointer.strip_prefix("/inputs/")?.split('/');
    let key = InputKey::at(inputs, parts.next()?.parse().ok()?)?;
    Some(FieldAt::Input(key, parts.next().unwrap_or_default().to_owned()))
}

/// The findings of a workflow, in the lint's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings(pub Vec<LocatedFinding>);

impl Findings {
    /// Locates the findings of a definition, of which these are the index and the declared fields of the input.
    #[must_use]
    pub fn new(report: LintReport, index: &Index, inputs: &[InputField]) -> Self {
        let findings = report.findings.into_iter();
        Self(findings.map(|finding| LocatedFinding::new(finding, index, inputs)).collect())
    }

    /// The findings of a step.
    pub fn of_step(&self, id: &StepId) -> impl Iterator<Item = &LintFinding> {
        let is_of_step = move |located: &&LocatedFinding| located.step().is_some_and(|(step, _)| step == id);
        self.0.iter().filter(is_of_step).map(|located| &located.finding)
    }

    /// The findings of a branch or case, as `cases/0`: those of its name and its list of steps.
    #[must_use]
    pub fn of_lane(&self, id: &StepId, lane: &str) -> Vec<LocatedFinding> {
        let is_of_lane = |(step, field): (&StepId, &str)| {
            let rest = field.strip_prefix(lane).filter(|_| step == id);
            rest.is_some_and(|rest| matches!(rest, "" | "/name" | "/steps" | "/next" | "/entry_step"))
        };
        self.0.iter().filter(|located| located.step().is_some_and(is_of_lane)).cloned().collect()
    }

    /// The findings of a field of a step, as `prompt`; those of the whole step under the empty name.
    #[must_use]
    pub fn of_field(&self, id: &StepId, field: &str) -> Vec<LocatedFinding> {
        self.0.iter().filter(|located| located.step() == Some((id, field))).cloned().collect()
    }

    /// The findings of a part of a declared field of the input, as `options`.
    #[must_use]
    pub fn of_input_part(&self, key: &InputKey, part: &str) -> Vec<LocatedFinding> {
        self.0.iter().filter(|located| located.input() == Some((key, part))).cloned().collect()
    }

    /// The findings of a declared field of the input, with those of its parts.
    pub fn of_input(&self, key: &InputKey) -> impl Iterator<Item = &LocatedFinding> {
        self.0.iter().filter(move |located| located.input().is_some_and(|(own, _)| own == key))
    }

    /// The findings of the declared fields as a whole.
    #[must_use]
    pub fn of_all_inputs(&self) -> Vec<LocatedFinding> {
        self.0.iter().filter(|located| located.finding.pointer == "/inputs").cloned().collect()
    }
}
