//! Lint and estimate of a draft.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;
use sluice_types::{
    Estimate, Index, LintContext, LintFinding, Persona, Provider, Severity, StepEstimate, StepId, estimate, lint,
    pin_to_available,
};

use super::{Draft, Findings};

/// Lint findings and estimate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// The findings, by step and field.
    pub findings: Findings,
    /// The estimated cost of a run without input, regardless of earlier runs.
    pub estimate: Option<Estimate>,
    /// The position of each step among those of the estimate.
    estimated: HashMap<StepId, usize>,
}

impl Analysis {
    /// The analysis of a draft. Providers and personas that are not loaded yet are not held against it.
    #[must_use]
    pub fn of(
        draft: &Draft,
        providers: Option<&[Provider]>,
        personas: Option<&[Persona]>,
        today: Option<NaiveDate>,
    ) -> Self {
        let mut definition = draft.to_definition();
        let report = lint(&definition, &lint_context(providers, personas, today), None);
        let findings = Findings::new(report, &Index::of(&definition));
        pin_to_available(&mut definition, providers.unwrap_or_default());
        let estimate = estimate(&definition, &Value::Null, &HashMap::new());
        let steps = estimate.steps.iter().enumerate();
        let estimated = steps.filter_map(|(at, step)| Some((step.path.step_id()?, at))).collect();
        Self { findings, estimate: Some(estimate), estimated }
    }

    /// The estimate of a step.
    #[must_use]
    pub fn step_estimate(&self, id: &StepId) -> Option<&StepEstimate> {
        self.estimate.as_ref()?.steps.get(*self.estimated.get(id)?)
    }
}

/// The providers and personas that the lint checks references against, and the day for the age of the price list.
#[must_use]
pub fn lint_context(
    providers: Option<&[Provider]>,
    personas: Option<&[Persona]>,
    today: Option<NaiveDate>,
) -> LintContext {
    let available = |all: &[Provider]| {
        all.iter().filter(|provider| provider.available).map(|provider| provider.name.as_str().to_owned()).collect()
    };
    LintContext {
        providers: providers.map(available),
        personas: personas.map(|all| all.iter().map(|persona| persona.id.clone()).collect()),
        today,
    }
}

/// How many of the findings are this bad.
pub fn count<'a>(findings: impl Iterator<Item = &'a LintFinding>, severity: Severity) -> u64 {
    findings.filter(|finding| finding.severity == severity).map(|_| 1).sum()
}
