//! The statuses of executions and step runs, and which may follow which. These are the only places
//! where a status is spelt as text.

use std::borrow::Cow;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

macro_rules! status {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A value from a newer version of Sluice: it is read and shown, but never acted on.
            Unknown,
        }

        impl $name {
            /// Every known value, in the order of the declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the API and the database spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ Self::Unknown => "unknown" }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        /// Parses a known value; the error lists the known values.
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("{other:?} is not one of {}", [$($text),+].join(", "))),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        /// Deserializes any value; an unknown one becomes [`Self::Unknown`].
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Ok(text.parse().unwrap_or(Self::Unknown))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let docs = [$(stringify!($doc)),*];
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::ALL.iter().map(|value| value.as_str())))
                    .description($crate::status::description(&docs))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use status;

/// Reads a known value only (`serde(deserialize_with)`), for requests: a typing error must not pass as a value of a
/// newer version.
pub fn known<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// Like the above, for an optional value (with `serde(default)`).
pub fn known_if_given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    known(deserializer).map(Some)
}

/// The text of doc comments as `stringify!` formats them: `doc = r" What it is."`.
pub(crate) fn description(docs: &[&str]) -> Option<String> {
    let lines = docs.iter().filter_map(|doc| doc.split_once('"')?.1.rsplit_once('"'));
    let text: Vec<&str> = lines.map(|(line, _)| line.trim()).collect();
    (!text.is_empty()).then(|| text.join("\n"))
}

status!(
    /// Why a model's answer ended.
    FinishReason {
        /// The model had said all it wanted to say.
        Stop = "stop",
        /// The answer was cut at a limit of tokens.
        Length = "length",
        /// The model calls tools.
        ToolCalls = "tool_calls",
        /// A filter of the provider withheld the answer, or the rest of it.
        ContentFilter = "content_filter",
        /// The model refused to answer.
        Refusal = "refusal",
        /// The provider failed in the middle of its answer.
        Error = "error",
        /// A reason of the provider's own.
        Other = "other",
    }
);

status!(
    /// Status of an execution.
    ExecutionStatus {
        /// Accepted; no step has started yet.
        Pending = "pending",
        /// At least one step run is running or about to start.
        Running = "running",
        /// Held by a person, or waiting at a gate.
        Paused = "paused",
        /// Every step that was to run has run.
        Completed = "completed",
        /// A step run failed for good.
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
);

impl ExecutionStatus {
    /// Whether the execution stays as it is until a person acts.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled => true,
            Self::Pending | Self::Running | Self::Paused | Self::Unknown => false,
        }
    }

    /// Whether the execution has ended or paused: nothing is under way, or will be before a person acts.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        self.is_terminal() || matches!(self, Self::Paused)
    }

    /// Whether an execution may change from this status to `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => match next {
                Self::Running | Self::Paused | Self::Completed | Self::Failed | Self::Cancelled => true,
                Self::Pending | Self::Unknown => false,
            },
            Self::Running => match next {
                Self::Paused | Self::Completed | Self::Failed | Self::Cancelled => true,
                Self::Pending | Self::Running | Self::Unknown => false,
            },
            Self::Paused => match next {
                Self::Running | Self::Completed | Self::Failed | Self::Cancelled => true,
                Self::Pending | Self::Paused | Self::Unknown => false,
            },
            // A retry brings an ended execution back; it may meet a gate or its end at once.
            Self::Completed | Self::Failed | Self::Cancelled => match next {
                Self::Running | Self::Paused | Self::Completed | Self::Failed => true,
                Self::Pending | Self::Cancelled | Self::Unknown => false,
            },
            Self::Unknown => false,
        }
    }
}

status!(
    /// Status of a step run.
    StepRunStatus {
        /// To be run; not started.
        Pending = "pending",
        /// An attempt is running, or the next attempt is scheduled.
        Running = "running",
        /// At a gate, until a person decides.
        Waiting = "waiting",
        /// Done; its output is kept and used by later steps.
        Completed = "completed",
        /// Every attempt failed, or a person rejected it.
        Failed = "failed",
        /// Not run: disabled, skipped by a `next` or an entry step, or a review of a run that skips reviews.
        Skipped = "skipped",
        /// Stopped by a person while it ran or waited.
        Cancelled = "cancelled",
        /// A step that writes was running when the server stopped: a person decides the outcome.
        OutcomeUnknown = "outcome_unknown",
    }
);

impl StepRunStatus {
    /// Whether a step run may change from this status to `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Pending => match next {
                Self::Running | Self::Waiting | Self::Skipped | Self::Failed | Self::Cancelled => true,
                Self::Pending | Self::Completed | Self::OutcomeUnknown | Self::Unknown => false,
            },
            Self::Running => match next {
                // `Running` again is a further attempt.
                // Between two attempts, a change or a retry may reset it.
                Self::Running
                | Self::Pending
                | Self::Waiting
                | Self::Completed
                | Self::Failed
                | Self::Cancelled
                | Self::OutcomeUnknown => true,
                Self::Skipped | Self::Unknown => false,
            },
            Self::Waiting => match next {
                Self::Pending | Self::Completed | Self::Failed | Self::Skipped | Self::Cancelled => true,
                Self::Running | Self::Waiting | Self::OutcomeUnknown | Self::Unknown => false,
            },
            Self::OutcomeUnknown => match next {
                Self::Pending | Self::Completed | Self::Failed | Self::Cancelled => true,
                Self::Running | Self::Waiting | Self::Skipped | Self::OutcomeUnknown | Self::Unknown => false,
            },
            // A retry or a revision runs it again; an override completes a failed or stopped step run.
            Self::Completed | Self::Failed | Self::Cancelled | Self::Skipped => match next {
                Self::Pending | Self::Completed => true,
                Self::Running
                | Self::Waiting
                | Self::Failed
                | Self::Skipped
                | Self::Cancelled
                | Self::OutcomeUnknown
                | Self::Unknown => false,
            },
            Self::Unknown => false,
        }
    }

    /// Whether a person's decision is awaited.
    #[must_use]
    pub const fn is_gate(self) -> bool {
        match self {
            Self::Waiting | Self::OutcomeUnknown => true,
            Self::Pending
            | Self::Running
            | Self::Completed
            | Self::Failed
            | Self::Skipped
            | Self::Cancelled
            | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_a_newer_version_is_read_and_never_asked_for() {
        assert_eq!(serde_json::from_str::<ExecutionStatus>("\"dreaming\"").unwrap(), ExecutionStatus::Unknown);
        assert!("dreaming".parse::<ExecutionStatus>().is_err() && "unknown".parse::<StepRunStatus>().is_err());
        assert!(!ExecutionStatus::ALL.contains(&ExecutionStatus::Unknown));
    }

    fn matrix<S: Copy + std::fmt::Display>(all: &[S], may: impl Fn(S, S) -> bool) -> String {
        let mut text = String::new();
        for &from in all {
            let next: Vec<String> = all.iter().filter(|&&to| may(from, to)).map(ToString::to_string).collect();
            text.push_str(&[from.to_string(), " -> ".into(), next.join(", "), "\n".into()].concat());
        }
        text
    }

    #[test]
    fn transitions_of_executions() {
        insta::assert_snapshot!(matrix(ExecutionStatus::ALL, ExecutionStatus::may_become));
    }

    #[test]
    fn transitions_of_step_runs() {
        insta::assert_snapshot!(matrix(StepRunStatus::ALL, StepRunStatus::may_become));
    }

    #[test]
    fn statuses_read_back_what_they_print() {
        for &status in ExecutionStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert!("done".parse::<ExecutionStatus>().is_err());
    }

    #[test]
    fn a_request_is_held_to_the_known_values() {
        let decide = |decision: &str| {
            serde_json::from_value::<crate::DecideGate>(serde_json::json!({ "decision": decision }))
                .map_err(|error| error.to_string())
        };
        assert!(decide("approve").is_ok());
        for unknown in ["approved", "unknown", ""] {
            assert!(decide(unknown).unwrap_err().contains("is not one of approve, "), "{unknown}");
        }
    }
}
