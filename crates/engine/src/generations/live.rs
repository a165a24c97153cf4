//! The generations that run in this process, and what their readers are told of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;
use sluice_store::GenerationProgress;
use sluice_types::limits::MAX_ANSWER_BYTES;
use sluice_types::{GenerationId, TenantId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::generate::DesignProgress;

/// Which generation of which tenant.
type Key = (TenantId, GenerationId);

/// The generations that run here.
#[derive(Default)]
pub struct LiveGenerations(DashMap<Key, Arc<LiveGeneration>>);

impl LiveGenerations {
    /// Makes the entry of a generation that is about to be written.
    pub fn begin(&self, tenant: &TenantId, id: &GenerationId) -> Arc<LiveGeneration> {
        let live = Arc::new(LiveGeneration::default());
        self.0.insert((tenant.clone(), id.clone()), live.clone());
        live
    }

    /// Removes a generation, and wakes all that wait for its end.
    pub fn end(&self, tenant: &TenantId, id: &GenerationId) {
        if let Some((_, live)) = self.0.remove(&(tenant.clone(), id.clone())) {
            live.state.send_modify(|state| state.ended = true);
        }
    }

    /// A generation, if it runs here.
    pub fn get(&self, tenant: &TenantId, id: &GenerationId) -> Option<Arc<LiveGeneration>> {
        self.0.get(&(tenant.clone(), id.clone())).map(|live| live.clone())
    }

    /// The ids of all.
    pub fn ids(&self) -> Vec<GenerationId> {
        self.0.iter().map(|entry| entry.key().1.clone()).collect()
    }

    /// How many run.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Stops all, because the server stops.
    pub fn interrupt_all(&self) {
        for live in &self.0 {
            live.interrupted.store(true, Ordering::Relaxed);
            live.cancelled.cancel();
        }
    }
}

/// A generation that runs here.
#[derive(Default)]
pub struct LiveGeneration {
    state: watch::Sender<LiveState>,
    /// Ends the design.
    pub cancelled: CancellationToken,
    /// Whether it is ended because the server stops.
    interrupted: AtomicBool,
}

impl LiveGeneration {
    /// Notes what the designer tells.
    pub fn tell(&self, told: DesignProgress) {
        self.state.send_modify(|state| state.note(told));
    }

    /// How far it is.
    pub fn progress(&self) -> GenerationProgress {
        self.state.borrow().progress
    }

    /// What readers see, from now on.
    pub fn watch(&self) -> watch::Receiver<LiveState> {
        self.state.subscribe()
    }

    /// Whether it is ended because the server stops.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// Waits until its end is written.
    pub async fn until_ended(&self) {
        // The sender lives as long as this does.
        let _ = self.watch().wait_for(|state| state.ended).await;
    }
}

/// What readers see of a generation that runs. The text is that of the present call only, so that a reader that comes late
/// reads what it can still follow.
#[derive(Debug, Clone, Default)]
pub struct LiveState {
    /// Calls and cost.
    pub progress: GenerationProgress,
    /// Characters of all answers so far.
    pub chars: usize,
    /// Findings that were sent back with the present call.
    pub findings: Option<usize>,
    /// The answer of the present call so far; no more than an answer may have.
    pub text: String,
    /// Whether its end is written.
    pub ended: bool,
}

impl LiveState {
    fn note(&mut self, told: DesignProgress) {
        match told {
            DesignProgress::Call { number } => {
                self.progress.calls = number;
                self.text.clear();
            }
            DesignProgress::Text { chars, text } => {
                self.chars = chars;
                if self.text.len() + text.len() <= MAX_ANSWER_BYTES {
                    self.text.push_str(&text);
                }
            }
            DesignProgress::Usage { cost_usd, token_usage } => {
                self.progress.cost_usd = cost_usd;
                self.progress.token_usage = token_usage;
            }
            DesignProgress::Repair { findings } => self.findings = Some(findings),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_that_of_the_present_call() {
        let live = LiveGeneration::default();
        let text = |chars, text: &str| DesignProgress::Text { chars, text: text.into() };
        for told in [
            DesignProgress::Call { number: 1 },
            text(5, "first"),
            DesignProgress::Repair { findings: 2 },
            DesignProgress::Call { number: 2 },
            text(9, "the "),
            text(15, "second"),
        ] {
            live.tell(told);
        }
        let state = live.watch().borrow().clone();
        assert_eq!((state.progress.calls, state.chars, state.text.as_str()), (2, 15, "the second"));
        assert_eq!(state.findings, Some(2));
    }

    #[test]
    fn no_more_text_is_kept_than_an_answer_may_have() {
        let live = LiveGeneration::default();
        for piece in ["a".repeat(MAX_ANSWER_BYTES), "b".into()] {
            live.tell(DesignProgress::Text { chars: 1, text: piece });
        }
        assert_eq!(live.watch().borrow().text.len(), MAX_ANSWER_BYTES);
    }

    #[tokio::test]
    async fn the_end_wakes_those_that_wait() {
        let (all, tenant) = (LiveGenerations::default(), TenantId::local());
        let id = GenerationId::new("generation-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11").unwrap();
        let live = all.begin(&tenant, &id);
        assert_eq!((all.len(), all.ids()), (1, vec![id.clone()]));
        let (waiting, ()) = tokio::join!(live.until_ended(), async { all.end(&tenant, &id) });
        let () = waiting;
        assert!(all.get(&tenant, &id).is_none());
    }
}
