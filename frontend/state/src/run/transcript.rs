//! The run of an agent as a transcript: its turns, and the calls of tools in each.

use serde_json::Value;
use sluice_types::{AgentFinish, AgentRun, InAgent, StepPath, StepRun, StepRunStatus};

use crate::format::{bytes, plural};

/// A turn of an agent: one call of its model, and the calls of tools that it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its number, from 1.
    pub number: u32,
    /// Its step run.
    pub path: StepPath,
    /// The step runs of its calls, in their order.
    pub calls: Vec<StepPath>,
}

/// The turns, in the order of the step runs inside the agent.
#[must_use]
pub fn turns(inside: &[StepPath]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for path in inside {
        let Some(at) = path.in_agent() else { continue };
        match (at.call, turns.iter_mut().find(|turn| turn.number == at.turn)) {
            (None, None) => turns.push(Turn { number: at.turn, path: path.clone(), calls: Vec::new() }),
            (Some(_), Some(turn)) => turn.calls.push(path.clone()),
            // A list that is filtered may hold a call without its turn.
            (Some(_), None) => {
                if let Some(turn) = path.without_last() {
                    turns.push(Turn { number: at.turn, path: turn, calls: vec![path.clone()] });
                }
            }
            (None, Some(_)) => {}
        }
    }
    turns
}

/// A turn by its number.
#[must_use]
pub fn turn_words(number: u32) -> String {
    format!("Turn {number}")
}

/// The name of a step run for people: its label, the number of a turn, or the tool of a call with its place.
#[must_use]
pub fn name_of_run(run: &StepRun) -> String {
    match run.path.in_agent() {
        None => run.label.clone(),
        Some(InAgent { turn, call: None, .. }) => turn_words(turn),
        Some(InAgent { call: Some(_), .. }) => call_words(&run.path, run.tool.as_deref().unwrap_or(&run.label)),
    }
}

/// Turns that are all open at first; of more, only those with something to look at.
const OPEN_TURNS: usize = 4;

impl Turn {
    /// Whether its calls are shown at first: there are few turns, or it is the newest one of an agent at work.
    #[must_use]
    pub fn is_open_at_first(&self, all: &[Self], is_at_work: bool) -> bool {
        let is_newest = all.last().is_some_and(|last| last.number == self.number);
        all.len() <= OPEN_TURNS || (is_at_work && is_newest)
    }
}

/// A call by its tool and its place, so that two calls of one tool are told apart: `files:read (turn 2, call 1)`.
#[must_use]
pub fn call_words(path: &StepPath, tool: &str) -> String {
    match path.in_agent().and_then(|at| Some((at.turn, at.call?))) {
        Some((turn, call)) => format!("{tool} (turn {turn}, call {})", call.saturating_add(1)),
        None => tool.to_owned(),
    }
}

/// How far an agent has come: `Turn 2 of at most 10`, `3 turns, 5 calls`.
#[must_use]
pub fn progress_words(turns: &[Turn], most: Option<u32>, has_ended: bool) -> String {
    let calls: usize = turns.iter().map(|turn| turn.calls.len()).sum();
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let calls = plural(number(calls), "call of a tool", "calls of tools");
    match (turns.last(), has_ended) {
        (None, _) => "It has not begun a turn yet.".to_owned(),
        (Some(_), true) => format!("{}, {calls}", plural(number(turns.len()), "turn", "turns")),
        (Some(last), false) => {
            let of = most.map(|most| format!(" of at most {most}")).unwrap_or_default();
            format!("Turn {}{of}, {calls}", last.number)
        }
    }
}

/// The warning of an agent that had no turns left.
#[must_use]
pub fn cut_words(agent: Option<&AgentRun>) -> Option<String> {
    let agent = agent.filter(|agent| agent.finished == Some(AgentFinish::MaxTurns))?;
    let turns =
        agent.turns.map_or_else(|| "all its turns".to_owned(), |turns| plural(u64::from(turns), "turn", "turns"));
    Some(format!(
        "It was stopped after {turns}, while it asked for more calls. Its output is what it had said by then. Give it more turns, or a smaller task."
    ))
}

/// The result of a call, as people read it: JSON in lines, text as it is.
#[must_use]
pub fn result_text(run: &StepRun, text: &str) -> (String, bool) {
    match &run.output {
        Some(value @ (Value::Object(_) | Value::Array(_))) => {
            (serde_json::to_string_pretty(value).unwrap_or_default(), true)
        }
        Some(Value::String(_)) | None => (text.to_owned(), false),
        Some(value @ (Value::Null | Value::Bool(_) | Value::Number(_))) => (value.to_string(), false),
    }
}

/// How large a result is, in a word; nothing while there is none.
#[must_use]
pub fn result_size(status: StepRunStatus, text: &str, attachments: usize) -> Option<String> {
    if status != StepRunStatus::Completed {
        return None;
    }
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let parts = (attachments > 0).then(|| plural(number(attachments), "attachment", "attachments"));
    match (text.len(), parts) {
        (0, None) => Some("no result".to_owned()),
        (0, Some(parts)) => Some(parts),
        (length, None) => Some(bytes(number(length))),
        (length, Some(parts)) => Some(format!("{}, {parts}", bytes(number(length)))),
    }
}

/// The first line of a text, for a turn that is closed.
#[must_use]
pub fn first_line(text: &str) -> String {
    text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::run::RunState;
    use crate::run::tests::{at, execution, running, step_event};

    fn path(text: &str) -> StepPath {
        StepPath::new(text).unwrap()
    }

    fn told(inside: &[&str]) -> Vec<(u32, usize)> {
        let inside: Vec<StepPath> = inside.iter().map(|text| path(text)).collect();
        turns(&inside).iter().map(|turn| (turn.number, turn.calls.len())).collect()
    }

    #[test]
    fn calls_stand_in_their_turns() {
        let inside = ["scout.1", "scout.1.0", "scout.1.1", "scout.2", "scout.3", "scout.3.0"];
        assert_eq!(told(&inside), [(1, 2), (2, 0), (3, 1)]);
        assert_eq!(told(&["each.0.scout.1", "each.0.scout.1.0"]), [(1, 1)]);
        assert_eq!(told(&["scout.2.0", "scout.2"]), [(2, 1)]);
        assert_eq!(told(&["scout"]), []);
        assert_eq!(call_words(&path("scout.2.0"), "files:read"), "files:read (turn 2, call 1)");
        assert_eq!(call_words(&path("read"), "Read"), "Read");
    }

    #[test]
    fn of_many_turns_only_the_newest_is_open_while_the_agent_works() {
        let inside: Vec<StepPath> = (1..=5).map(|turn| path(&format!("scout.{turn}"))).collect();
        let open = |inside: &[StepPath], is_at_work| {
            let all = turns(inside);
            let open = all.iter().filter(|turn| turn.is_open_at_first(&all, is_at_work));
            open.map(|turn| turn.number).collect::<Vec<_>>()
        };
        assert_eq!(
            (open(&inside[..4], false), open(&inside, false), open(&inside, true)),
            (vec![1, 2, 3, 4], vec![], vec![5])
        );
    }

    #[test]
    fn progress_is_told_while_it_runs_and_afterwards() {
        let inside = ["scout.1", "scout.1.0", "scout.2"].map(path);
        let turns = turns(&inside);
        assert_eq!(progress_words(&turns, Some(10), false), "Turn 2 of at most 10, 1 call of a tool");
        assert_eq!(progress_words(&turns, Some(10), true), "2 turns, 1 call of a tool");
        assert_eq!(progress_words(&[], None, false), "It has not begun a turn yet.");
    }

    #[test]
    fn an_agent_without_turns_left_says_so() {
        let agent =
            |finished: &str| serde_json::from_value(json!({"tools": [], "turns": 3, "finished": finished})).unwrap();
        assert!(cut_words(Some(&agent("max_turns"))).unwrap().contains("after 3 turns"));
        assert_eq!((cut_words(Some(&agent("answered"))), cut_words(None)), (None, None));
    }

    #[test]
    fn a_result_that_comes_after_the_end_of_its_call_is_drawn() {
        let at_end = |content: Value| {
            json!({"type": "tool", "status": "completed", "attempt": 1, "content": content, "started_at": at(1),
                "completed_at": at(2), "duration_ms": null})
        };
        let mut run = running();
        run.apply(&step_event(2, "a", "completed", 1));
        let answer = |run: &mut RunState, content: Value| {
            let fetch = run.begin_fetch();
            run.resync(fetch, execution(&json!({"started_at": at(1), "last_seq": 2}), &[at_end(content)]))
        };
        answer(&mut run, Value::Null);
        // Nothing else of the step run changes with it.
        let changed = answer(&mut run, json!("the result"));
        assert_eq!((changed.steps, run.step(&path("a")).unwrap().text.as_str()), (vec![path("a")], "the result"));
    }

    #[test]
    fn the_size_of_a_result_is_told_when_it_is_there() {
        let size = |text: &str, attachments| result_size(StepRunStatus::Completed, text, attachments);
        assert_eq!(size("", 0).as_deref(), Some("no result"));
        assert_eq!(size("", 2).as_deref(), Some("2 attachments"));
        assert!(size("abc", 1).unwrap().ends_with(", 1 attachment"));
        assert_eq!(result_size(StepRunStatus::Running, "abc", 0), None);
        assert_eq!(first_line("\n  a b \n c"), "a b");
    }
}
