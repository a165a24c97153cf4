//! Lint and estimate of a draft.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;
use sluice_types::{
    BlockAddress, Estimate, Index, InputField, LintContext, LintFinding, Persona, Provider, Severity, StepEstimate,
    StepId, ToolResource, estimate, lint, pin_to_available, undeclared_inputs,
};

use super::{Draft, FieldAt, Findings};
use crate::arguments::missing_arguments;

/// Lint findings and estimate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// The findings, by step and field.
    pub findings: Findings,
    /// The estimated cost of a run without input, regardless of earlier runs.
    pub estimate: Option<Estimate>,
    /// The position of each step among those of the estimate.
    estimated: HashMap<StepId, usize>,
    /// The fields of the input that texts name and nothing declares.
    undeclared: Vec<InputField>,
    /// How many errors and warnings the steps inside a list have, at any depth.
    inside: HashMap<BlockAddress, Counts>,
}

/// Errors and warnings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// What keeps the workflow from running.
    pub errors: u64,
    /// What may be meant otherwise.
    pub warnings: u64,
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
        Self::within(draft, providers, None, &lint_context(providers, personas, today))
    }

    /// The same with all that is known of what the steps name.
    #[must_use]
    pub fn within(
        draft: &Draft,
        providers: Option<&[Provider]>,
        tools: Option<&[ToolResource]>,
        context: &LintContext,
    ) -> Self {
        let mut definition = draft.to_definition();
        let mut report = lint(&definition, context, None);
        let index = Index::of(&definition);
        // The lint does not know the schemas of tools.
        report.findings.extend(missing_arguments(&index, tools.unwrap_or_default()));
        let findings = Findings::new(report, &index, &definition.inputs);
        let undeclared = undeclared_inputs(&definition, &index);
        let inside = counts_inside(&findings, &index);
        pin_to_available(&mut definition, providers.unwrap_or_default());
        let estimate = estimate(&definition, &Value::Null, &HashMap::new());
        let steps = estimate.steps.iter().enumerate();
        let estimated = steps.filter_map(|(at, step)| Some((step.path.step_id()?, at))).collect();
        Self { findings, estimate: Some(estimate), estimated, undeclared, inside }
    }

    /// What was found in the steps of a list, at any depth.
    #[must_use]
    pub fn inside(&self, list: &BlockAddress) -> Counts {
        self.inside.get(list).copied().unwrap_or_default()
    }

    /// The fields of the input to offer: those that texts name and that are not declared, meanwhile either.
    #[must_use]
    pub fn undeclared(&self, declared: &[InputField]) -> Vec<InputField> {
        let is_missing = |found: &&InputField| declared.iter().all(|field| field.name != found.name);
        self.undeclared.iter().filter(is_missing).cloned().collect()
    }

    /// The estimate of a step.
    #[must_use]
    pub fn step_estimate(&self, id: &StepId) -> Option<&StepEstimate> {
        self.estimate.as_ref()?.steps.get(*self.estimated.get(id)?)
    }
}

fn counts_inside(findings: &Findings, index: &Index) -> HashMap<BlockAddress, Counts> {
    let mut inside: HashMap<BlockAddress, Counts> = HashMap::new();
    for located in &findings.0 {
        let step = located.at.as_ref().and_then(FieldAt::step);
        let Some(place) = step.and_then(|(id, _)| index.place(id)) else { continue };
        let (errors, warnings) = match located.finding.severity {
            Severity::Error => (1, 0),
            Severity::Warning => (0, 1),
            Severity::Info | Severity::Unknown => continue,
        };
        for place in index.around(place).chain([place]) {
            let counts = inside.entry(place.block.clone()).or_default();
            counts.errors = counts.errors.saturating_add(errors);
            counts.warnings = counts.warnings.saturating_add(warnings);
        }
    }
    inside
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
        ..LintContext::default()
    }
}

/// How many of the findings are this bad.
pub fn count<'a>(findings: impl Iterator<Item = &'a LintFinding>, severity: Severity) -> u64 {
    findings.filter(|finding| finding.severity == severity).map(|_| 1).sum()
}
