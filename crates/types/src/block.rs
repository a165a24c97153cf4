//! Lists of steps: the workflow's own, and those in containers.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::definition::{Definition, Step};
use crate::ids::{BranchName, StepId};

/// One of a container's lists of steps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The steps of a branch of a `parallel` step.
    Branch(BranchName),
    /// The steps that run for each item.
    Each,
    /// The steps of a case of a `conditional` step.
    Case(BranchName),
    /// The steps that run when no case matches.
    Otherwise,
    /// The steps that a loop repeats.
    Body,
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(f, "branch:{name}"),
            Self::Each => f.write_str("each"),
            Self::Case(name) => write!(f, "case:{name}"),
            Self::Otherwise => f.write_str("otherwise"),
            Self::Body => f.write_str("body"),
        }
    }
}

impl FromStr for Slot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = |name: &str| BranchName::new(name).map_err(|error| error.to_string());
        match text.split_once(':') {
            Some(("branch", branch)) => Ok(Self::Branch(name(branch)?)),
            Some(("case", case)) => Ok(Self::Case(name(case)?)),
            None if text == "each" => Ok(Self::Each),
            None if text == "otherwise" => Ok(Self::Otherwise),
            None if text == "body" => Ok(Self::Body),
            Some(_) | None => {
                Err(format!("{text:?} is no list: use `branch:NAME`, `case:NAME`, `otherwise`, `each` or `body`"))
            }
        }
    }
}

/// Address of a list of steps in a definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockAddress {
    /// The workflow's own list.
    Root,
    /// A list in a container.
    Inner {
        /// The container.
        parent: StepId,
        /// The list in the container.
        slot: Slot,
    },
}

/// A list of steps, which run in its order.
#[derive(Debug, Clone, Copy)]
pub struct Block<'d> {
    /// The entry step. Default: the first step.
    pub entry_step: Option<&'d StepId>,
    /// The steps.
    pub steps: &'d [Arc<Step>],
}

/// The same, to change it.
#[derive(Debug)]
pub struct BlockMut<'d> {
    /// The entry step. Default: the first step.
    pub entry_step: &'d mut Option<StepId>,
    /// The steps.
    pub steps: &'d mut Vec<Arc<Step>>,
}

/// A container's list of steps and its JSON pointer in the container.
#[derive(Debug, Clone)]
pub struct InnerBlock<'d> {
    /// The list in the container.
    pub slot: Slot,
    /// JSON pointer to its steps, relative to the container.
    pub pointer: String,
    /// The list.
    pub block: Block<'d>,
}

impl Definition {
    /// The workflow's own list.
    #[must_use]
    pub fn root(&self) -> Block<'_> {
        Block { entry_step: self.entry_step.as_ref(), steps: &self.steps }
    }

    /// The list at an address, to change it. The containers that lead to it are copied if they are shared.
    pub fn block_mut(&mut self, address: &BlockAddress) -> Option<BlockMut<'_>> {
        let Self { entry_step, steps, .. } = self;
        match address {
            BlockAddress::Root => Some(BlockMut { entry_step, steps }),
            BlockAddress::Inner { parent, slot } => inner_mut(steps, parent, slot),
        }
    }

    /// A step by its id.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Arc<Step>> {
        step(&self.steps, id)
    }

    /// A step, to change it. It is copied if it is shared, and so are the containers that lead to it.
    pub fn step_mut(&mut self, id: &StepId) -> Option<&mut Step> {
        step_mut(&mut self.steps, id)
    }

    /// Calls a function with every step, to change it.
    pub fn each_step_mut(&mut self, mut change: impl FnMut(&mut Step)) {
        each_mut(&mut self.steps, &mut change);
    }
}

fn inner_mut<'d>(steps: &'d mut [Arc<Step>], parent: &StepId, slot: &Slot) -> Option<BlockMut<'d>> {
    let container = step_mut(steps, parent)?;
    container.kind.blocks_mut().into_iter().find(|(own, _)| own == slot).map(|(_, block)| block)
}

fn step<'d>(steps: &'d [Arc<Step>], id: &StepId) -> Option<&'d Arc<Step>> {
    steps.iter().find_map(|own| if own.id == *id { Some(own) } else { inner(own, id) })
}

fn inner<'d>(container: &'d Step, id: &StepId) -> Option<&'d Arc<Step>> {
    container.kind.blocks().into_iter().find_map(|inner| step(inner.block.steps, id))
}

fn step_mut<'d>(steps: &'d mut [Arc<Step>], id: &StepId) -> Option<&'d mut Step> {
    let at = steps.iter().position(|step| step.id == *id || inner(step, id).is_some())?;
    let step = Arc::make_mut(steps.get_mut(at)?);
    if step.id == *id {
        return Some(step);
    }
    step.kind.blocks_mut().into_iter().find_map(|(_, block)| step_mut(block.steps, id))
}

fn each_mut(steps: &mut [Arc<Step>], change: &mut impl FnMut(&mut Step)) {
    for step in steps {
        let step = Arc::make_mut(step);
        change(step);
        for (_, block) in step.kind.blocks_mut() {
            each_mut(block.steps, change);
        }
    }
}
