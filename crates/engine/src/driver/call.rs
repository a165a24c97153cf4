//! Calls of the machine: on the actor's thread, or on a blocking thread when they take time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sluice_types::StepPath;

use super::actor::Actor;
use super::call_queue::CallQueue;
use super::evaluate::{evaluate, evaluate_if_quick};
use crate::blocking::off_thread;
use crate::error::EngineError;
use crate::hub::Channel;
use crate::machine::{Env, Evaluated, Evaluation, Input, Machine, Step};
use crate::shared::Shared;

impl Actor {
    /// The machine. Only a call on a blocking thread locks it too, and the actor waits for its end.
    pub fn machine(&self) -> MutexGuard<'_, Machine> {
        // After a panic in a call, the actor panics too.
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls that wait for a permit. Locked as the machine is.
    pub(super) fn queue(&self) -> MutexGuard<'_, CallQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the machine with its environment.
    pub(super) fn with_env<T>(&self, call: impl FnOnce(&mut Machine, &Env<'_>) -> T) -> T {
        with_env(&self.shared, &self.channel, &self.queue, &mut self.machine(), call)
    }

    /// Passes an input to the machine.
    pub(super) async fn handle(&self, input: Input) -> Result<Step, EngineError> {
        let takes_long = self.machine().takes_long(&input);
        if !takes_long {
            return self.with_env(|machine, env| machine.handle(input, env));
        }
        let (shared, channel, queue) = (self.shared.clone(), self.channel.clone(), self.queue.clone());
        self.off_thread(move |machine| {
            with_env(&shared, &channel, &queue, machine, |machine, env| machine.handle(input, env))
        })
        .await
    }

    /// Evaluates templates for the machine.
    pub(super) async fn evaluate(&self, evaluations: Vec<Evaluation>) -> Vec<(StepPath, Evaluated)> {
        if let Some(quick) = evaluate_if_quick(&self.machine(), &evaluations) {
            return quick;
        }
        self.off_thread(move |machine| evaluate(machine, &evaluations)).await
    }

    /// Calls the machine on a blocking thread.
    async fn off_thread<T: Send + 'static>(&self, call: impl FnOnce(&mut Machine) -> T + Send + 'static) -> T {
        let machine = self.machine.clone();
        off_thread(move || call(&mut machine.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

fn with_env<T>(
    shared: &Shared,
    channel: &Arc<Channel>,
    queue: &Mutex<CallQueue>,
    machine: &mut Machine,
    call: impl FnOnce(&mut Machine, &Env<'_>) -> T,
) -> T {
    let text_of = |path: &StepPath, attempt: i32| channel.text_of(path, attempt);
    let thinking_of = |path: &StepPath, attempt: i32| channel.thinking_of(path, attempt);
    let is_queued = |path: &StepPath| queue.lock().unwrap_or_else(PoisonError::into_inner).holds(path);
    let env = Env {
        now: shared.outside.clock.now(),
        chance: shared.outside.ids.chance(),
        token: shared.outside.ids.turn_token(),
        draining: shared.is_draining(),
        backoff: shared.backoff,
        text_of: &text_of,
        thinking_of: &thinking_of,
        is_queued: &is_queued,
    };
    call(machine, &env)
}
