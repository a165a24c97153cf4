//! The kinds of step, as people see them: one table for every page.

use icondata_core::IconData;
use sluice_types::edit::Wrapper;
use sluice_types::{Step, StepKind, StepType};
use sluice_web_state::editor::NewStep;

/// How a kind of step looks and what it is called.
pub struct StepKindLook {
    /// Its icon.
    pub icon: &'static IconData,
    /// Its name.
    pub word: &'static str,
}

/// The look of a kind of step.
pub const fn step_kind(kind: StepType) -> StepKindLook {
    match kind {
        StepType::Llm => StepKindLook { icon: icondata_lu::LuMessageSquare, word: "Prompt" },
        StepType::Agent => StepKindLook { icon: icondata_lu::LuBot, word: "Agent" },
        StepType::Tool => StepKindLook { icon: icondata_lu::LuWrench, word: "Tool" },
        StepType::Review => StepKindLook { icon: icondata_lu::LuUserCheck, word: "Review" },
        StepType::Parallel => StepKindLook { icon: icondata_lu::LuSplit, word: "Parallel" },
        StepType::Conditional => StepKindLook { icon: icondata_lu::LuGitBranch, word: "Condition" },
        StepType::Loop => StepKindLook { icon: icondata_lu::LuRepeat, word: "Loop" },
        StepType::Unknown => StepKindLook { icon: icondata_lu::LuCircleHelp, word: "Another kind of step" },
    }
}

/// The look of a step: a `parallel` step over a list is another word and icon than one with branches.
pub fn step_look(step: &Step) -> StepKindLook {
    match &step.kind {
        StepKind::Parallel(parallel) if parallel.for_each.is_some() => FOR_EACH,
        StepKind::Llm(_)
        | StepKind::Review(_)
        | StepKind::Tool(_)
        | StepKind::Agent(_)
        | StepKind::Parallel(_)
        | StepKind::Conditional(_)
        | StepKind::Loop(_)
        | StepKind::Unknown(_) => step_kind(step.step_type()),
    }
}

const FOR_EACH: StepKindLook = StepKindLook { icon: icondata_lu::LuListTree, word: "For each" };

/// The icon of a step to add.
pub const fn new_step_icon(new: NewStep) -> &'static IconData {
    match new {
        NewStep::Prompt => step_kind(StepType::Llm).icon,
        NewStep::Agent => step_kind(StepType::Agent).icon,
        NewStep::Tool => step_kind(StepType::Tool).icon,
        NewStep::Review => step_kind(StepType::Review).icon,
        NewStep::Container(kind) => wrapper_icon(kind),
    }
}

/// The icon of a container to put a step into.
pub const fn wrapper_icon(kind: Wrapper) -> &'static IconData {
    match kind {
        Wrapper::Branches => step_kind(StepType::Parallel).icon,
        Wrapper::Conditional => step_kind(StepType::Conditional).icon,
        Wrapper::Loop => step_kind(StepType::Loop).icon,
        Wrapper::ForEach => FOR_EACH.icon,
    }
}
