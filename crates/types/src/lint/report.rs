//! The report of the lint.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::codes::{LINT_CODES, LintCode};
use crate::limits::MAX_FINDINGS_OF_A_KIND;
use crate::sentence::begun_with_capital;
use crate::status::status;

status!(
    /// Severity of a finding.
    Severity {
        /// It cannot run like this.
        Error = "error",
        /// It runs, but probably not as meant.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
);

/// One thing that the lint found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LintFinding {
    /// Severity.
    pub severity: Severity,
    /// The place, as a JSON pointer into the definition.
    pub pointer: String,
    /// Stable code for clients.
    #[schema(value_type = LintCode)]
    pub code: String,
    /// The fault and the remedy. Names stand between back-ticks.
    pub message: String,
    /// A change that fixes it, when there is an obvious one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<LintFix>,
}

impl LintFinding {
    /// A finding without a fix. Its message begins with a capital letter.
    #[must_use]
    pub fn new(severity: Severity, pointer: String, code: &str, message: impl Into<String>) -> Self {
        debug_assert!(LINT_CODES.contains(&code), "{code} is not in the list of codes");
        Self { severity, pointer, code: code.into(), message: begun_with_capital(&message.into()), fix: None }
    }
}

/// A change that fixes a finding: put `value` at `pointer`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LintFix {
    /// Title for people.
    pub title: String,
    /// The place, as a JSON pointer into the definition.
    pub pointer: String,
    /// The replacement.
    pub value: Value,
}

/// All that the lint found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LintReport {
    /// Whether there is no error, so that it can run.
    pub valid: bool,
    /// The findings: errors first, then in the order of the definition.
    pub findings: Vec<LintFinding>,
}

impl LintReport {
    /// The findings that keep the definition from running.
    pub fn errors(&self) -> impl Iterator<Item = &LintFinding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// Collects findings. It keeps at most [`MAX_FINDINGS_OF_A_KIND`] of each kind, so that one kind can neither exhaust
/// the memory nor hide another.
#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<LintFinding>,
    counts: HashMap<String, usize>,
    /// The worst severity of the findings that were not kept.
    left_out: Option<Severity>,
}

impl Findings {
    pub fn error(&mut self, pointer: impl Into<String>, code: &str, message: impl Into<String>) {
        self.add(Severity::Error, pointer, code, message, None);
    }

    pub fn warning(&mut self, pointer: impl Into<String>, code: &str, message: impl Into<String>) {
        self.add(Severity::Warning, pointer, code, message, None);
    }

    /// Number of findings of a kind so far.
    pub fn count(&self, code: &str) -> usize {
        self.counts.get(code).copied().unwrap_or(0)
    }

    pub fn add(
        &mut self,
        severity: Severity,
        pointer: impl Into<String>,
        code: &str,
        message: impl Into<String>,
        fix: Option<LintFix>,
    ) {
        let count = self.counts.entry(code.to_owned()).or_default();
        *count += 1;
        if *count > MAX_FINDINGS_OF_A_KIND {
            self.left_out = Some(self.left_out.map_or(severity, |worst| worst.min(severity)));
            return;
        }
        self.kept.push(LintFinding { fix, ..LintFinding::new(severity, pointer.into(), code, message) });
    }

    pub fn into_report(mut self) -> LintReport {
        if let Some(severity) = self.left_out {
            let message =
                format!("there are more problems like these; {MAX_FINDINGS_OF_A_KIND} of each kind are listed");
            self.kept.push(LintFinding::new(severity, String::new(), "more_findings", message));
        }
        self.kept.sort_by_key(|finding| finding.severity);
        LintReport { valid: self.kept.iter().all(|finding| finding.severity != Severity::Error), findings: self.kept }
    }
}
