//! Checks a definition before anything is spent.

use chrono::NaiveDate;
use serde_json::Value;
use sluice_store::{Store, StoreError};
use sluice_types::{Definition, Finding, Index, Known, LintReport, Place, Severity, StepKind, TenantId, lint};

use crate::output::check_schema;
use crate::providers::Providers;
use crate::templating::{Scope, Trial, stand_ins};

/// The lint of `types`, plus the checks that require the server: existing providers and personas, templates that
/// minijinja parses, and valid schemas. `today` is the date in UTC.
pub async fn check(
    store: &Store,
    providers: &Providers,
    tenant: &TenantId,
    definition: &Definition,
    input: Option<&Value>,
    today: NaiveDate,
) -> Result<LintReport, StoreError> {
    let available = providers.list(tenant).await?.into_iter().filter(|provider| provider.available);
    let known = Known {
        providers: Some(available.map(|provider| provider.name.as_str().to_owned()).collect()),
        personas: Some(if names_personas(definition) { store.persona_ids(tenant).await? } else { Vec::new() }),
        today: Some(today),
    };
    if template_bytes(definition) <= MAX_INLINE_BYTES {
        return Ok(lint_deeply(definition, &known, input));
    }
    let (definition, input) = (definition.clone(), input.cloned());
    let checked = tokio::task::spawn_blocking(move || lint_deeply(&definition, &known, input.as_ref())).await;
    Ok(checked.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // The server is shutting down: no execution may start.
        Err(_) => LintReport::default(),
    }))
}

/// Bytes of templates that are checked on an async thread. Parsing takes some milliseconds for each MiB.
const MAX_INLINE_BYTES: usize = 64 * 1024;

/// The lint, and when it finds no error, the findings of the server's libraries. `sluice check`, which has no tenant,
/// calls it too.
#[must_use]
pub fn lint_deeply(definition: &Definition, known: &Known, input: Option<&Value>) -> LintReport {
    let mut report = lint(definition, known, input);
    // Skip the deep checks when the lint has found errors.
    if report.valid {
        report.findings.extend(deep_findings(definition, input));
        let valid = report.errors().next().is_none();
        report.valid = valid;
        report.findings.sort_by_key(|finding| finding.severity);
    }
    report
}

fn template_bytes(definition: &Definition) -> usize {
    let index = Index::of(definition);
    index.places().iter().flat_map(|place| place.step.templates()).map(|(_, source)| source.len()).sum()
}

fn names_personas(definition: &Definition) -> bool {
    let names_one = |place: &Place| matches!(&place.step.kind, StepKind::Llm(llm) if llm.persona_id.is_some());
    definition.persona_id.is_some() || Index::of(definition).places().iter().any(names_one)
}

/// The findings of minijinja and the schema validator.
pub fn deep_findings(definition: &Definition, input: Option<&Value>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut error = |pointer: String, code: &str, message: String| {
        findings.push(Finding { severity: Severity::Error, pointer, code: code.into(), message, fix: None });
    };
    let example = Value::Object(serde_json::Map::new());
    let index = Index::of(definition);
    let runs = stand_ins(&index);
    let run_of = |place: &Place| runs.get(&place.step.id);
    let scope = Scope::new(&index, &definition.context, input.unwrap_or(&example), &run_of);
    let mut trial = Trial::new(scope, input.is_some());
    for Place { step, pointer, .. } in index.places() {
        for (field, source) in step.templates() {
            if let Err(message) = trial.check(source) {
                error(format!("{pointer}/{field}"), "template_refused", message);
            }
        }
        if let StepKind::Llm(llm) = &step.kind
            && let Some(schema) = &llm.output_schema
            && let Err(refused) = check_schema(schema)
        {
            error(format!("{pointer}/output_schema{}", refused.pointer), "invalid_schema", refused.message);
        }
    }
    findings
}
