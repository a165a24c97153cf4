//! What runs inside a container: the case, the items, the next round. It is evaluated once and recorded.

use std::sync::Arc;

use serde_json::Value;
use sluice_types::amounts::plural;
use sluice_types::limits::{
    MAX_GATHERED_DEPTH, MAX_ITEM_BYTES, MAX_ITEMS, MAX_ITEMS_BYTES, MAX_PATH_BYTES, MAX_TESTED,
};
use sluice_types::{
    BlockAddress, Choice, ErrorCode, EventType, ExecutionEvent, Index, LoopEnd, OTHERWISE, Place, RunError, Segment,
    Slot, StepKind, StepPath, StepRunStatus, Tested,
};

use super::list::ListPath;
use super::size::size_of;
use crate::machine::outcome::{Answer, Condition, Evaluation, Question, Verdict};
use crate::machine::{Env, Machine};

/// What a container decided, with the items of a `for_each`.
type Decided = (Choice, Option<Arc<Vec<Value>>>);

impl Machine {
    /// The expressions that a container needs to decide; `None` when it needs none, or they were evaluated.
    pub(in crate::machine) fn evaluation_to_decide(&self, path: &StepPath) -> Option<Evaluation> {
        if self.turn.answers.contains_key(path) {
            return None;
        }
        let question = match &self.place(path)?.step.kind {
            StepKind::Conditional(conditional) => {
                let cases = conditional.cases.iter();
                let condition = |case: &sluice_types::definition::Case| Condition {
                    field: format!("`when` of the case `{}`", case.name),
                    source: case.when.clone(),
                };
                Question::Conditions(cases.map(condition).collect())
            }
            StepKind::Parallel(parallel) => Question::Items(parallel.for_each.clone()?),
            StepKind::Loop(_)
            | StepKind::Llm(_)
            | StepKind::Review(_)
            | StepKind::Tool(_)
            | StepKind::Agent(_)
            | StepKind::Unknown(_) => return None,
        };
        Some(Evaluation { path: path.clone(), at: path.clone(), question })
    }

    /// The same for the end of a loop after the round that has ended.
    pub(in crate::machine) fn evaluation_to_judge(&self, path: &StepPath) -> Option<Evaluation> {
        if self.turn.answers.contains_key(path) {
            return None;
        }
        let place = self.place(path)?;
        let StepKind::Loop(body) = &place.step.kind else { return None };
        let round = self.runs.frontier().lanes(path)?.opened;
        // The condition sees the steps of the round that has ended.
        let last = body.steps.last().and_then(|step| ListPath::inside(path, Segment::Index(round))?.step(&step.id));
        let condition = Condition { field: "`until`".into(), source: body.until.clone() };
        let question = Question::Conditions(vec![condition]);
        Some(Evaluation { path: path.clone(), at: last.unwrap_or_else(|| path.clone()), question })
    }

    /// Decides what runs inside a container, and begins with it. A container that cannot decide fails.
    pub(in crate::machine) fn decide(&mut self, path: &StepPath) {
        match self.decided(path) {
            Ok((choice, items)) => self.begin_container(path, choice, items),
            Err(error) => self.fail_step(path, error),
        }
    }

    fn decided(&mut self, path: &StepPath) -> Result<Decided, RunError> {
        let answer = self.turn.answers.remove(path).transpose()?;
        let place = self.place(path).ok_or_else(|| internal(path))?;
        check_paths(&self.index, place, path)?;
        match (&place.step.kind, answer) {
            (StepKind::Conditional(conditional), Some(Answer::Verdicts(verdicts))) => {
                let held = verdicts.iter().position(|verdict| verdict.held);
                let names = conditional.cases.iter().map(|case| case.name.as_str());
                let case = match held {
                    Some(held) => names.clone().nth(held),
                    None => conditional.otherwise.is_some().then_some(OTHERWISE),
                };
                let case = case.map(str::to_owned);
                let tested = verdicts.into_iter().zip(names);
                let tested = tested.map(|(verdict, name)| tested_of(verdict, Some(name.to_owned()), None)).collect();
                Ok((Choice { case, tested, ..Choice::default() }, None))
            }
            (StepKind::Parallel(_), Some(Answer::Items(items))) => {
                check_items(&items)?;
                let count = u32::try_from(items.len()).ok();
                Ok((Choice { count, ..Choice::default() }, Some(items)))
            }
            (StepKind::Parallel(parallel), None) => {
                let count = u32::try_from(parallel.branches.len()).ok();
                Ok((Choice { count, ..Choice::default() }, None))
            }
            (StepKind::Loop(body), None) if body.max_iterations == 0 => {
                let message = "The loop has no `max_iterations`, so that it might never end: give it one.";
                Err(RunError::new(ErrorCode::InvalidDefinition, message))
            }
            (StepKind::Loop(_), None) => Ok((Choice { iterations: Some(0), ..Choice::default() }, None)),
            _ => Err(internal(path)),
        }
    }

    fn begin_container(&mut self, path: &StepPath, choice: Choice, items: Option<Arc<Vec<Value>>>) {
        let now = self.turn.now;
        let message = told(&choice, items.is_some());
        self.change(path, |record| {
            record.run.choice = Some(choice);
            record.items = items;
            record.run.started_at = Some(now);
        });
        self.journal.state.started_at.get_or_insert(now);
        self.enter(path);
        let event = self.event_of(EventType::Progress, path);
        self.emit(ExecutionEvent { message, ..event });
    }

    /// Goes on inside a container that has decided, with the lists of it that have not ended.
    fn enter(&mut self, path: &StepPath) {
        if self.runs.status(path) != StepRunStatus::Running {
            self.change(path, |record| {
                record.run.status = StepRunStatus::Running;
                record.run.completed_at = None;
                record.run.stale = false;
            });
        }
        // The rounds of a loop that were judged are over. Other lists that are over are opened once more, and end at once.
        let over = self.runs.get(path).and_then(|run| run.choice.as_ref()?.iterations).unwrap_or(0);
        self.runs.frontier_mut().enter(path, over);
    }

    /// Enters a container that has decided before: after a crash, or as some of its steps run again.
    pub(in crate::machine) fn enter_again(&mut self, path: &StepPath) {
        let was_over = self.runs.status(path) != StepRunStatus::Running;
        self.enter(path);
        if was_over {
            let event = self.event_of(EventType::Progress, path);
            self.emit(event);
        }
    }

    /// Decides whether a loop ends after the round that has ended.
    pub(in crate::machine) fn judge(&mut self, path: &StepPath, env: &Env<'_>) {
        let verdict = match self.turn.answers.remove(path) {
            Some(Ok(Answer::Verdicts(verdicts))) => verdicts.into_iter().next(),
            Some(Err(error)) => return self.fail_container(path, error, env),
            Some(Ok(Answer::Texts(_) | Answer::Items(_) | Answer::Arguments(_))) | None => None,
        };
        let Some(verdict) = verdict else { return self.fail_container(path, internal(path), env) };
        let Some(StepKind::Loop(body)) = self.place(path).map(|place| &place.step.kind) else { return };
        let most = body.max_iterations;
        let round = self.runs.frontier().lanes(path).map_or(0, |lanes| lanes.opened);
        let held = verdict.held;
        self.change(path, |record| {
            let choice = record.run.choice.get_or_insert_default();
            choice.iterations = Some(round);
            choice.tested.push(tested_of(verdict, None, Some(round)));
            let surplus = choice.tested.len().saturating_sub(MAX_TESTED);
            choice.tested.drain(..surplus);
            choice.finished = if held {
                Some(LoopEnd::Until)
            } else if round >= most {
                Some(LoopEnd::MaxIterations)
            } else {
                None
            };
        });
        // A round is progress.
        self.journal.state.interruptions = 0;
        self.runs.frontier_mut().stir(super::Node::Container(path.clone()));
    }
}

fn tested_of(verdict: Verdict, case: Option<String>, iteration: Option<u32>) -> Tested {
    Tested { case, iteration, held: verdict.held, values: verdict.values }
}

fn internal(path: &StepPath) -> RunError {
    RunError::new(ErrorCode::Internal, format!("`{path}` cannot decide what runs inside"))
}

/// What a container decided, for its event.
fn told(choice: &Choice, has_items: bool) -> Option<String> {
    if let Some(count) = choice.count {
        let (one, many) = if has_items { ("item", "items") } else { ("branch", "branches") };
        return Some(plural(count.into(), one, many));
    }
    if choice.iterations.is_some() {
        return None;
    }
    Some(match &choice.case {
        Some(case) => format!("Case “{case}”."),
        None => "No case matches.".into(),
    })
}

/// Refuses a container whose steps would have paths that are longer than a path may be.
fn check_paths(index: &Index, place: &Place, path: &StepPath) -> Result<(), RunError> {
    for inner in place.step.kind.blocks() {
        // The longest number has as many digits as `MAX_ITEMS`.
        let segment = match &inner.slot {
            Slot::Branch(name) | Slot::Case(name) => name.as_str().len(),
            Slot::Otherwise => OTHERWISE.len(),
            Slot::Each | Slot::Body => MAX_ITEMS.to_string().len(),
        };
        let address = BlockAddress::Inner { parent: place.step.id.clone(), slot: inner.slot };
        let longest = index.block(&address).map(|place| place.step.id.as_str().len()).max().unwrap_or(0);
        if path.as_str().len() + segment + longest + "..".len() > MAX_PATH_BYTES {
            let message = format!(
                "The path of a step in it would be longer than {MAX_PATH_BYTES} bytes: shorten the ids of its containers."
            );
            return Err(RunError::new(ErrorCode::InvalidDefinition, message));
        }
    }
    Ok(())
}

fn check_items(items: &[Value]) -> Result<(), RunError> {
    if items.len() > MAX_ITEMS {
        let message = format!(
            "`for_each` has {} items, and at most {MAX_ITEMS} are run: take a part of them, or group them, as with `| batch(100)`.",
            items.len()
        );
        return Err(RunError::new(ErrorCode::TooManyItems, message));
    }
    let mut all = 0;
    for (at, item) in items.iter().enumerate() {
        let size = size_of(item);
        all += size.bytes;
        let fault = if size.bytes > MAX_ITEM_BYTES {
            format!("has more than {MAX_ITEM_BYTES} bytes")
        } else if size.depth > MAX_GATHERED_DEPTH {
            format!("nests lists or objects deeper than {MAX_GATHERED_DEPTH} levels")
        } else {
            continue;
        };
        let message = format!("Item {at} {fault}: cut it, or run over its parts.");
        return Err(RunError::new(ErrorCode::ItemTooLarge, message));
    }
    if all > MAX_ITEMS_BYTES {
        let message = format!("The items have more than {MAX_ITEMS_BYTES} bytes together: run over fewer at once.");
        return Err(RunError::new(ErrorCode::TooManyItems, message));
    }
    Ok(())
}
