//! The designer that needs no model: it goes by the words of the prompt, and says so. The same prompt and the same
//! inventory give the same design.

mod clauses;
mod parts;
mod refine;
mod steps;
mod tools;
mod whole;

use std::time::Duration;

use sluice_types::{ErrorCode, TokenUsage, WorkflowTemplate, built_in_templates, estimated_tokens};
use tokio::time::{Instant, sleep_until};

use super::answer::{Answer, Read};
use super::ask::{Asking, timed_out};
use super::error::DesignError;
use super::inventory::Inventory;
use super::request::{DesignProgress, DesignRequest};
use super::words::words;
use clauses::{clauses, name_of};
use steps::Assembly;

/// What each explanation begins with.
const SIMULATED: &str = "Simulated by the demo designer, from the words of the request and without a model.";
/// Characters of a prompt that are looked at.
const READ_CHARS: usize = 4_000;

/// The answer to a request. It is told in pieces, as that of a model.
pub async fn answer(
    asking: &mut Asking<'_>,
    request: &DesignRequest,
    inventory: &Inventory,
) -> Result<Read, DesignError> {
    (asking.progress)(DesignProgress::Call { number: 1 });
    if let Some((code, message)) = failure(&request.candidate.model) {
        return Err(DesignError::failed(code, message));
    }
    let answer = designed(request, inventory);
    let text = serde_json::to_string_pretty(&answer.definition).unwrap_or_default();
    let (pause, count) = pacing(&request.candidate.model);
    let chars: Vec<char> = format!("{}\n\n{text}", answer.explanation).chars().collect();
    for piece in chars.chunks(chars.len().div_ceil(count).max(1)) {
        let next = Instant::now() + pause;
        match asking.cancelled.clone().run_until_cancelled(sleep_until(next.min(asking.deadline))).await {
            None => return Err(DesignError::Cancelled),
            Some(()) if next > asking.deadline => return Err(timed_out()),
            Some(()) => asking.tell_text(piece.iter().collect()),
        }
    }
    asking.add_free(TokenUsage {
        input_tokens: estimated_tokens(&request.prompt),
        output_tokens: estimated_tokens(&text),
        ..TokenUsage::default()
    });
    Ok(Read { answer, left_out: Vec::new() })
}

/// The failures that models of `demo` show.
fn failure(model: &str) -> Option<(ErrorCode, &'static str)> {
    Some(match model {
        "demo-broken" => (ErrorCode::ProviderRejected, "demo-broken refuses every request."),
        "demo-flaky" => {
            (ErrorCode::ProviderUnavailable, "demo-flaky has no capacity. Try again, or choose another model.")
        }
        "demo-cut" => (ErrorCode::GenerationFailed, "The answer was cut at its token limit (simulated)."),
        "demo-refuse" => (ErrorCode::GenerationFailed, "The model refused the request (simulated)."),
        "demo-filter" => (ErrorCode::GenerationFailed, "A filter withheld the answer (simulated)."),
        "demo-silent" => (ErrorCode::AttemptTimedOut, "The model was silent for too long (simulated)."),
        _ => return None,
    })
}

/// The pause before each piece of the answer, and the number of pieces.
fn pacing(model: &str) -> (Duration, usize) {
    match model {
        "demo-slow" => (Duration::from_millis(100), 30),
        "demo-instant" => (Duration::ZERO, 3),
        _ => (Duration::from_millis(20), 20),
    }
}

/// The design of a request.
fn designed(request: &DesignRequest, inventory: &Inventory) -> Answer {
    let prompt: String = request.prompt.chars().take(READ_CHARS).collect();
    let mut answer = match &request.base {
        Some(base) => refine::refined(&prompt, base, inventory),
        None => template(&prompt).map_or_else(|| assembled(&prompt, inventory), |it| from_template(&prompt, it)),
    };
    answer.explanation = format!("{SIMULATED} {}", answer.explanation);
    answer
}

/// A workflow with a step for each part of the prompt.
fn assembled(prompt: &str, inventory: &Inventory) -> Answer {
    let mut assembly = Assembly::new(inventory);
    for clause in clauses(prompt) {
        assembly.add(&clause);
    }
    assembly.into_answer(prompt)
}

/// The built-in template whose name the prompt has.
fn template(prompt: &str) -> Option<&'static WorkflowTemplate> {
    let prompt = words(prompt);
    built_in_templates().iter().find(|template| {
        let name = words(&template.name);
        name.len() > 1 && name.is_subset(&prompt)
    })
}

fn from_template(prompt: &str, template: &WorkflowTemplate) -> Answer {
    Answer {
        name: name_of(prompt),
        description: template.description.clone(),
        tags: template.tags.clone(),
        definition: template.definition.clone(),
        explanation: format!("The request names the template “{}”: the workflow is a copy of it.", template.name),
        ..Answer::default()
    }
}

#[cfg(test)]
mod tests;
