//! The output of `sluice run`: a line for each step, the text as it comes, and the questions at gates.

use std::io::{BufRead, IsTerminal as _};
use std::path::Path;

use sluice_types::amounts::{known_cost, plural};
use sluice_types::limits::MAX_OUTPUT_BYTES;
use sluice_types::{DecideGate, EventType, ExecutionEvent, Gate, GateKind, ReviewDecision, StepPath, StepRunStatus};

use super::files::read_file;
use super::visible::{print, tell, tell_line};

/// Bytes of one answer at a prompt.
const MAX_ANSWER_BYTES: u64 = 128 * 1024;

/// Prints events for people. The text goes to standard output, everything else to standard error,
/// so that the text can be piped on.
pub struct Terminal {
    quiet: bool,
    in_text: bool,
}

impl Terminal {
    /// A terminal; a quiet one shows no text as it comes.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, in_text: false }
    }

    /// Whether it shows no text as it comes.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Prints a piece of text.
    pub fn print(&mut self, text: &str) {
        if self.quiet {
            return;
        }
        print(text);
        self.in_text = true;
    }

    /// Ends the line that the text is in.
    pub fn end_text(&mut self) {
        if std::mem::take(&mut self.in_text) {
            print("\n");
        }
    }

    /// Shows that a model thinks before it answers.
    pub fn show_thinking(&mut self, label: &str) {
        self.end_text();
        tell_line(&format!("… {label}: thinking"));
    }

    /// Shows how far a call of a tool is.
    pub fn show_progress(&mut self, label: &str, event: &ExecutionEvent) {
        self.end_text();
        tell_line(&format!("… {label}: {}", how_far(event)));
    }

    /// Shows an event without text.
    pub fn show(&mut self, event: &ExecutionEvent) {
        let Some(line) = line_of(event) else { return };
        self.end_text();
        tell_line(&line);
    }
}

/// A step by its label; inside a container with the path of its branch, item, case or round.
pub fn named(label: &str, path: Option<&StepPath>) -> String {
    match path.and_then(StepPath::without_last) {
        Some(list) => format!("{label} ({list})"),
        None => label.to_owned(),
    }
}

/// Two spaces for each container around a step.
fn indent(path: Option<&StepPath>) -> String {
    let parents = std::iter::successors(path.and_then(StepPath::parent), StepPath::parent);
    "  ".repeat(parents.count())
}

/// How far a call of a tool is, in one line: “3 of 10: reading page 3”.
fn how_far(event: &ExecutionEvent) -> String {
    let total = event.total.map(|total| format!(" of {}", short(total))).unwrap_or_default();
    let mut words = event.message.iter().flat_map(|message| message.split_whitespace()).peekable();
    let message = match words.peek() {
        Some(_) => format!(": {}", words.collect::<Vec<_>>().join(" ")),
        None => String::new(),
    };
    format!("{}{total}{message}", short(event.progress.unwrap_or(0.0)))
}

/// A number with at most two decimals.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn line_of(event: &ExecutionEvent) -> Option<String> {
    let line = sentence_of(event)?;
    Some(format!("{}{line}", indent(event.path.as_ref())))
}

fn sentence_of(event: &ExecutionEvent) -> Option<String> {
    let label = named(event.step_label.as_deref().unwrap_or_default(), event.path.as_ref());
    let message = event.message.as_deref().unwrap_or_default();
    match (event.event_type, event.step_status) {
        (EventType::Progress, Some(StepRunStatus::Running)) => {
            let again = event
                .attempt
                .filter(|attempt| *attempt > 1)
                .map(|attempt| format!(" (attempt {attempt})"))
                .unwrap_or_default();
            // A container tells what it has decided.
            let decided = event.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
            Some(format!("▶ {label}{again}{decided}"))
        }
        (EventType::Progress, Some(StepRunStatus::Completed)) => {
            let tokens = event.token_usage.map_or(0, |usage| usage.input_tokens + usage.output_tokens);
            let tokens = plural(tokens, "token", "tokens");
            let seconds =
                std::time::Duration::from_millis(event.duration_ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0))
                    .as_secs_f64();
            let cost = known_cost(event.cost_estimate.unwrap_or(0.0), event.unpriced_calls.unwrap_or(0));
            let before = indent(event.path.as_ref());
            let warning =
                event.message.as_ref().map(|message| format!("\n{before}⚠ {label}: {message}")).unwrap_or_default();
            Some(format!("✔ {label}  {seconds:.1} s, {tokens}, {cost}{warning}"))
        }
        (EventType::Retry, _) => Some(format!("↻ {label}: {message}")),
        (EventType::Skipped, _) => Some(format!("- {label}: {message}")),
        (EventType::Error, Some(_)) => Some(format!("✘ {label}: {message}")),
        _ => None,
    }
}

/// Whether a person can be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() || std::env::var_os("SLUICE_ASK").is_some()
}

/// Asks for a decision at a gate; `None` when the input ends.
pub fn ask(label: &str, gate: &Gate) -> Option<DecideGate> {
    tell_line(&format!("\n⏸ {label}: {}", gate.message));
    let shown = match gate.kind {
        GateKind::Review => Some("Text to review"),
        GateKind::ToolCall => Some("Arguments"),
        GateKind::Budget | GateKind::OutcomeUnknown | GateKind::InterruptedOften | GateKind::Unknown => None,
    };
    if let Some((title, content)) = shown.zip(gate.content.as_ref()) {
        tell_line(&format!("--- {title} ---\n{content}\n----------------------------"));
    }
    let names: Vec<&str> = gate.decisions.iter().map(|decision| decision.as_str()).collect();
    loop {
        let answer = prompt(&format!("Decide ({}): ", names.join(", ")))?;
        let decision = match chosen(&answer, &gate.decisions) {
            Ok(decision) => decision,
            Err(message) => {
                tell_line(&message);
                continue;
            }
        };
        let opened_seq = Some(gate.opened_seq);
        let mut request = DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq };
        match decision {
            ReviewDecision::Revise => request.comment = Some(prompt("Changes to make: ")?),
            ReviewDecision::RaiseBudget => request.budget_usd = prompt("New budget in US dollars: ")?.parse().ok(),
            ReviewDecision::Approve => {
                let edited = prompt("Approve as it is (Enter), or read the edited text from a file: ")?;
                if !edited.is_empty() {
                    match read_file(Path::new(&edited), u64::try_from(MAX_OUTPUT_BYTES).unwrap_or(u64::MAX)) {
                        Ok(text) => request.content = Some(text),
                        Err(error) => {
                            tell_line(&error);
                            continue;
                        }
                    }
                }
            }
            // Decisions that this version does not know are not offered.
            ReviewDecision::Unknown => continue,
            // The decision holds even if the input ends here.
            ReviewDecision::Reject => {
                request.comment = prompt("Why? (Enter for no comment) ").filter(|comment| !comment.is_empty());
            }
            ReviewDecision::Stop | ReviewDecision::Repeat | ReviewDecision::AssumeDone | ReviewDecision::Fail => {}
        }
        return Some(request);
    }
}

/// The decision that an answer means: its name, or letters that only one begins with.
fn chosen(answer: &str, decisions: &[ReviewDecision]) -> Result<ReviewDecision, String> {
    let answer = answer.to_lowercase();
    if let Some(exact) = decisions.iter().find(|decision| decision.as_str() == answer) {
        return Ok(*exact);
    }
    let fits = |decision: &&ReviewDecision| !answer.is_empty() && decision.as_str().starts_with(&answer);
    let fitting: Vec<ReviewDecision> = decisions.iter().filter(fits).copied().collect();
    match fitting.as_slice() {
        [only] => Ok(*only),
        [] => Err(format!("“{answer}” is not one of them.")),
        several => {
            let names: Vec<&str> = several.iter().map(|decision| decision.as_str()).collect();
            Err(format!("“{answer}” may be {}: type more of it.", names.join(" or ")))
        }
    }
}

/// Asks a question; `None` when the input ends or holds a line that is too long.
fn prompt(question: &str) -> Option<String> {
    tell(question);
    answer(std::io::stdin().lock())
}

fn answer(input: impl BufRead) -> Option<String> {
    let mut line = String::new();
    match input.take(MAX_ANSWER_BYTES + 1).read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(length) if u64::try_from(length).unwrap_or(u64::MAX) > MAX_ANSWER_BYTES => {
            tell_line(&format!("the answer is longer than {} KiB", MAX_ANSWER_BYTES / 1024));
            None
        }
        Ok(_) => Some(line.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use sluice_types::ExecutionId;

    use super::*;

    #[test]
    fn letters_mean_a_decision_when_only_one_begins_with_them() {
        let decisions = [ReviewDecision::Approve, ReviewDecision::Reject, ReviewDecision::Revise];
        for (answer, meant) in [("a", "approve"), ("REJ", "reject"), ("rev", "revise"), ("revise", "revise")] {
            assert_eq!(chosen(answer, &decisions).map(ReviewDecision::as_str), Ok(meant));
        }
        assert_eq!(chosen("r", &decisions), Err("“r” may be reject or revise: type more of it.".into()));
        assert!(chosen("", &decisions).is_err() && chosen("approves", &decisions).is_err());
    }

    #[test]
    fn progress_is_told_in_one_line() {
        let event = |progress: f64, total: Option<f64>, message: Option<&str>| ExecutionEvent {
            progress: Some(progress),
            total,
            message: message.map(str::to_owned),
            ..ExecutionEvent::of_execution(
                EventType::ToolProgress,
                &ExecutionId::new("execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap(),
                DateTime::default(),
            )
        };
        assert_eq!(how_far(&event(3.0, Some(10.0), Some("reading\n page 3"))), "3 of 10: reading page 3");
        assert_eq!(how_far(&event(0.333_333, None, Some(" "))), "0.33");
        assert_eq!(how_far(&event(-100.0, Some(0.0), None)), "-100 of 0");
    }

    #[test]
    fn an_answer_is_read_up_to_its_limit() {
        let line = |bytes: u64| "x".repeat(usize::try_from(bytes).unwrap());
        assert_eq!(answer(line(MAX_ANSWER_BYTES).as_bytes()).map(|answer| answer.len()), Some(128 * 1024));
        assert_eq!(answer(line(MAX_ANSWER_BYTES + 1).as_bytes()), None);
        assert_eq!(answer(std::io::empty()), None);
    }
}
