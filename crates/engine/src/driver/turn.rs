//! A turn of an actor: evaluate templates, write the turn, publish its events, carry out its effects.

use std::sync::Arc;
use std::time::Duration;

use sluice_store::{IdempotencyKey, Retry, StartRecord, StoreError, Turn, UNKNOWN_RETRIES};
use sluice_types::ExecutionEvent;

use super::actor::{Actor, Flow};
use crate::faults::FaultPoint;
use crate::hub::{Advance, Frame};
use crate::key::ExecutionKey;
use crate::machine::{Effect, Machine, Outcome, Step};

impl Actor {
    /// The turn that starts the execution.
    pub async fn first_turn(&self) -> Option<Outcome> {
        let step = self.with_env(Machine::start);
        self.evaluated(step).await
    }

    /// The record of a start, with its first turn.
    pub fn start_record(&self, outcome: &Outcome, idempotency: Option<IdempotencyKey>) -> StartRecord {
        let machine = self.machine();
        let journal = machine.journal();
        StartRecord {
            turn: Turn {
                snapshot: Some(journal.snapshot.clone()),
                // Outputs that were given for a try are in no turn.
                step_runs: machine.runs().records().cloned().collect(),
                ..outcome.turn.clone()
            },
            owner: self.shared.engine_id.clone(),
            workflow_id: journal.workflow_id.clone(),
            workflow_version: journal.workflow_version,
            tried_step: journal.tried_step.clone(),
            input: journal.input.clone(),
            triggered_by: journal.triggered_by.clone(),
            metadata: journal.metadata.clone(),
            created_at: journal.created_at,
            idempotency,
        }
    }

    /// Evaluates templates until the turn is complete; `None` when there is no turn to write.
    async fn evaluated(&self, mut step: Step) -> Option<Outcome> {
        loop {
            match step {
                Step::Needs(evaluations) => {
                    let texts = self.evaluate(evaluations).await;
                    step = self.with_env(|machine, env| machine.evaluated(texts, env));
                }
                Step::Done(outcome) => return Some(*outcome),
                Step::Ignored => return None,
            }
        }
    }

    /// Completes a turn: writes it, with the idempotency key of its command, and acts on it.
    pub(super) async fn complete(&mut self, step: Step, key: Option<Arc<IdempotencyKey>>) -> Flow {
        let Some(Outcome { turn, events, effects }) = self.evaluated(step).await else { return Flow::GoOn };
        if self.stops_at(FaultPoint::BeforeCommit) {
            return Flow::Stop;
        }
        let turn = Arc::new(turn);
        match self.write(&turn, key).await {
            Flow::GoOn => {}
            stopped => return stopped,
        }
        if self.stops_at(FaultPoint::AfterCommit) {
            return Flow::Stop;
        }
        self.publish(&turn, &events);
        self.carry_out(effects)
    }

    fn stops_at(&self, point: FaultPoint) -> bool {
        let stops = self.shared.faults.stops_at(point);
        if stops {
            self.shared.halt();
        }
        stops
    }

    /// Writes a turn. Waits while the database is unavailable: effects come after the write.
    async fn write(&self, turn: &Arc<Turn>, key: Option<Arc<IdempotencyKey>>) -> Flow {
        let id = &turn.execution_id;
        let mut wait = Duration::from_millis(50);
        for writes in 1.. {
            let error = match self.try_write(turn, key.as_ref()).await {
                Ok(()) => return Flow::GoOn,
                Err(error) => error,
            };
            let again = match error.retry() {
                Retry::UntilDone => true,
                Retry::SomeTimes => writes < UNKNOWN_RETRIES,
                Retry::Never => false,
            };
            if matches!(error, StoreError::Fenced) {
                tracing::warn!(execution_id = %id, "another engine owns the execution now");
                return Flow::Stop;
            }
            if matches!(error, StoreError::KeyUsed) {
                return self.discard_turn().await;
            }
            if !again {
                tracing::error!(execution_id = %id, %error, "the turn can never be written");
                self.give_up().await;
                return Flow::Refused(error);
            }
            tracing::warn!(execution_id = %id, %error, "the turn could not be written; retrying");
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(2));
        }
        Flow::Stop
    }

    async fn try_write(&self, turn: &Arc<Turn>, key: Option<&Arc<IdempotencyKey>>) -> Result<(), StoreError> {
        let store = &self.shared.store;
        match key {
            None => store.write_turn(turn.clone()).await,
            Some(key) => store.write_turn_once(turn.clone(), key.clone(), self.shared.outside.clock.now()).await,
        }
    }

    /// Discards a turn that was not written: the machine continues from the stored journal.
    async fn discard_turn(&self) -> Flow {
        let (ExecutionKey { tenant, id }, epoch) = (&self.key, self.machine().journal().epoch);
        match self.shared.store.journal(tenant, id).await {
            Ok(Some(stored)) if stored.epoch == epoch => {
                *self.machine() = Machine::new(stored);
                Flow::Discarded
            }
            // The next actor reads the journal.
            _ => Flow::Stop,
        }
    }

    /// Fails an execution whose turn the database rejects, from the stored journal: otherwise the run could neither
    /// continue nor be cancelled. An execution of another engine, or one that is not live, stays as it is.
    pub(super) async fn give_up(&self) {
        let (ExecutionKey { tenant, id }, epoch) = (&self.key, self.machine().journal().epoch);
        let Ok(Some(stored)) = self.shared.store.journal(tenant, id).await else { return };
        if stored.epoch != epoch || !stored.state.live {
            return;
        }
        *self.machine() = Machine::new(stored);
        let outcome = self.with_env(Machine::give_up);
        match self.shared.store.write_turn(Arc::new(outcome.turn.clone())).await {
            Ok(()) => self.publish(&outcome.turn, &outcome.events),
            Err(error) => tracing::error!(execution_id = %id, %error, "its failure cannot be written either"),
        }
    }

    /// Publishes the written events. A reader that subscribes after `has_readers` reads the committed rows, so no event
    /// is lost.
    fn publish(&self, turn: &Turn, events: &[ExecutionEvent]) {
        if self.channel.has_readers() {
            let events = turn.events.iter().zip(events);
            self.channel.publish(
                events.map(|(stored, event)| Frame::stored(stored, event.event_type.as_str(), event.ends_stream())),
            );
        }
        let may_have_settled = turn.state.status.is_settled();
        self.channel.advance(Advance { seq: turn.state.last_seq, may_have_settled });
    }

    /// Carries out the effects of a written turn.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> Flow {
        if self.stops_at(FaultPoint::AfterPublish) {
            return Flow::Stop;
        }
        for effect in effects {
            match effect {
                Effect::Begin(task) => self.begin(task),
                Effect::Abort(path) => {
                    self.queue().remove(&path);
                    if let Some(attempt) = self.attempts.remove(&path) {
                        attempt.abort();
                    }
                    self.channel.end_text(&path);
                }
                Effect::EndText(path) => {
                    self.attempts.remove(&path);
                    self.channel.end_text(&path);
                }
            }
        }
        Flow::GoOn
    }
}
