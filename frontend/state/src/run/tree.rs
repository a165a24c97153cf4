//! Containers on the page of a run: their branches, cases, items and rounds, and what they decided.

use sluice_types::{Choice, LoopEnd, Segment, StepPath, StepRunStatus, StepType};

use super::transcript::turn_words;
use crate::format::plural;

/// A branch, case, item or round of a container, with its step runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// The path segment after the container's: a name or a number.
    pub key: String,
    /// Its step runs, in order.
    pub steps: Vec<StepPath>,
}

/// The lanes of a container, in the order of its step runs.
#[must_use]
pub fn lanes(container: &StepPath, inside: &[StepPath]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    for path in inside {
        let Some(key) = lane_of(container, path) else { continue };
        match lanes.last_mut() {
            Some(lane) if lane.key == key => lane.steps.push(path.clone()),
            _ => lanes.push(Lane { key: key.to_owned(), steps: vec![path.clone()] }),
        }
    }
    lanes
}

fn lane_of<'p>(container: &StepPath, path: &'p StepPath) -> Option<&'p str> {
    let inner = path.as_str().strip_prefix(container.as_str())?.strip_prefix('.')?;
    Some(inner.split('.').next().unwrap_or(inner))
}

impl Lane {
    /// The heading for people: items count from 1, as rounds do.
    #[must_use]
    pub fn heading(&self, kind: StepType) -> String {
        let number = self.key.parse::<u32>().ok();
        match (kind, number) {
            (StepType::Loop, Some(round)) => format!("Round {round}"),
            (StepType::Agent, Some(turn)) => turn_words(turn),
            (_, Some(index)) => format!("Item {}", index.saturating_add(1)),
            (StepType::Conditional, None) if self.key == sluice_types::OTHERWISE => "Otherwise".to_owned(),
            (_, None) => self.key.clone(),
        }
    }

    /// Whether the lane is an item or a round.
    #[must_use]
    pub fn is_numbered(&self, container: &StepPath) -> bool {
        let first = self.steps.first().and_then(StepPath::without_last);
        first.is_some_and(|lane| lane != *container && matches!(lane.segments().last(), Some(Segment::Index(_))))
    }
}

/// The state of a lane: what needs a person first, then what moves.
#[must_use]
pub fn lane_status(steps: &[StepRunStatus]) -> StepRunStatus {
    let has = |wanted: StepRunStatus| steps.contains(&wanted);
    let first = [
        StepRunStatus::Waiting,
        StepRunStatus::OutcomeUnknown,
        StepRunStatus::Failed,
        StepRunStatus::Running,
        StepRunStatus::Cancelled,
        StepRunStatus::Unknown,
        StepRunStatus::Completed,
        StepRunStatus::Skipped,
    ];
    first.into_iter().find(|status| has(*status)).unwrap_or(StepRunStatus::Pending)
}

/// The step runs of a `for_each` that are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ItemFilter {
    /// All.
    #[default]
    All,
    /// Those that failed.
    Failed,
    /// Those that wait for a person.
    Waiting,
    /// Those under way.
    Running,
}

impl ItemFilter {
    /// The statuses to ask for; none asks for all.
    #[must_use]
    pub const fn statuses(self) -> &'static [StepRunStatus] {
        match self {
            Self::All => &[],
            Self::Failed => &[StepRunStatus::Failed],
            Self::Waiting => &[StepRunStatus::Waiting, StepRunStatus::OutcomeUnknown],
            Self::Running => &[StepRunStatus::Running],
        }
    }
}

/// What a container decided, in a few words.
#[must_use]
pub fn fact_of(kind: StepType, choice: &Choice, is_each: bool) -> Option<String> {
    match kind {
        StepType::Conditional => Some(match &choice.case {
            Some(case) => format!("→ {case}"),
            None => "no case was true".to_owned(),
        }),
        StepType::Loop => {
            let rounds = plural(u64::from(choice.iterations?), "round", "rounds");
            Some(match choice.finished {
                Some(LoopEnd::MaxIterations) => format!("{rounds}, the most it may have"),
                Some(LoopEnd::Until | LoopEnd::Unknown) | None => rounds,
            })
        }
        StepType::Parallel => {
            let count = u64::from(choice.count?);
            let lanes = if is_each { plural(count, "item", "items") } else { plural(count, "branch", "branches") };
            let failed = choice.failed.filter(|failed| *failed > 0);
            Some(failed.map_or_else(|| lanes.clone(), |failed| format!("{lanes}, {failed} failed")))
        }
        StepType::Llm | StepType::Agent | StepType::Tool | StepType::Review | StepType::Unknown => None,
    }
}

/// Why a container decided so: one line for each condition that was tested, with the values that it read.
#[must_use]
pub fn reason_of(choice: &Choice) -> Vec<String> {
    let lines = choice.tested.iter().map(|tested| {
        let subject = match (&tested.case, tested.iteration) {
            (Some(case), _) => format!("“{case}”"),
            (None, Some(round)) => format!("After round {round}, the condition"),
            (None, None) => "The condition".to_owned(),
        };
        let held = if tested.held { "was true" } else { "was false" };
        let values: Vec<String> = tested.values.iter().map(|seen| format!("{} = {}", seen.name, seen.value)).collect();
        if values.is_empty() {
            format!("{subject} {held}.")
        } else {
            format!("{subject} {held}: {}.", values.join(", "))
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> StepPath {
        StepPath::new(text).unwrap()
    }

    #[test]
    fn step_runs_are_grouped_by_their_lane() {
        let inside = ["fan.eu.draft", "fan.eu.check", "fan.us.draft"].map(path);
        let lanes = lanes(&path("fan"), &inside);
        let keys: Vec<_> = lanes.iter().map(|lane| (lane.key.as_str(), lane.steps.len())).collect();
        assert_eq!(keys, [("eu", 2), ("us", 1)]);
        assert_eq!(lanes[0].heading(StepType::Parallel), "eu");
        assert!(!lanes[0].is_numbered(&path("fan")));
    }

    #[test]
    fn items_count_from_one_and_rounds_as_they_are_numbered() {
        let lane = |key: &str| Lane { key: key.into(), steps: vec![path(&format!("each.{key}.draft"))] };
        assert_eq!(lane("0").heading(StepType::Parallel), "Item 1");
        assert_eq!(lane("3").heading(StepType::Loop), "Round 3");
        assert_eq!(lane("otherwise").heading(StepType::Conditional), "Otherwise");
        assert!(lane("0").is_numbered(&path("each")));
    }

    #[test]
    fn a_lane_shows_what_needs_a_person_first() {
        use StepRunStatus::{Completed, Failed, Pending, Running, Waiting};
        assert_eq!(lane_status(&[Completed, Running]), Running);
        assert_eq!(lane_status(&[Failed, Waiting, Running]), Waiting);
        assert_eq!(lane_status(&[Completed, Completed]), Completed);
        assert_eq!(lane_status(&[]), Pending);
    }

    #[test]
    fn a_decision_is_told_with_the_values_at_the_time() {
        let choice: Choice = serde_json::from_value(json!({
            "case": "big",
            "tested": [
                {"case": "small", "held": false, "values": [{"name": "steps.Score.n", "value": "5"}]},
                {"case": "big", "held": true},
            ],
        }))
        .unwrap();
        assert_eq!(fact_of(StepType::Conditional, &choice, false).unwrap(), "→ big");
        assert_eq!(reason_of(&choice), ["“small” was false: steps.Score.n = 5.", "“big” was true."]);
        let rounds = |finished| serde_json::from_value(json!({"iterations": 2, "finished": finished})).unwrap();
        assert_eq!(fact_of(StepType::Loop, &rounds("until"), false).unwrap(), "2 rounds");
        assert_eq!(
            fact_of(StepType::Loop, &rounds("max_iterations"), false).unwrap(),
            "2 rounds, the most it may have"
        );
        let items: Choice = serde_json::from_value(json!({"count": 24, "failed": 1})).unwrap();
        assert_eq!(fact_of(StepType::Parallel, &items, true).unwrap(), "24 items, 1 failed");
    }
}
