//! What `sluice run` shows: a line for each step, the text as it comes, and the questions at gates.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use sluice_types::{Event, EventType, Gate, GateKind, ReviewDecision, ReviewRequest, StepRunStatus};

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

    /// Shows an event.
    pub fn show(&mut self, event: &Event) {
        if event.event_type == EventType::Text {
            if let (Some(text), false) = (&event.text, self.quiet) {
                print!("{text}");
                // A terminal that is gone is no reason to stop the run.
                let _ = std::io::stdout().flush();
                self.in_text = true;
            }
            return;
        }
        let Some(line) = line_of(event) else { return };
        if self.in_text {
            println!();
            self.in_text = false;
        }
        eprintln!("{line}");
    }
}

fn line_of(event: &Event) -> Option<String> {
    let label = event.step_label.as_deref().unwrap_or_default();
    let message = event.message.as_deref().unwrap_or_default();
    match (event.event_type, event.step_status) {
        (EventType::Progress, Some(StepRunStatus::Running)) => {
            let again = event
                .attempt
                .filter(|attempt| *attempt > 1)
                .map(|attempt| format!(" (attempt {attempt})"))
                .unwrap_or_default();
            Some(format!("▶ {label}{again}"))
        }
        (EventType::Progress, Some(StepRunStatus::Completed)) => {
            let tokens = event.token_usage.map_or(0, |usage| usage.input_tokens + usage.output_tokens);
            let seconds =
                std::time::Duration::from_millis(event.duration_ms.and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0))
                    .as_secs_f64();
            Some(format!("✔ {label}  {seconds:.1} s, {tokens} tokens, ${:.4}", event.cost_estimate.unwrap_or(0.0)))
        }
        (EventType::Retry, _) => Some(format!("↻ {label}: {message}")),
        (EventType::Skipped, _) => Some(format!("- {label}: {message}")),
        (EventType::Error, Some(_)) => Some(format!("✘ {label}: {message}")),
        _ => None,
    }
}

/// Whether somebody is there to be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() || std::env::var_os("SLUICE_ASK").is_some()
}

/// Asks for a decision at a gate; `None` when the input ends.
pub fn ask(label: &str, gate: &Gate) -> Option<ReviewRequest> {
    eprintln!("\n⏸ {label}: {}", gate.message);
    if let Some(content) = gate.content.as_ref().filter(|_| gate.kind == GateKind::Review) {
        eprintln!("--- the text in question ---\n{content}\n----------------------------");
    }
    let names: Vec<&str> = gate.decisions.iter().map(|decision| decision.as_str()).collect();
    loop {
        let answer = prompt(&format!("Decide ({}): ", names.join(", ")))?;
        let fits = |decision: &&ReviewDecision| !answer.is_empty() && decision.as_str().starts_with(answer.as_str());
        let Some(decision) = gate.decisions.iter().find(fits).copied() else { continue };
        let mut request = ReviewRequest { decision, comment: None, content: None, budget_usd: None };
        match decision {
            ReviewDecision::Revise => request.comment = Some(prompt("What is to change? ")?),
            ReviewDecision::RaiseBudget => request.budget_usd = prompt("New budget in US dollars: ")?.parse().ok(),
            ReviewDecision::Approve => {
                let edited = prompt("Approve as it is (Enter), or read the edited text from a file: ")?;
                if !edited.is_empty() {
                    match std::fs::read_to_string(&edited) {
                        Ok(text) => request.content = Some(text),
                        Err(error) => {
                            eprintln!("{edited}: {error}");
                            continue;
                        }
                    }
                }
            }
            ReviewDecision::Reject
            | ReviewDecision::Stop
            | ReviewDecision::Repeat
            | ReviewDecision::AssumeDone
            | ReviewDecision::Fail => {}
        }
        return Some(request);
    }
}

fn prompt(question: &str) -> Option<String> {
    eprint!("{question}");
    let mut line = String::new();
    match std::io::stdin().lock().read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim().to_owned()),
    }
}
