//! What the lint answers.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::limits::MAX_FINDINGS_OF_A_KIND;
use crate::status::status;

status!(
    /// How bad a finding is.
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
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where, as a JSON pointer into the definition.
    pub pointer: String,
    /// What to match on.
    pub code: String,
    /// What is wrong, and what would be right.
    pub message: String,
    /// A change that mends it, where one is obvious.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change that mends a finding: put `value` at `pointer`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fix {
    /// What it does, for people.
    pub title: String,
    /// Where, as a JSON pointer into the definition.
    pub pointer: String,
    /// What to put there.
    pub value: Value,
}

/// All that the lint found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LintReport {
    /// Whether there is no error, so that it can run.
    pub valid: bool,
    /// What was found, errors first, then in the order of the definition.
    pub findings: Vec<Finding>,
}

impl LintReport {
    /// The findings that keep the definition from running.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }
}

/// Collects findings. Of each kind it keeps [`MAX_FINDINGS_OF_A_KIND`], so that a kind with many
/// findings neither fills the memory nor hides another kind.
#[derive(Default)]
pub(super) struct Findings {
    kept: Vec<Finding>,
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

    /// How many findings of a kind there are already.
    pub fn count(&self, code: &str) -> usize {
        self.counts.get(code).copied().unwrap_or(0)
    }

    pub fn add(
        &mut self,
        severity: Severity,
        pointer: impl Into<String>,
        code: &str,
        message: impl Into<String>,
        fix: Option<Fix>,
    ) {
        let count = self.counts.entry(code.to_owned()).or_default();
        *count += 1;
        if *count > MAX_FINDINGS_OF_A_KIND {
            self.left_out = Some(self.left_out.map_or(severity, |worst| worst.min(severity)));
            return;
        }
        self.kept.push(Finding { severity, pointer: pointer.into(), code: code.into(), message: message.into(), fix });
    }

    pub fn into_report(mut self) -> LintReport {
        if let Some(severity) = self.left_out {
            let message =
                format!("there are more problems like these; {MAX_FINDINGS_OF_A_KIND} of each kind are listed");
            self.kept.push(Finding {
                severity,
                pointer: String::new(),
                code: "more_findings".into(),
                message,
                fix: None,
            });
        }
        self.kept.sort_by_key(|finding| finding.severity);
        LintReport { valid: self.kept.iter().all(|finding| finding.severity != Severity::Error), findings: self.kept }
    }
}
