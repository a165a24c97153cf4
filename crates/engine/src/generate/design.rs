//! The course of a generation: call, read, check, and back to the model with what is wrong, three times at the most.

use sluice_types::json::{self, ReadError};
use sluice_types::limits::{MAX_GENERATION_CALLS, MAX_REFINED_BYTES};
use sluice_types::{ErrorCode, LintFinding, ProviderName, Severity, TenantId};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::answer::{Read, read};
use super::ask::{Asking, Progress, Said, Spent};
use super::check_prompt::{KEY_FOUND, check_prompt, has_key};
use super::conversation::Conversation;
use super::demo;
use super::error::DesignError;
use super::inventory::Inventory;
use super::request::{Base, Design, DesignProgress, DesignRequest};
use super::settle::{Settled, Settling, with_note};
use crate::blocking::off_thread;
use crate::engine::Engine;

impl Engine {
    /// Designs a workflow. Each step of it goes to `progress`; `cancelled` ends it at once. What was spent is told when it
    /// fails too.
    pub async fn design(
        &self,
        tenant: &TenantId,
        request: DesignRequest,
        progress: Progress<'_>,
        cancelled: CancellationToken,
    ) -> Result<Design, DesignError> {
        check_request(&request)?;
        let inventory = Inventory::read(self, tenant).await?;
        let told = inventory.told(&request.prompt, &request.candidate);
        let deadline = Instant::now() + self.shared.limits.generation;
        let mut asking = Asking { engine: self, tenant, progress, cancelled, deadline, spent: Spent::default() };
        let settling =
            Settling { engine: self, tenant, base: request.base.as_ref(), inventory: &inventory, told: &told };
        if request.candidate.provider == ProviderName::Demo.as_str() {
            let answer = demo::answer(&mut asking, &request, &inventory).await?;
            return Ok(settling.settle(answer).await?.design);
        }
        let conversation = Conversation::new(&request, &told.text);
        repaired(&mut asking, &settling, conversation).await
    }
}

/// Refuses what must not be sent.
fn check_request(request: &DesignRequest) -> Result<(), DesignError> {
    check_prompt(&request.prompt)?;
    let Some(Base { name, description, definition, .. }) = &request.base else { return Ok(()) };
    let definition = serde_json::to_value(definition).unwrap_or_default();
    if json::size(&definition) > MAX_REFINED_BYTES {
        let message = format!("A workflow of more than {MAX_REFINED_BYTES} bytes cannot be changed by a model.");
        return Err(DesignError::failed(ErrorCode::InvalidDefinition, message));
    }
    if [name, description, &definition.to_string()].into_iter().any(|text| has_key(text)) {
        return Err(DesignError::failed(ErrorCode::SecretInPrompt, KEY_FOUND.replace("prompt", "workflow")));
    }
    Ok(())
}

/// Asks until nothing is wrong, or the calls are used up. The best answer counts.
async fn repaired(
    asking: &mut Asking<'_>,
    settling: &Settling<'_>,
    mut conversation: Conversation,
) -> Result<Design, DesignError> {
    let mut best: Option<Settled> = None;
    let mut why = String::new();
    for number in 1..=MAX_GENERATION_CALLS {
        (asking.progress)(DesignProgress::Call { number });
        let said = match (asking.ask(conversation.call()).await, best.take()) {
            (Ok(said), kept) => {
                best = kept;
                said
            }
            // What is there is paid for: it counts, with its findings.
            (Err(DesignError::Failed(error)), Some(kept)) => return Ok(cut_short(kept, &error.message)),
            (Err(error), _) => return Err(error),
        };
        // A large answer takes time to be read.
        let (said, read) = off_thread(move || {
            let read = read_said(&said);
            (said, read)
        })
        .await;
        let problems = match read {
            Ok(read) => {
                let settled = settling.settle(read).await?;
                let problems = settled.to_mend.clone();
                if best.as_ref().is_none_or(|best| settled.errors() <= best.errors()) {
                    best = Some(settled);
                }
                problems
            }
            Err(unread) => {
                let problem = not_readable(&unread);
                why.clone_from(&problem.message);
                vec![problem]
            }
        };
        if problems.is_empty() || said.is_refusal() || number == MAX_GENERATION_CALLS {
            break;
        }
        (asking.progress)(DesignProgress::Repair { findings: problems.len() });
        conversation.repair(said, &problems);
    }
    best.map(|best| best.design).ok_or_else(|| {
        let message = format!("The model gave no workflow: {why}. Say it in other words, or choose another model.");
        DesignError::failed(ErrorCode::GenerationFailed, message)
    })
}

fn read_said(said: &Said) -> Result<Read, ReadError> {
    said.json().map_err(|message| ReadError { pointer: String::new(), message }).and_then(read)
}

/// What the model is told of an answer that cannot be read. Only the model reads it.
fn not_readable(ReadError { pointer, message }: &ReadError) -> LintFinding {
    let place = if pointer.is_empty() { String::new() } else { format!("at `{pointer}` of the answer: ") };
    LintFinding {
        severity: Severity::Error,
        pointer: String::new(),
        code: "answer_not_readable".into(),
        message: format!("{place}{message}"),
        fix: None,
    }
}

/// A design whose repair failed.
fn cut_short(Settled { design, .. }: Settled, why: &str) -> Design {
    let explanation = with_note(&design.explanation, &format!("The findings were not fixed: {why}"));
    Design { explanation, ..design }
}
