//! Lists the differences between two drafts, for a person to decide.

use serde_json::{Map, Value};
use sluice_types::{BlockAddress, Step, StepId};

use super::fields::{addresses, common_order, names, of_step, of_workflow};
use crate::editor::Draft;
use crate::format::capitalised;

/// The author of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedBy {
    /// The person here.
    Mine,
    /// The other person who saved in between.
    Theirs,
    /// Both, or unknown because there is no common version.
    Both,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The changed place, such as `Name` or `Step Research: prompt`.
    pub what: String,
    /// The local value; empty when not set.
    pub mine: String,
    /// The server's value; empty when not set.
    pub theirs: String,
    /// The author of the change.
    pub changed_by: ChangedBy,
}

/// Characters up to which both values of a difference are shown side by side.
const MOST_SHORT: usize = 80;

impl Difference {
    /// Whether to show a line diff: both values are set, and one of them is long.
    #[must_use]
    pub fn is_text(&self) -> bool {
        !self.mine.is_empty() && !self.theirs.is_empty() && (is_long(&self.mine) || is_long(&self.theirs))
    }
}

/// Whether a value is too long for a line.
pub fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().nth(MOST_SHORT).is_some()
}

/// All differences between the two: the workflow's own fields, then the steps, then their order. With their common
/// version, each has its author.
#[must_use]
pub fn compare(base: Option<&Draft>, mine: &Draft, theirs: &Draft) -> Vec<Difference> {
    let before = base.map(of_workflow);
    let mut found = differing("", before.as_ref(), &of_workflow(mine), &of_workflow(theirs));
    let before = base.map(|base| &base.extra);
    found.extend(differing("Workflow: ", before, &mine.extra, &theirs.extra));
    for step in mine.ids().into_iter().filter_map(|id| mine.step(id)) {
        let base_step = base.and_then(|base| base.step(&step.id));
        match theirs.step(&step.id) {
            Some(other) => {
                let before = base_step.map(|step| of_step(step));
                let before = before.or_else(|| base.map(|_| Map::new()));
                let prefix = format!("Step {}: ", step.label);
                found.extend(differing(&prefix, before.as_ref(), &of_step(step), &of_step(other)));
            }
            None => found.push(missing(base, base_step.map(AsRef::as_ref), Some(step), None)),
        }
    }
    for step in theirs.ids().into_iter().filter(|id| mine.step(id).is_none()).filter_map(|id| theirs.step(id)) {
        let base_step = base.and_then(|base| base.step(&step.id));
        found.push(missing(base, base_step.map(AsRef::as_ref), None, Some(step)));
    }
    found.extend(addresses(mine, theirs).into_iter().filter_map(|list| order_differs(base, mine, theirs, list)));
    found
}

fn differing(
    prefix: &str,
    base: Option<&Map<String, Value>>,
    mine: &Map<String, Value>,
    theirs: &Map<String, Value>,
) -> Vec<Difference> {
    let one = |name: &str| {
        let (my, their) = (mine.get(name), theirs.get(name));
        let changed_by = who(base.map(|base| base.get(name)).as_ref(), &my, &their)?;
        let noun = noun(name, prefix.is_empty());
        Some(Difference {
            what: format!("{prefix}{noun}"),
            mine: shown_value(my),
            theirs: shown_value(their),
            changed_by,
        })
    };
    names(mine, theirs).into_iter().filter_map(one).collect()
}

/// The author of a difference; `None` when both values are the same.
fn who<T: PartialEq>(base: Option<&T>, mine: &T, theirs: &T) -> Option<ChangedBy> {
    if mine == theirs {
        return None;
    }
    Some(match base {
        Some(base) if base == theirs => ChangedBy::Mine,
        Some(base) if base == mine => ChangedBy::Theirs,
        Some(_) | None => ChangedBy::Both,
    })
}

/// A step that only one of the two has.
fn missing(base: Option<&Draft>, before: Option<&Step>, mine: Option<&Step>, theirs: Option<&Step>) -> Difference {
    let label = mine.or(theirs).map(|step| step.label.clone()).unwrap_or_default();
    let state = |step: Option<&Step>| match (step, before) {
        (None, Some(_)) => "removed",
        (None, None) => "",
        (Some(step), Some(before)) if step == before => "kept",
        (Some(_), Some(_)) => "changed",
        (Some(_), None) if base.is_some() => "added",
        (Some(_), None) => "there",
    };
    let changed_by = who(base.map(|_| before).as_ref(), &mine, &theirs).unwrap_or(ChangedBy::Both);
    Difference { what: format!("Step {label}"), mine: state(mine).into(), theirs: state(theirs).into(), changed_by }
}

fn order_differs(base: Option<&Draft>, mine: &Draft, theirs: &Draft, list: &BlockAddress) -> Option<Difference> {
    let (my_order, their_order) = (common_order(mine, &[theirs], list), common_order(theirs, &[mine], list));
    let base_order = base.map(|base| common_order(base, &[mine, theirs], list));
    let changed_by = who(base_order.as_ref(), &my_order, &their_order)?;
    let label = |draft: &Draft, id: &StepId| draft.step(id).map(|step| step.label.clone());
    let labels = |draft: &Draft, order: &[&StepId]| {
        order.iter().filter_map(|id| label(draft, id)).collect::<Vec<_>>().join(", ")
    };
    let what = match list {
        BlockAddress::Root => "Order of the steps".to_owned(),
        BlockAddress::Inner { parent, .. } => {
            format!("Order of the steps in {}", label(mine, parent).unwrap_or_default())
        }
    };
    Some(Difference { what, mine: labels(mine, &my_order), theirs: labels(theirs, &their_order), changed_by })
}

/// The display name of a field.
fn noun(field: &str, is_title: bool) -> String {
    let noun = field_noun(field);
    if is_title { capitalised(&noun) } else { noun }
}

/// What people call a field of a definition or a step.
#[must_use]
pub fn field_noun(field: &str) -> String {
    let noun = match field {
        "persona_id" => "persona",
        "yolo" => "skip reviews",
        "is_template" => "template",
        "is_active" => "active",
        "entry_step" => "first step",
        "max_tokens" => "answer length",
        "on_truncated" => "handling of cut answers",
        "idle_timeout" => "longest silence",
        "max_retries" => "retries",
        "shows" => "reviewed steps",
        "expires_in" => "expiry",
        "on_expiry" => "decision on expiry",
        "next" => "next step",
        other => return other.replace('_', " "),
    };
    noun.to_owned()
}

/// A value as people read it.
#[must_use]
pub fn shown_value(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".into(),
        Some(Value::Bool(false)) => "no".into(),
        Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        Some(other) => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
