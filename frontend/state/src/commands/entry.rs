//! One line of the command menu.

use serde::{Deserialize, Serialize};
use sluice_types::{ExecutionStatus, ExecutionSummary, OpenGate, TemplateSummary, WorkflowSummary};

use crate::format::{relative_time, run_number};

/// What an entry is. The order is that in which groups are offered before anything is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A run that waits for the person.
    Waiting,
    /// Something that the present page does.
    Action,
    /// A workflow.
    Workflow,
    /// A run.
    Run,
    /// A page that is always there.
    Page,
    /// A page of the settings.
    Setting,
    /// A template.
    Template,
}

impl Kind {
    /// The heading of the group.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting for you",
            Self::Action => "On this page",
            Self::Workflow => "Workflows",
            Self::Run => "Newest runs",
            Self::Page => "Pages",
            Self::Setting => "Settings",
            Self::Template => "Templates",
        }
    }

    /// The word beside an entry.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting for you",
            Self::Action => "This page",
            Self::Workflow => "Workflow",
            Self::Run => "Run",
            Self::Page => "Page",
            Self::Setting => "Settings",
            Self::Template => "Template",
        }
    }

    /// How many entries of the kind are offered before anything is typed.
    pub(super) const fn at_first(self) -> usize {
        match self {
            Self::Action => usize::MAX,
            Self::Page => 6,
            Self::Waiting | Self::Workflow | Self::Run => 5,
            Self::Setting | Self::Template => 0,
        }
    }
}

/// What choosing an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Opens a page of the app.
    Page(String),
    /// Opens a page of the server that is not the app's.
    Document(&'static str),
    /// Does the action of the present page with this position.
    Action(usize),
}

/// One line of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// What it is called.
    pub title: String,
    /// What tells it from others of the same name, or the keys that do the same.
    pub detail: String,
    /// Further words that find it.
    pub also: String,
    /// What choosing it does.
    pub target: Target,
    /// The page that Shift and Enter open.
    pub second: Option<String>,
    /// Whether the server found it for what is typed: it fits, whatever its title is.
    pub is_found: bool,
}

impl Entry {
    /// An entry that opens a page.
    #[must_use]
    pub fn page(kind: Kind, title: impl Into<String>, address: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            detail: String::new(),
            also: String::new(),
            target: Target::Page(address.into()),
            second: None,
            is_found: false,
        }
    }

    /// An action of the present page.
    #[must_use]
    pub fn action(title: impl Into<String>, keys: impl Into<String>, position: usize) -> Self {
        Self { target: Target::Action(position), detail: keys.into(), ..Self::page(Kind::Action, title, "") }
    }

    /// A workflow.
    #[must_use]
    pub fn workflow(workflow: &WorkflowSummary, is_found: bool) -> Self {
        let address = format!("/workflows/{}", workflow.id);
        Self {
            second: Some(format!("{address}/run")),
            also: workflow.tags.join(" "),
            is_found,
            ..Self::page(Kind::Workflow, workflow.name.clone(), address)
        }
    }

    /// The run that a gate belongs to, with how long it waits at a time in milliseconds.
    #[must_use]
    pub fn waiting(gate: &OpenGate, now_ms: i64) -> Self {
        let address = format!("/runs/{}#{}", gate.execution_id, gate.path);
        let number = gate.execution_number.map(run_number);
        let since = gate.opened_at.map(|at| relative_time(at.timestamp_millis(), now_ms));
        let detail = [number.clone(), Some(gate.step_label.clone()), since];
        Self {
            also: format!("decide review {} {}", gate.step_label, number.unwrap_or_default()),
            detail: detail.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            ..Self::page(Kind::Waiting, gate.workflow_name.clone(), address)
        }
    }

    /// A run, with the name of its workflow and how long ago it began.
    #[must_use]
    pub fn run(run: &ExecutionSummary, workflow: &str, ago: &str) -> Self {
        let word = match run.status {
            ExecutionStatus::Pending | ExecutionStatus::Running => "Running",
            ExecutionStatus::Paused if run.on_hold => "Paused",
            ExecutionStatus::Paused => "Waiting for you",
            ExecutionStatus::Completed => "Completed",
            ExecutionStatus::Failed => "Failed",
            ExecutionStatus::Cancelled => "Cancelled",
            ExecutionStatus::Unknown => "Run",
        };
        let number = run.number.map(run_number);
        let also = format!("{word} {}", number.as_deref().unwrap_or_default());
        let detail = [number.as_deref(), Some(word), Some(ago)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Self { detail, also, ..Self::page(Kind::Run, workflow, format!("/runs/{}", run.id)) }
    }

    /// A template. Its page shows all of them.
    #[must_use]
    pub fn template(template: &TemplateSummary) -> Self {
        let also = [template.category.as_deref().unwrap_or_default(), &template.tags.join(" ")].join(" ");
        Self {
            also,
            ..Self::page(Kind::Template, template.name.clone(), format!("/templates?preview={}", template.id))
        }
    }

    /// What tells it from all others.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.target {
            Target::Page(address) => address.clone(),
            Target::Document(address) => (*address).to_owned(),
            Target::Action(position) => format!("!{position} {}", self.title),
        }
    }
}
