//! Which runs are listed: the address of the page, and the query for the server.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use sluice_types::limits::MAX_TAG_CHARS;
use sluice_types::{ExecutionStatus, WorkflowId};

use super::Usd;

/// Runs of one page.
const PAGE_SIZE: u32 = 50;

/// The statuses to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusFilter {
    /// Under way.
    Running,
    /// Waiting for a person, or paused by one.
    Waiting,
    /// Ended with an output.
    Completed,
    /// Ended with an error.
    Failed,
    /// Stopped by a person.
    Cancelled,
}

impl StatusFilter {
    /// Every choice, as they are offered.
    pub const ALL: [Self; 5] = [Self::Running, Self::Waiting, Self::Completed, Self::Failed, Self::Cancelled];

    /// The word in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Waiting => "Waiting or paused",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Parses the result of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.as_str() == text)
    }

    /// The statuses in the API.
    #[must_use]
    pub const fn statuses(self) -> &'static [ExecutionStatus] {
        match self {
            Self::Running => &[ExecutionStatus::Pending, ExecutionStatus::Running],
            Self::Waiting => &[ExecutionStatus::Paused],
            Self::Completed => &[ExecutionStatus::Completed],
            Self::Failed => &[ExecutionStatus::Failed],
            Self::Cancelled => &[ExecutionStatus::Cancelled],
        }
    }
}

/// How old the listed runs are at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// One hour.
    Hour,
    /// One day.
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

impl Since {
    /// Every choice, as they are offered.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// The word in the address.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hour => "Last hour",
            Self::Day => "Last 24 hours",
            Self::Week => "Last 7 days",
            Self::Month => "Last 30 days",
        }
    }

    /// Parses the result of [`Self::as_str`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|since| since.as_str() == text)
    }

    const fn hours(self) -> i64 {
        match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        }
    }
}

/// Which runs are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunsFilter {
    /// Their status; all when `None`.
    pub status: Option<StatusFilter>,
    /// Their workflow.
    pub workflow: Option<WorkflowId>,
    /// The version of the workflow that they run. It counts with a workflow only.
    pub version: Option<i64>,
    /// Who started them; empty for all.
    pub trigger: String,
    /// How old they are at the most.
    pub since: Option<Since>,
    /// An entry of their metadata, as `key:value`; empty for all.
    pub metadata: String,
    /// The code of their error; empty for all.
    pub error: String,
    /// A tag of their workflow; empty for all.
    pub tag: String,
    /// The least that they cost, in US dollars.
    pub min_cost: Option<Usd>,
    /// The most that they cost, in US dollars.
    pub max_cost: Option<Usd>,
}

impl RunsFilter {
    /// The names of the parameters in the address.
    pub const PARAMS: [&str; 10] =
        ["status", "workflow", "tag", "version", "trigger", "since", "min_cost", "max_cost", "metadata", "error"];

    /// Parses the parameters of the address. What makes no sense is ignored: addresses are typed and stored.
    #[must_use]
    pub fn from_params(params: &[(String, String)]) -> Self {
        let mut filter = Self::default();
        for (name, value) in params {
            let value = value.trim();
            match name.as_str() {
                "status" => filter.status = StatusFilter::parse(value),
                "workflow" => filter.workflow = value.parse().ok(),
                "version" => filter.version = parse_version(value),
                "trigger" => value.clone_into(&mut filter.trigger),
                "since" => filter.since = Since::parse(value),
                "metadata" if is_entry(value) => value.clone_into(&mut filter.metadata),
                "error" if is_code(value) => value.clone_into(&mut filter.error),
                "tag" if value.chars().count() <= MAX_TAG_CHARS => value.clone_into(&mut filter.tag),
                "min_cost" => filter.min_cost = Usd::parse(value),
                "max_cost" => filter.max_cost = Usd::parse(value),
                _ => {}
            }
        }
        filter
    }

    /// The parameters of the address: only those that filter.
    #[must_use]
    pub fn to_params(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let params = [
            ("status", self.status.map(|status| status.as_str().to_owned())),
            ("workflow", self.workflow.as_ref().map(ToString::to_string)),
            ("tag", text(&self.tag)),
            ("version", self.version_of_workflow().map(|version| version.to_string())),
            ("trigger", text(&self.trigger)),
            ("since", self.since.map(|since| since.as_str().to_owned())),
            ("min_cost", self.min_cost.map(|usd| usd.to_string())),
            ("max_cost", self.max_cost_in_order().map(|usd| usd.to_string())),
            ("metadata", text(&self.metadata)),
            ("error", text(&self.error)),
        ];
        params.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// The query for the server, without its page.
    #[must_use]
    pub fn to_query(&self, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
        let statuses =
            |status: StatusFilter| status.statuses().iter().map(|status| status.as_str()).collect::<Vec<_>>().join(",");
        let oldest = |since: Since| {
            let oldest = now - TimeDelta::try_hours(since.hours()).unwrap_or_default();
            oldest.to_rfc3339_opts(SecondsFormat::Secs, true)
        };
        let text = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let query = [
            ("status", self.status.map(statuses)),
            ("workflow_id", self.workflow.as_ref().map(ToString::to_string)),
            ("workflow_version", self.version_of_workflow().map(|version| version.to_string())),
            ("triggered_by", text(&self.trigger)),
            ("tag", text(&self.tag)),
            ("min_cost_usd", self.min_cost.map(|usd| usd.to_string())),
            ("max_cost_usd", self.max_cost_in_order().map(|usd| usd.to_string())),
            ("created_after", self.since.map(oldest)),
            ("metadata", text(&self.metadata)),
            ("error_code", text(&self.error)),
        ];
        query.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Whether anything is left out of the list.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.to_params().is_empty()
    }

    /// Whether one of the filters that are folded away counts.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.version_of_workflow().is_some()
            || self.min_cost.is_some()
            || self.max_cost_in_order().is_some()
            || !self.tag.trim().is_empty()
            || !self.trigger.trim().is_empty()
            || !self.metadata.trim().is_empty()
            || !self.error.trim().is_empty()
    }

    /// Runs of one page.
    #[must_use]
    pub const fn page_size() -> u32 {
        PAGE_SIZE
    }

    /// Takes one of the filters of the address away.
    pub fn remove(&mut self, param: &str) {
        let kept: Vec<_> = self.to_params().into_iter().filter(|(name, _)| *name != param).collect();
        let kept: Vec<(String, String)> = kept.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        *self = Self::from_params(&kept);
    }

    /// What people read of each filter, with its name in the address.
    #[must_use]
    pub fn words(&self, name_of: impl Fn(&WorkflowId) -> String) -> Vec<(&'static str, String)> {
        let in_words = |name: &str, value: String| match name {
            "status" => self.status.map_or(value, |status| status.label().to_owned()),
            "workflow" => self.workflow.as_ref().map_or(value, &name_of),
            "tag" => format!("Tag {value}"),
            "version" => format!("Version {value}"),
            "trigger" => format!("Started by {value}"),
            "since" => self.since.map_or(value, |since| since.label().to_owned()),
            "min_cost" => format!("${value} or more"),
            "max_cost" => format!("${value} or less"),
            "error" => format!("Error {value}"),
            _ => value,
        };
        self.to_params().into_iter().map(|(name, value)| (name, in_words(name, value))).collect()
    }

    /// Whether the least cost is not above the most.
    #[must_use]
    pub fn costs_are_in_order(&self) -> bool {
        self.min_cost.zip(self.max_cost).is_none_or(|(least, most)| least <= most)
    }

    /// The most that they cost. A most below the least makes no sense, and is passed over.
    fn max_cost_in_order(&self) -> Option<Usd> {
        self.max_cost.filter(|_| self.costs_are_in_order())
    }

    fn version_of_workflow(&self) -> Option<i64> {
        self.version.filter(|_| self.workflow.is_some())
    }
}

/// A version of a workflow as it is typed.
#[must_use]
pub fn parse_version(text: &str) -> Option<i64> {
    text.trim().trim_start_matches(['v', 'V']).parse().ok().filter(|version| *version >= 1)
}

/// Whether a text is an entry of metadata, as `order_id:6735`.
#[must_use]
pub fn is_entry(text: &str) -> bool {
    text.split_once(':').is_some_and(|(key, _)| !key.trim().is_empty())
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(params: &[(&str, &str)]) -> RunsFilter {
        let params: Vec<_> = params.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        RunsFilter::from_params(&params)
    }

    const WORKFLOW: &str = "workflow-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11";

    #[test]
    fn the_address_says_what_is_listed_and_back() {
        let params = [
            ("status", "failed"),
            ("workflow", WORKFLOW),
            ("version", "3"),
            ("trigger", "cron"),
            ("since", "7d"),
            ("metadata", "order:67:35, 36"),
            ("error", "provider_auth"),
            ("tag", "night: ly"),
            ("min_cost", "0.25"),
            ("max_cost", "3"),
        ];
        let read = filter(&params);
        let written: Vec<(String, String)> =
            read.to_params().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(RunsFilter::from_params(&written), read);
        assert_eq!(written.len(), params.len());
        assert!(read.is_filtered() && read.has_more());
    }

    #[test]
    fn what_makes_no_sense_in_an_address_is_ignored() {
        let wrong = [
            ("status", "odd"),
            ("workflow", "not an id"),
            ("version", "0"),
            ("since", "yesterday"),
            ("metadata", "order"),
            ("error", "Not A Code"),
            ("min_cost", "-1"),
            ("max_cost", "much"),
            ("page", "7"),
        ];
        assert_eq!(filter(&wrong), RunsFilter::default());
        assert!(!filter(&wrong).is_filtered());
        assert!(!filter(&[("version", "3")]).is_filtered(), "a version is one of a workflow");
    }

    #[test]
    fn the_server_is_asked_for_the_same() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let query = |params: &[(&str, &str)]| {
            let pairs = filter(params).to_query(now);
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(query(&[("status", "running")]), "status=pending,running");
        assert_eq!(query(&[("since", "24h")]), "created_after=2027-01-14T08:00:00Z");
        assert_eq!(
            query(&[("workflow", WORKFLOW), ("version", "v2"), ("metadata", "a:b,c")]),
            format!("workflow_id={WORKFLOW} workflow_version=2 metadata=a:b,c")
        );
        assert_eq!(query(&[("tag", "a b"), ("min_cost", "$0.5")]), "tag=a b min_cost_usd=0.5");
        assert_eq!(query(&[("min_cost", "2"), ("max_cost", "1")]), "min_cost_usd=2", "nothing costs both");
        assert_eq!(query(&[]), "");
    }

    #[test]
    fn each_filter_is_said_and_taken_away() {
        let params =
            [("status", "failed"), ("workflow", WORKFLOW), ("version", "3"), ("tag", "nightly"), ("min_cost", "0.5")];
        let mut listed = filter(&params);
        let words = |listed: &RunsFilter| {
            listed.words(|_| "Brief".to_owned()).into_iter().map(|(_, words)| words).collect::<Vec<_>>()
        };
        assert_eq!(words(&listed), ["Failed", "Brief", "Tag nightly", "Version 3", "$0.5 or more"]);
        listed.remove("workflow");
        assert_eq!(words(&listed), ["Failed", "Tag nightly", "$0.5 or more"], "a version is one of a workflow");
        for (name, _) in listed.to_params() {
            listed.remove(name);
        }
        assert_eq!(listed, RunsFilter::default());
    }
}
