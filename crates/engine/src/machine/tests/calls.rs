//! What agents and tools of the world in memory do.

use serde_json::{Value, json};
use sluice_providers::{Message, ModelCall, ToolCall};
use sluice_store::ListedTool;
use sluice_types::{ErrorCode, StepEffect, StepPath};

use super::world::End;
use crate::retry::{Failure, Sent};
use crate::work::{AttemptEnd, Made};

/// The tools of every agent: one that reads, one that writes.
pub fn tools() -> Vec<ListedTool> {
    [("look", StepEffect::Reads), ("write", StepEffect::Writes)]
        .map(|(name, effect)| ListedTool {
            id: format!("box:{name}"),
            name: format!("box_{name}"),
            description: String::new(),
            input_schema: json!({"type": "object"}),
            effect,
        })
        .to_vec()
}

/// The calls that a turn asks for: the prompt says it, one word for each turn. `l` looks, `w` writes, `u` is unknown, and `b`
/// has broken arguments.
pub fn asked(path: &StepPath, call: &ModelCall) -> Vec<ToolCall> {
    let Some(at) = path.in_agent() else { return Vec::new() };
    let Some(Message::User(prompt)) = call.messages.first() else { return Vec::new() };
    let turn = usize::try_from(at.turn).unwrap();
    let Some(letters) = prompt.split_whitespace().nth(turn - 1).filter(|word| *word != "end") else {
        return Vec::new();
    };
    let called = letters.chars().enumerate().map(|(number, letter)| {
        let (name, arguments) = match letter {
            'l' => ("box_look", json!({"turn": turn, "call": number})),
            'w' => ("box_write", json!({"turn": turn, "call": number})),
            'b' => ("box_look", json!("{\"turn\": ")),
            _ => ("box_gone", json!({})),
        };
        ToolCall { id: format!("call_{turn}_{number}"), name: name.into(), arguments }
    });
    called.collect()
}

/// The end of an attempt that reports no text.
pub fn without_text(path: StepPath, attempt: i32, made: Made, end: End) -> AttemptEnd {
    let failure =
        |code, retryable, sent| Failure { code, message: "It failed.".into(), retryable, retry_after: None, sent };
    let result = match end {
        End::Refused => Err(failure(ErrorCode::ProviderRateLimited, true, Sent::No)),
        End::Lost => Err(failure(ErrorCode::ProviderUnavailable, true, Sent::Maybe)),
        End::Rejected => Err(failure(ErrorCode::ToolFailed, false, Sent::No)),
        End::Answer | End::Spent | End::Cut | End::Thought | End::Filtered => Ok(Value::Null),
    };
    let (content, thinking, notes) = (String::new(), String::new(), Vec::new());
    let made = if result.is_ok() { made } else { Made::Text };
    let (usage, finish, checkpointed) = (None, None, false);
    AttemptEnd { path, attempt, content, thinking, checkpointed, usage, finish, notes, made, result }
}
