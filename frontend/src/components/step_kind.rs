//! The kinds of step, as people see them: one table for every page.

use icondata_core::IconData;
use sluice_types::StepType;

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
        StepType::Review => StepKindLook { icon: icondata_lu::LuUserCheck, word: "Review" },
        StepType::Parallel => StepKindLook { icon: icondata_lu::LuSplit, word: "Parallel" },
        StepType::Conditional => StepKindLook { icon: icondata_lu::LuGitBranch, word: "Condition" },
        StepType::Loop => StepKindLook { icon: icondata_lu::LuRepeat, word: "Loop" },
        StepType::Unknown => StepKindLook { icon: icondata_lu::LuCircleHelp, word: "Another kind of step" },
    }
}
