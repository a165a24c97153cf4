//! The containers: steps with lists of steps inside.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::reading::read_steps;
use super::words::words;
use super::{Step, StepKind, StepType};
use crate::block::{Block, BlockMut, InnerBlock, Slot};
use crate::ids::{BranchName, StepId};
use crate::integer;

/// The fields of a `parallel` step: branches, or steps that run for each item. Its output is a map by branch, or a list
/// in the order of the items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ParallelStep {
    /// The branches, which run at once. Give either these or `for_each`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub branches: Vec<Branch>,
    /// An expression that makes a list: `steps` runs once for each item, which is `item` there, with its `index`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<String>,
    /// The steps that run for each item.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_steps")]
    #[schema(no_recursion)]
    pub steps: Vec<Arc<Step>>,
    /// The step that each item begins with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// Branches or items that run at once; as many as the server allows when left out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "integer::optional")]
    pub max_concurrency: Option<u32>,
    /// What a failed branch or item does to the others; `fail` when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_error: Option<OnError>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

impl ParallelStep {
    /// Whether the other branches or items go on when one has failed. An unknown word counts as `fail`.
    #[must_use]
    pub const fn continues_on_error(&self) -> bool {
        matches!(self.on_error, Some(OnError::Continue))
    }

    /// Whether the step has a list that runs for each item. Without branches it has one, if an empty one.
    fn has_each(&self) -> bool {
        self.branches.is_empty() || self.for_each.is_some() || !self.steps.is_empty()
    }
}

/// A branch of a `parallel` step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Branch {
    /// Its name, unique in the step.
    pub name: BranchName,
    /// The steps, in the order in which they run.
    #[serde(default, deserialize_with = "read_steps")]
    #[schema(no_recursion, required = true)]
    pub steps: Vec<Arc<Step>>,
    /// The step to begin with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

words!(
    /// What a failed branch or item does to the others.
    OnError {
        /// The others are stopped, and the step fails.
        Fail = "fail",
        /// The others go on; the output has `null` in the place of the failed one, and `errors` has the error.
        Continue = "continue",
    }
);

/// The fields of a `conditional` step: the first case whose `when` is true runs. Its output is the last output in that
/// case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConditionalStep {
    /// The cases, tested in this order.
    #[serde(default)]
    #[schema(required = true)]
    pub cases: Vec<Case>,
    /// What runs when no case matches; nothing when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Otherwise>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

impl ConditionalStep {
    /// The jump of a case, or of `otherwise`.
    #[must_use]
    pub fn next_of(&self, slot: &Slot) -> Option<&StepId> {
        match slot {
            Slot::Case(name) => self.cases.iter().find(|case| case.name == *name)?.next.as_ref(),
            Slot::Otherwise => self.otherwise.as_ref()?.next.as_ref(),
            Slot::Branch(_) | Slot::Each | Slot::Body => None,
        }
    }

    /// The jumps of all cases and of `otherwise`, with their JSON pointers relative to the step.
    pub fn jumps(&self) -> impl Iterator<Item = (String, &StepId)> {
        let cases = self.cases.iter().enumerate();
        let cases = cases.filter_map(|(at, case)| Some((format!("/cases/{at}/next"), case.next.as_ref()?)));
        let otherwise = self.otherwise.iter().filter_map(|otherwise| otherwise.next.as_ref());
        cases.chain(otherwise.map(|next| ("/otherwise/next".to_owned(), next)))
    }

    /// The same, to change them.
    pub fn jumps_mut(&mut self) -> impl Iterator<Item = &mut Option<StepId>> {
        let cases = self.cases.iter_mut().map(|case| &mut case.next);
        cases.chain(self.otherwise.iter_mut().map(|otherwise| &mut otherwise.next))
    }
}

/// A case of a `conditional` step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// Its name, unique in the step. `otherwise` is reserved.
    pub name: BranchName,
    /// An expression that is true or false.
    #[serde(default)]
    #[schema(required = true)]
    pub when: String,
    /// The steps, in the order in which they run.
    #[serde(default, deserialize_with = "read_steps")]
    #[schema(no_recursion, required = true)]
    pub steps: Vec<Arc<Step>>,
    /// The step to begin with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// The step that runs after the case: the id of a step after the `conditional` step in its list, or `end`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// What a `conditional` step runs when no case matches.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Otherwise {
    /// The steps, in the order in which they run.
    #[serde(default, deserialize_with = "read_steps")]
    #[schema(no_recursion, required = true)]
    pub steps: Vec<Arc<Step>>,
    /// The step to begin with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// The step that runs afterwards: the id of a step after the `conditional` step in its list, or `end`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

/// The fields of a `loop` step: its steps run in rounds until a condition holds. Its output is that of the last round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoopStep {
    /// The steps of a round, in the order in which they run.
    #[serde(default, deserialize_with = "read_steps")]
    #[schema(no_recursion, required = true)]
    pub steps: Vec<Arc<Step>>,
    /// The step that each round begins with; the first one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_step: Option<StepId>,
    /// An expression that is tested after each round: the loop ends when it is true.
    #[serde(default)]
    #[schema(required = true)]
    pub until: String,
    /// Rounds at the most.
    // 0 stands for a missing number: a stored definition is read without it, and the lint reports it.
    #[serde(default, skip_serializing_if = "is_zero", deserialize_with = "integer::required")]
    #[schema(required = true, minimum = 1)]
    pub max_iterations: u32,
    /// Fields that a newer version has added.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extra: Map<String, Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl StepKind {
    /// The lists of steps inside, in the order of their step runs. Only containers have some.
    #[must_use]
    pub fn blocks(&self) -> Vec<InnerBlock<'_>> {
        match self {
            Self::Parallel(parallel) => {
                let branches = parallel.branches.iter().enumerate().map(|(at, branch)| {
                    let slot = Slot::Branch(branch.name.clone());
                    inner(slot, format!("/branches/{at}/steps"), branch.entry_step.as_ref(), &branch.steps)
                });
                let each = parallel
                    .has_each()
                    .then(|| inner(Slot::Each, "/steps".into(), parallel.entry_step.as_ref(), &parallel.steps));
                branches.chain(each).collect()
            }
            Self::Conditional(conditional) => {
                let cases = conditional.cases.iter().enumerate().map(|(at, case)| {
                    let slot = Slot::Case(case.name.clone());
                    inner(slot, format!("/cases/{at}/steps"), case.entry_step.as_ref(), &case.steps)
                });
                let otherwise = conditional.otherwise.iter().map(|otherwise| {
                    let pointer = "/otherwise/steps".into();
                    inner(Slot::Otherwise, pointer, otherwise.entry_step.as_ref(), &otherwise.steps)
                });
                cases.chain(otherwise).collect()
            }
            Self::Loop(body) => vec![inner(Slot::Body, "/steps".into(), body.entry_step.as_ref(), &body.steps)],
            Self::Llm(_) | Self::Review(_) | Self::Tool(_) | Self::Agent(_) | Self::Unknown(_) => Vec::new(),
        }
    }

    /// The same, to change them.
    pub fn blocks_mut(&mut self) -> Vec<(Slot, BlockMut<'_>)> {
        match self {
            Self::Parallel(parallel) => {
                let has_each = parallel.has_each();
                let branches = parallel.branches.iter_mut().map(|Branch { name, entry_step, steps, .. }| {
                    (Slot::Branch(name.clone()), BlockMut { entry_step, steps })
                });
                let ParallelStep { entry_step, steps, .. } = parallel;
                branches.chain(has_each.then_some((Slot::Each, BlockMut { entry_step, steps }))).collect()
            }
            Self::Conditional(ConditionalStep { cases, otherwise, .. }) => {
                let cases = cases.iter_mut().map(|Case { name, entry_step, steps, .. }| {
                    (Slot::Case(name.clone()), BlockMut { entry_step, steps })
                });
                let otherwise = otherwise
                    .iter_mut()
                    .map(|Otherwise { entry_step, steps, .. }| (Slot::Otherwise, BlockMut { entry_step, steps }));
                cases.chain(otherwise).collect()
            }
            Self::Loop(LoopStep { entry_step, steps, .. }) => vec![(Slot::Body, BlockMut { entry_step, steps })],
            Self::Llm(_) | Self::Review(_) | Self::Tool(_) | Self::Agent(_) | Self::Unknown(_) => Vec::new(),
        }
    }

    /// Whether the step is a container.
    #[must_use]
    pub const fn is_container(&self) -> bool {
        match self {
            Self::Parallel(_) | Self::Conditional(_) | Self::Loop(_) => true,
            Self::Llm(_) | Self::Review(_) | Self::Tool(_) | Self::Agent(_) | Self::Unknown(_) => false,
        }
    }
}

impl StepType {
    /// Whether steps of this type are containers.
    #[must_use]
    pub const fn is_container(self) -> bool {
        match self {
            Self::Parallel | Self::Conditional | Self::Loop => true,
            Self::Llm | Self::Agent | Self::Tool | Self::Review | Self::Unknown => false,
        }
    }
}

const fn inner<'d>(
    slot: Slot,
    pointer: String,
    entry_step: Option<&'d StepId>,
    steps: &'d [Arc<Step>],
) -> InnerBlock<'d> {
    InnerBlock { slot, pointer, block: Block { entry_step, steps } }
}

#[cfg(test)]
#[path = "container_tests.rs"]
mod tests;
