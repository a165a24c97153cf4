//! Checks a definition before anything is spent.

use std::borrow::Cow;

use chrono::NaiveDate;
use serde_json::Value;
use sluice_store::{Store, StoreError};
use sluice_types::{
    Agent, AgentId, Definition, Index, LintContext, LintFinding, LintReport, Place, Severity, TenantId, lint_indexed,
    with_defaults,
};

use crate::agents::with_agents;
use crate::blocking::off_thread;
use crate::output::check_schema;
use crate::providers::Providers;
use crate::templating::{MAX_INLINE_BYTES, Scope, Trial, stand_ins};
use crate::tools::{Schemas, argument_findings, native_schemas, tool_schemas};

/// The lint of `types`, plus the checks that require the server: existing providers and personas, templates that
/// minijinja parses, and valid schemas. `today` is the date in UTC. The agents of `new` count as existing.
pub async fn check(
    store: &Store,
    providers: &Providers,
    tenant: &TenantId,
    definition: &Definition,
    input: Option<&Value>,
    today: NaiveDate,
    new: &[Agent],
) -> Result<LintReport, StoreError> {
    let filled = input.map(|input| with_defaults(&definition.inputs, input));
    let input = filled.as_ref();
    let available = providers.list(tenant).await?.into_iter().filter(|provider| provider.available);
    let (definition, index, agents) = filled_in(store, tenant, definition, new).await?;
    let definition = definition.as_ref();
    let servers = index.named_resources().mcp_servers;
    let context = LintContext {
        providers: Some(available.map(|provider| provider.name.as_str().to_owned()).collect()),
        personas: Some(if names_personas(definition, &index) { store.persona_ids(tenant).await? } else { Vec::new() }),
        agents: Some(agents),
        mcp_servers: Some(if servers.is_empty() {
            Vec::new()
        } else {
            store.existing_mcp_servers(tenant, servers.into_iter().collect()).await?
        }),
        today: Some(today),
    };
    let schemas = tool_schemas(store, tenant, &index).await?;
    if schemas.is_empty() && is_quick(definition, &index, input) {
        return Ok(lint_indexed_deeply(definition, &index, &context, input, &schemas));
    }
    let (definition, input) = (definition.clone(), input.cloned());
    Ok(off_thread(move || lint_indexed_deeply(&definition, &index, &context, input.as_ref(), &schemas)).await)
}

/// The definition with the agents that its steps name, its index, and the agents that exist.
pub async fn filled_in<'d>(
    store: &Store,
    tenant: &TenantId,
    definition: &'d Definition,
    new: &[Agent],
) -> Result<(Cow<'d, Definition>, Index, Vec<AgentId>), StoreError> {
    let index = Index::of(definition);
    let (filled, agents) = with_agents(store, tenant, definition, index.named_resources().agents, new).await?;
    let index = if agents.is_empty() { index } else { Index::of(&filled) };
    Ok((filled, index, agents))
}

/// The lint, and when it finds no error, the findings of the server's libraries. `sluice check`, which has no tenant,
/// calls it too.
#[must_use]
pub fn lint_deeply(definition: &Definition, context: &LintContext, input: Option<&Value>) -> LintReport {
    let filled = input.map(|input| with_defaults(&definition.inputs, input));
    let index = Index::of(definition);
    lint_indexed_deeply(definition, &index, context, filled.as_ref(), &native_schemas(&index))
}

fn lint_indexed_deeply(
    definition: &Definition,
    index: &Index,
    context: &LintContext,
    input: Option<&Value>,
    schemas: &Schemas,
) -> LintReport {
    let mut report = lint_indexed(definition, index, context, input);
    // Skip the deep checks when the lint has found errors.
    if report.valid {
        report.findings.extend(deep_findings(definition, index, input));
        report.findings.extend(argument_findings(index, schemas));
        let valid = report.errors().next().is_none();
        report.valid = valid;
        report.findings.sort_by_key(|finding| finding.severity);
    }
    report
}

/// Whether it is known beforehand that the check takes little time: small templates that only insert values, and no
/// schema to compile.
fn is_quick(definition: &Definition, index: &Index, input: Option<&Value>) -> bool {
    let run_of = |_: &Place| None;
    let scope = Scope::new(index, &definition.context, input.unwrap_or(&Value::Null), &run_of);
    let has_schema = |place: &Place| place.step.kind.model_use().is_some_and(|uses| uses.output_schema.is_some());
    let places = || index.places().iter();
    let mut templates = places().flat_map(|place| place.step.templates());
    // Expressions are compiled, and not evaluated.
    let mut expressions = places().flat_map(|place| place.step.expressions());
    let room = templates.try_fold(MAX_INLINE_BYTES, |room, (_, source)| scope.room_beside(room, source));
    let room = room.and_then(|room| expressions.try_fold(room, |room, text| room.checked_sub(text.source.len())));
    !places().any(has_schema) && room.is_some()
}

fn names_personas(definition: &Definition, index: &Index) -> bool {
    let names_one = |place: &Place| place.step.kind.model_use().is_some_and(|uses| uses.persona_id.is_some());
    definition.persona_id.is_some() || index.places().iter().any(names_one)
}

/// The findings of minijinja and the schema validator.
pub fn deep_findings(definition: &Definition, index: &Index, input: Option<&Value>) -> Vec<LintFinding> {
    let mut findings = Vec::new();
    let mut error = |pointer: String, code: &str, message: String| {
        findings.push(LintFinding::new(Severity::Error, pointer, code, message));
    };
    let example = Value::Object(serde_json::Map::new());
    let runs = stand_ins(index);
    let run_of = |place: &Place| runs.get(&place.step.id);
    let scope = Scope::new(index, &definition.context, input.unwrap_or(&example), &run_of);
    let mut trial = Trial::new(scope, input.is_some());
    for place in index.places() {
        let Place { step, pointer, .. } = place;
        let is_inside = index.around(place).next().is_some();
        for text in step.expressions() {
            if let Err(message) = trial.check_expression(text.source) {
                error(format!("{pointer}/{}", text.field), "template_refused", message);
            }
        }
        for (field, source) in step.templates() {
            if let Err(message) = trial.check(source, is_inside) {
                error(format!("{pointer}/{field}"), "template_refused", message);
            }
        }
        if let Some(schema) = step.kind.model_use().and_then(|uses| uses.output_schema)
            && let Err(refused) = check_schema(schema)
        {
            error(format!("{pointer}/output_schema{}", refused.pointer), "invalid_schema", refused.message);
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_declared_default_is_filled_in_before_templates_are_tried() {
        let definition = json!({"inputs": [{"name": "tone", "default": "dry"}],
            "steps": [{"id": "a", "label": "A", "type": "llm", "prompt": "{{ input.tone }}"}]});
        let definition: Definition = serde_json::from_value(definition).unwrap();
        let report = lint_deeply(&definition, &LintContext::default(), Some(&json!({})));
        assert_eq!(report.findings, []);
    }

    #[test]
    fn templates_that_compute_and_schemas_are_checked_on_a_blocking_thread() {
        let is_quick_with = |input: &Value, step: Value| {
            let mut definition = json!({"steps": [{"id": "a", "label": "A", "type": "llm", "prompt": "x"}]});
            definition["steps"][0].as_object_mut().unwrap().extend(step.as_object().unwrap().clone());
            let definition: Definition = serde_json::from_value(definition).unwrap();
            is_quick(&definition, &Index::of(&definition), Some(input))
        };
        let (small, large) = (json!({"topic": "tea"}), json!({"topic": "t".repeat(MAX_INLINE_BYTES)}));
        let insert = json!({"prompt": "{{input.topic}}"});
        assert!(is_quick_with(&small, insert.clone()) && !is_quick_with(&large, insert));
        assert!(!is_quick_with(&small, json!({"prompt": "{% for a in range(30000) %}{% endfor %}"})));
        assert!(!is_quick_with(&small, json!({"prompt": "x".repeat(MAX_INLINE_BYTES + 1)})));
        assert!(!is_quick_with(&small, json!({"output_schema": {"type": "object"}})));
    }
}
