//! How the undo history calls an edit, and which edits it joins.

use sluice_types::edit::{
    AgentField, BranchChange, CaseField, Edit, InputChange, InputPart, LlmField, LoopField, ParallelField, ReviewField,
    StepField, ToolField, Wrapper,
};
use sluice_types::{Slot, StepId, StepType};

use super::draft::Draft;
use super::edit::DraftEdit;

/// How an edit of a draft is called, as in `move Research`. The draft is that before the edit.
pub(super) fn label(before: &Draft, edit: &DraftEdit) -> String {
    match edit {
        DraftEdit::SetName(_) => "change name".into(),
        DraftEdit::SetDescription(_) => "change description".into(),
        DraftEdit::SetCategory(_) => "change category".into(),
        DraftEdit::SetTags(_) => "change tags".into(),
        DraftEdit::SetActive(true) => "switch on".into(),
        DraftEdit::SetActive(false) => "switch off".into(),
        DraftEdit::SetTemplate(true) => "make it a template".into(),
        DraftEdit::SetTemplate(false) => "make it a workflow".into(),
        DraftEdit::ReplaceAll(_) => "replace the whole workflow".into(),
        DraftEdit::ChangeBySentence(_) => "change by a sentence".into(),
        DraftEdit::Place(id, _) | DraftEdit::Nudge(id, _) => {
            let label = before.step(id).map(|step| step.label.as_str()).unwrap_or_default();
            format!("move {label} on the canvas")
        }
        DraftEdit::TidyUp => "tidy up".into(),
        DraftEdit::Definition(edit) => label_of_edit(before, edit),
    }
}

fn label_of_edit(before: &Draft, edit: &Edit) -> String {
    let step = |id| before.step(id).map(|step| step.label.as_str()).unwrap_or_default();
    match edit {
        Edit::SetYolo(true) => "skip reviews".into(),
        Edit::SetYolo(false) => "wait for reviews".into(),
        Edit::SetDefaults { .. } => "change default model".into(),
        Edit::SetPersona(_) => "change default persona".into(),
        Edit::SetContext(_) => "change context".into(),
        Edit::ChangeInputs(change) => label_of_input_change(before, change),
        Edit::SetEntryStep { .. } => "change first step".into(),
        Edit::AddStep { step, .. } | Edit::InsertStep { step, .. } => format!("add {}", step.label),
        Edit::ReplaceStep(replaced) => format!("change {}", step(&replaced.id)),
        Edit::ReorderSteps { .. } => "change the order".into(),
        Edit::Connect { id, .. } => format!("change next step of {}", step(id)),
        Edit::ForgetStep(id) => format!("remove references to {}", step(id)),
        Edit::MoveStep { id, .. } => format!("move {}", step(id)),
        Edit::DuplicateSteps(ids) => format!("duplicate {}", labels(before, ids)),
        Edit::RemoveSteps(ids) => format!("remove {}", labels(before, ids)),
        Edit::WrapSteps { ids, wrapper } => format!("wrap {} in {}", labels(before, ids), wrapper_label(*wrapper)),
        Edit::UnwrapStep(id) => format!("unwrap {}", step(id)),
        Edit::ChangeBranches { parent, change } => match change {
            BranchChange::Add(_) => format!("add {} to {}", part_noun(before, parent), step(parent)),
            BranchChange::AddOtherwise => format!("add otherwise to {}", step(parent)),
            BranchChange::Remove(slot) => format!("remove {} of {}", list_noun(slot), step(parent)),
            BranchChange::Rename { from, to } => format!("rename {} {from} to {to}", part_noun(before, parent)),
            BranchChange::Move { name, .. } => format!("move {} {name}", part_noun(before, parent)),
        },
        Edit::RenameStep { id, label } => format!("rename {} to {}", step(id), label.trim()),
        Edit::UpdateStep { id, field: StepField::Enabled(true) } => format!("switch on {}", step(id)),
        Edit::UpdateStep { id, field: StepField::Enabled(false) } => format!("switch off {}", step(id)),
        Edit::UpdateStep { id, field } => format!("change {} of {}", noun(field), step(id)),
        Edit::ApplyFix(fix) => format!("fix: {}", fix.title),
        Edit::ReplaceAll(_) => "replace all steps".into(),
    }
}

/// One step by its label, several by their number.
fn labels(draft: &Draft, ids: &[StepId]) -> String {
    match ids {
        [only] => draft.step(only).map(|step| step.label.clone()).unwrap_or_default(),
        several => format!("{} steps", several.len()),
    }
}

fn label_of_input_change(before: &Draft, change: &InputChange) -> String {
    let name = |at: &usize| before.inputs.get(*at).map(|field| field.name.as_str()).unwrap_or_default();
    match change {
        InputChange::Declare(fields) => match fields.as_slice() {
            [only] => format!("declare {}", only.name),
            several => format!("declare {} fields", several.len()),
        },
        InputChange::Remove(at) => format!("remove field {}", name(at)),
        InputChange::Move { from, .. } => format!("move field {}", name(from)),
        InputChange::Rename { at, to } => format!("rename field {} to {}", name(at), to.trim()),
        InputChange::Update { at, part } => format!("change {} of field {}", part_of_field(part), name(at)),
    }
}

/// What people call a part of a declared field of the input.
const fn part_of_field(part: &InputPart) -> &'static str {
    match part {
        InputPart::Label(_) => "label",
        InputPart::Help(_) => "help",
        InputPart::Type(_) => "type",
        InputPart::Options(_) => "options",
        InputPart::Required(_) => "need",
        InputPart::Default(_) => "default",
        InputPart::Example(_) => "example",
    }
}

/// What people call a list of a container, as in `branch A`.
pub(crate) fn list_noun(slot: &Slot) -> String {
    match slot {
        Slot::Branch(name) => format!("branch {name}"),
        Slot::Case(name) => format!("case {name}"),
        Slot::Otherwise => "otherwise".to_owned(),
        Slot::Each => "the steps for each item".to_owned(),
        Slot::Body => "the rounds".to_owned(),
    }
}

fn part_noun(draft: &Draft, parent: &StepId) -> &'static str {
    match draft.step(parent).map(|step| step.step_type()) {
        Some(StepType::Conditional) => "case",
        _ => "branch",
    }
}

/// What people call a container.
pub(crate) const fn wrapper_label(wrapper: Wrapper) -> &'static str {
    match wrapper {
        Wrapper::Branches => "Parallel",
        Wrapper::Conditional => "Condition",
        Wrapper::Loop => "Loop",
        Wrapper::ForEach => "For each",
    }
}

/// The group of an edit: edits of one group that follow each other are undone together, as the keys typed in a field.
pub(super) fn group(edit: &DraftEdit) -> Option<String> {
    match edit {
        DraftEdit::SetName(_) => Some("name".into()),
        DraftEdit::SetDescription(_) => Some("description".into()),
        DraftEdit::SetCategory(_) => Some("category".into()),
        DraftEdit::Definition(Edit::SetDefaults { .. }) => Some("model".into()),
        DraftEdit::Definition(Edit::UpdateStep { id, field: StepField::Case(CaseField::When { case, .. }) }) => {
            Some(format!("condition of {case} in {id}"))
        }
        DraftEdit::Definition(Edit::UpdateStep { id, field }) if is_typed(field) => {
            Some(format!("{} of {id}", noun(field)))
        }
        DraftEdit::Definition(Edit::ChangeInputs(InputChange::Update { at, part }))
            if !matches!(part, InputPart::Type(_) | InputPart::Required(_)) =>
        {
            Some(format!("{} of field {at}", part_of_field(part)))
        }
        DraftEdit::Nudge(id, _) => Some(format!("place of {id}")),
        DraftEdit::SetTags(_)
        | DraftEdit::SetActive(_)
        | DraftEdit::SetTemplate(_)
        | DraftEdit::Place(..)
        | DraftEdit::TidyUp
        | DraftEdit::Definition(_)
        | DraftEdit::ReplaceAll(_)
        | DraftEdit::ChangeBySentence(_) => None,
    }
}

/// What people call a field, as in “change prompt of Research”.
const fn noun(field: &StepField) -> &'static str {
    match field {
        StepField::Type(_) => "type",
        StepField::Enabled(_) => "switch",
        StepField::Retries(_) => "retries",
        StepField::Timeout(_) => "timeout",
        StepField::IdleTimeout(_) => "longest silence",
        StepField::Effect(_) => "effect",
        StepField::Next(_) | StepField::Case(CaseField::Next { .. }) => "next step",
        StepField::Llm(LlmField::Prompt(_)) => "prompt",
        StepField::Llm(LlmField::SystemPrompt(_)) => "system prompt",
        StepField::Llm(LlmField::Model { .. }) => "model",
        StepField::Llm(LlmField::Persona(_)) => "persona",
        StepField::Llm(LlmField::Temperature(_)) => "temperature",
        StepField::Llm(LlmField::MaxTokens(_)) => "answer length",
        StepField::Llm(LlmField::Reasoning(_)) => "reasoning",
        StepField::Llm(LlmField::OnTruncated(_)) => "handling of cut answers",
        StepField::Llm(LlmField::Schema(_)) => "output schema",
        StepField::Llm(LlmField::Fallbacks(_)) => "fallbacks",
        StepField::Agent(AgentField::Agent(_)) => "agent",
        StepField::Agent(AgentField::Tools(_)) => "tools",
        StepField::Agent(AgentField::Approve(_)) => "approval of calls",
        StepField::Agent(AgentField::MaxTurns(_)) => "number of turns",
        StepField::Agent(AgentField::OnContextFull(_)) => "handling of long conversations",
        StepField::Tool(ToolField::Tool(_)) => "tool",
        StepField::Tool(ToolField::Arguments(_)) => "arguments",
        StepField::Review(ReviewField::Instructions(_)) => "instructions",
        StepField::Review(ReviewField::Shows(_)) => "reviewed steps",
        StepField::Review(ReviewField::ExpiresIn(_)) => "expiry",
        StepField::Review(ReviewField::OnExpiry(_)) => "decision on expiry",
        StepField::Parallel(ParallelField::ForEach(_)) => "items",
        StepField::Parallel(ParallelField::MaxConcurrency(_)) => "number at once",
        StepField::Parallel(ParallelField::OnError(_)) => "handling of errors",
        StepField::Case(CaseField::When { .. }) | StepField::Loop(LoopField::Until(_)) => "condition",
        StepField::Loop(LoopField::MaxIterations(_)) => "number of rounds",
    }
}

/// Whether a field is typed, key by key.
const fn is_typed(field: &StepField) -> bool {
    match field {
        StepField::Retries(_)
        | StepField::Timeout(_)
        | StepField::IdleTimeout(_)
        | StepField::Llm(
            LlmField::Prompt(_)
            | LlmField::SystemPrompt(_)
            | LlmField::Model { .. }
            | LlmField::Temperature(_)
            | LlmField::MaxTokens(_)
            | LlmField::Schema(_),
        )
        | StepField::Agent(AgentField::MaxTurns(_))
        | StepField::Tool(ToolField::Arguments(_))
        | StepField::Review(ReviewField::Instructions(_) | ReviewField::ExpiresIn(_))
        | StepField::Parallel(ParallelField::ForEach(_) | ParallelField::MaxConcurrency(_))
        | StepField::Case(CaseField::When { .. })
        | StepField::Loop(_) => true,
        StepField::Type(_)
        | StepField::Enabled(_)
        | StepField::Effect(_)
        | StepField::Next(_)
        | StepField::Llm(
            LlmField::Persona(_) | LlmField::Reasoning(_) | LlmField::OnTruncated(_) | LlmField::Fallbacks(_),
        )
        | StepField::Agent(
            AgentField::Agent(_) | AgentField::Tools(_) | AgentField::Approve(_) | AgentField::OnContextFull(_),
        )
        | StepField::Tool(ToolField::Tool(_))
        | StepField::Review(ReviewField::Shows(_) | ReviewField::OnExpiry(_))
        | StepField::Parallel(ParallelField::OnError(_))
        | StepField::Case(CaseField::Next { .. }) => false,
    }
}
