//! What follows from the draft: what the lint finds, and what a run would cost.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use leptos::prelude::*;
use serde_json::Value;
use sluice_types::{
    Definition, Estimate, Finding, Known, LintReport, Provider, Severity, StepEstimate, StepId, estimate, lint,
};

use super::model::Builder;
use crate::browser::effect::effect;
use crate::session::Session;
use crate::state::editor::{Draft, GroupedFindings, step_findings};

/// How long after a key the draft is looked at: soon enough to help, late enough not to slow typing.
const DISTANCE: Duration = Duration::from_millis(150);

/// What the lint and the estimate say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Analysis {
    /// What was found, by step and field.
    pub findings: GroupedFindings,
    /// The same in the lint's own order.
    pub report: LintReport,
    /// What a run would cost, with no input and without what earlier runs took.
    pub estimate: Option<Estimate>,
}

impl Analysis {
    fn of(draft: &Draft, session: Session) -> Self {
        let definition = draft.to_definition();
        let providers = session.provider_list.get_untracked().and_then(Result::ok);
        let personas = session.persona_list.get_untracked().and_then(Result::ok);
        let known = Known {
            providers: providers.as_ref().map(|all| {
                all.iter().filter(|provider| provider.available).map(|it| it.name.as_str().to_owned()).collect()
            }),
            personas: personas.map(|all| all.into_iter().map(|persona| persona.id).collect()),
        };
        let report = lint(&definition, &known, None);
        let findings = step_findings(&report, definition.steps.len());
        let filled = with_default_model(definition, &providers.unwrap_or_default());
        let estimate = Some(estimate(&filled, &Value::Null, &HashMap::new()));
        Self { findings, report, estimate }
    }

    /// What a step is expected to take.
    pub fn step_estimate(&self, id: &StepId) -> Option<&StepEstimate> {
        self.estimate.as_ref()?.steps.iter().find(|step| step.path.as_str() == id.as_str())
    }
}

/// How many of the findings are this bad.
pub fn count<'a>(findings: impl Iterator<Item = &'a Finding>, severity: Severity) -> u64 {
    findings.filter(|finding| finding.severity == severity).map(|_| 1).sum()
}

/// The definition with the model that the server would choose where none is named.
fn with_default_model(mut definition: Definition, providers: &[Provider]) -> Definition {
    let named = definition.provider.as_deref();
    let chosen = providers.iter().find(|it| it.available && named.is_none_or(|name| it.name.as_str() == name));
    if let Some(chosen) = chosen.filter(|_| definition.model.is_none()) {
        definition.provider = Some(chosen.name.as_str().to_owned());
        definition.model.clone_from(&chosen.default_model);
    }
    definition
}

/// Keeps the builder's analysis up to date.
pub fn follow(builder: Builder) {
    let session = Session::from_context();
    let look = move || {
        let found = builder.draft.with_untracked(|draft| Analysis::of(draft, session));
        if builder.analysis.with_untracked(|before| *before != found) {
            builder.analysis.set(found);
        }
    };
    look();
    let mut soon = debounce(DISTANCE, move |()| {
        if !builder.analysis.is_disposed() {
            look();
        }
    });
    // The first run only begins to follow: what there is was looked at above.
    let mut has_begun = false;
    effect(move || {
        builder.draft.track();
        session.provider_list.track();
        session.persona_list.track();
        if mem::replace(&mut has_begun, true) {
            soon(());
        }
    });
}
