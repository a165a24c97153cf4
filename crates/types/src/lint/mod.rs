//! The lint: what is wrong with a definition, told before anything is run or spent. The server and
//! the browser call the same function.

mod branches;
mod codes;
mod expressions;
mod flow;
mod inputs;
mod limits;
mod models;
mod newer;
mod prices;
mod report;
mod steps_used;
mod templates;
mod tools;

use chrono::NaiveDate;
use serde_json::Value;

use crate::definition::Definition;
use crate::ids::{AgentId, McpServerId, PersonaId};
use crate::index::Index;
use crate::input_check::with_defaults;
pub use codes::LintCode;
pub use inputs::undeclared_inputs;
use report::Findings;
pub use report::{LintFinding, LintFix, LintReport, Severity};

/// What the lint knows beyond the definition. What is `None` is not checked.
#[derive(Debug, Clone, Default)]
pub struct LintContext {
    /// The providers that can be used now; the first is the default.
    pub providers: Option<Vec<String>>,
    /// The personas that there are.
    pub personas: Option<Vec<PersonaId>>,
    /// The agents that there are.
    pub agents: Option<Vec<AgentId>>,
    /// The MCP servers that there are.
    pub mcp_servers: Option<Vec<McpServerId>>,
    /// The day of the check, in UTC.
    pub today: Option<NaiveDate>,
}

/// Checks a definition; with an input, also that it fits the declared fields and has what the templates need.
/// Pointers are into the definition, as `/steps/2/prompt`.
#[must_use]
pub fn lint(definition: &Definition, context: &LintContext, input: Option<&Value>) -> LintReport {
    lint_indexed(definition, &Index::of(definition), context, input)
}

/// The same, with the index of the definition.
#[must_use]
pub fn lint_indexed(
    definition: &Definition,
    index: &Index,
    context: &LintContext,
    input: Option<&Value>,
) -> LintReport {
    let filled = input.map(|input| with_defaults(&definition.inputs, input));
    let input = filled.as_ref();
    let mut findings = Findings::default();
    limits::check(definition, index, &mut findings);
    // A definition with too many steps is refused; to check each of them would only take time.
    if index.places().len() <= crate::limits::MAX_STEPS {
        newer::check(definition, &mut findings);
        flow::check(definition, index, &mut findings);
        branches::check(index, &mut findings);
        expressions::check(definition, index, &mut findings);
        inputs::check(definition, index, input, &mut findings);
        templates::check(definition, index, input, &mut findings);
        models::check(definition, index, context, &mut findings);
        tools::check(index, context, &mut findings);
        prices::check(definition, index, context, &mut findings);
    }
    findings.into_report()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod container_tests;
