//! The calls of an execution that wait for a permit.
//!
//! An execution waits for one permit at a time for each provider: then executions take turns, and one with a thousand
//! items does not hold up those of a few steps.

use std::collections::{BTreeMap, HashMap};

use sluice_types::StepPath;
use tokio_util::task::AbortOnDropHandle;

use super::actor::Actor;
use super::actors::Message;
use crate::call_permits::{CallPermit, Counted};
use crate::machine::Task;
use crate::work::Work;

/// The calls that wait, in the order in which their attempts began.
#[derive(Default)]
pub(super) struct CallQueue {
    /// By provider.
    lines: HashMap<String, Line>,
    /// The provider of each step run that waits, and its number in the line.
    numbers: HashMap<StepPath, (String, u64)>,
    next_number: u64,
}

/// The calls to one provider that wait, and the task that waits for the next permit.
struct Line {
    tasks: BTreeMap<u64, (Task, Counted)>,
    waiter: AbortOnDropHandle<()>,
}

impl CallQueue {
    /// Whether the call of a step run waits.
    pub fn holds(&self, path: &StepPath) -> bool {
        self.numbers.contains_key(path)
    }

    /// Whether no call waits.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    fn waits_for(&self, provider: &str) -> bool {
        self.lines.contains_key(provider)
    }

    /// Lets a call wait behind the others of its provider; the first one brings the waiter.
    fn push(&mut self, provider: &str, task: Task, counted: Counted, waiter: impl FnOnce() -> AbortOnDropHandle<()>) {
        self.next_number += 1;
        self.numbers.insert(task.path.clone(), (provider.to_owned(), self.next_number));
        let line = self.lines.entry(provider.to_owned());
        let line = line.or_insert_with(|| Line { tasks: BTreeMap::new(), waiter: waiter() });
        line.tasks.insert(self.next_number, (task, counted));
    }

    /// The call that has waited longest for a provider.
    fn pop(&mut self, provider: &str) -> Option<Task> {
        let line = self.lines.get_mut(provider)?;
        let (_, (task, _)) = line.tasks.pop_first()?;
        if line.tasks.is_empty() {
            self.lines.remove(provider);
        }
        self.numbers.remove(&task.path);
        Some(task)
    }

    /// Takes the call of a step run out. The last one of a line gives up its place among the executions.
    pub fn remove(&mut self, path: &StepPath) {
        let Some((provider, number)) = self.numbers.remove(path) else { return };
        let Some(line) = self.lines.get_mut(&provider) else { return };
        line.tasks.remove(&number);
        if line.tasks.is_empty() {
            self.lines.remove(&provider);
        }
    }
}

impl Actor {
    /// Begins an attempt that is written down: at once, or when its model call gets a permit.
    pub(super) fn begin(&mut self, task: Task) {
        let Some(provider) = provider_of(&task.work).map(str::to_owned) else { return self.run(task, None) };
        let is_behind = self.queue().waits_for(&provider);
        let permit = if is_behind { None } else { self.shared.calls.try_acquire(&self.key.tenant, &provider) };
        if permit.is_some() {
            return self.run(task, permit);
        }
        let counted = self.shared.calls.waits();
        self.queue().push(&provider, task, counted, || self.wait_for_permit(&provider));
    }

    /// Gives a permit to the call that has waited longest. Without one, the permit is free again.
    pub(super) fn take_permit(&mut self, provider: &str, permit: CallPermit) {
        let mut next = Some(permit);
        while let Some(permit) = next {
            let Some(task) = self.queue().pop(provider) else { return };
            self.run(task, Some(permit));
            if !self.queue().waits_for(provider) {
                return;
            }
            next = self.shared.calls.try_acquire(&self.key.tenant, provider);
        }
        let waiter = self.wait_for_permit(provider);
        if let Some(line) = self.queue().lines.get_mut(provider) {
            // The one before has sent its permit.
            drop(std::mem::replace(&mut line.waiter, waiter));
        }
    }

    /// Waits in a task of its own, and sends the permit to the actor.
    fn wait_for_permit(&self, provider: &str) -> AbortOnDropHandle<()> {
        let (shared, tenant, mailbox) = (self.shared.clone(), self.key.tenant.clone(), self.mailbox.clone());
        let provider = provider.to_owned();
        AbortOnDropHandle::new(tokio::spawn(async move {
            let permit = shared.calls.acquire(&tenant, &provider).await;
            // Ignore send errors: the actor has exited, and the permit is free again.
            let _ = mailbox.send(Message::Permit(provider, permit));
        }))
    }
}

/// The provider whose model a work calls.
fn provider_of(work: &Work) -> Option<&str> {
    match work {
        Work::Model(call) => Some(&call.provider),
        Work::Tool(_) | Work::ListTools(_) => None,
    }
}
