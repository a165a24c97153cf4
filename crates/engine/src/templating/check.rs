//! Tries templates before anything is spent.

use std::collections::HashMap;

use serde_json::Value;
use sluice_providers::demo::schema::instance_of;
use sluice_types::{AgentStep, Index, LlmStep, Step, StepId, StepKind, StepPath, StepRun, StepRunStatus};

use super::fault::Fault;
use super::scope::{Scope, text_of};
use crate::machine::pending_run;

/// Upper bound of work for the trials of one check, in thousandths of the limit for one template. Further templates are
/// only compiled.
const MAX_TAKEN: u64 = 2_000;

/// Renders templates with placeholders for the outputs of steps, built once for all templates of a definition.
pub struct Trial<'a> {
    scope: Scope<'a>,
    has_input: bool,
    /// Work so far, in thousandths of the limit for one template.
    taken: u64,
}

impl<'a> Trial<'a> {
    /// A trial of templates in a scope of [`stand_ins`].
    #[must_use]
    pub fn new(scope: Scope<'a>, has_input: bool) -> Self {
        Self { scope, has_input, taken: 0 }
    }

    /// Checks a template before anything is spent: syntax, unknown filters, and the rendering of a template without
    /// references to steps. The lint checks its references. `is_inside` tells that a container gives it values that are not
    /// known yet.
    pub fn check(&mut self, source: &str, is_inside: bool) -> Result<(), String> {
        self.try_it(source, is_inside).map_err(|fault| fault.message)
    }

    /// Checks the syntax of an expression.
    pub fn check_expression(&self, source: &str) -> Result<(), String> {
        self.scope.compile(source).map_err(|fault| fault.message)
    }

    /// Whether the templates that follow are only compiled.
    #[must_use]
    pub const fn is_exhausted(&self) -> bool {
        self.taken >= MAX_TAKEN
    }

    fn try_it(&mut self, source: &str, is_inside: bool) -> Result<(), Fault> {
        let template = self.scope.read(source)?;
        if self.is_exhausted() {
            return template.compile();
        }
        match self.scope.fill_read(&template) {
            Ok(filled) => self.taken += filled.thousandths,
            Err(fault) => {
                self.taken += 1_000;
                if fault.is_certain || (self.has_input && !is_inside && !template.uses_steps()) {
                    return Err(fault);
                }
            }
        }
        Ok(())
    }
}

/// A completed run of each step, with an output that could be one.
#[must_use]
pub fn stand_ins(index: &Index) -> HashMap<StepId, StepRun> {
    index.places().iter().map(|place| (place.step.id.clone(), stand_in(&place.step))).collect()
}

fn stand_in(step: &Step) -> StepRun {
    let output = match &step.kind {
        StepKind::Llm(LlmStep { output_schema, .. }) | StepKind::Agent(AgentStep { output_schema, .. }) => {
            output_schema.as_ref().map_or_else(|| Value::from("…"), |schema| instance_of(schema, 0))
        }
        StepKind::Review(_) => serde_json::json!({"decision": "approve", "comment": "…", "content": "…"}),
        StepKind::Tool(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => Value::from("…"),
    };
    StepRun {
        status: StepRunStatus::Completed,
        content: Some(text_of(&output)),
        output: Some(output),
        ..pending_run(&StepPath::top(&step.id), step)
    }
}
