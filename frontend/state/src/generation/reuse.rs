//! Where what a step uses comes from, in words.

use sluice_types::{ReuseItem, ReuseKind};

use crate::format::plural;

/// How a kind of reuse is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReuseLook {
    /// Its name.
    pub word: &'static str,
    /// Whether something has to be done before the workflow runs.
    pub is_open: bool,
    /// Whether it is there already.
    pub is_reused: bool,
}

/// The look of a kind of reuse.
#[must_use]
pub const fn reuse_look(kind: ReuseKind) -> ReuseLook {
    let (word, is_open, is_reused) = match kind {
        ReuseKind::ExistingAgent => ("Your agent", false, true),
        ReuseKind::NewAgent => ("New agent", false, false),
        ReuseKind::MissingAgent => ("Missing agent", true, false),
        ReuseKind::ExistingTool => ("Your tool", false, true),
        ReuseKind::NativeTool => ("Built-in tool", false, true),
        ReuseKind::MissingTool => ("Missing tool", true, false),
        ReuseKind::ModelCall => ("Model call", false, false),
        ReuseKind::Unknown => ("Another kind", false, false),
    };
    ReuseLook { word, is_open, is_reused }
}

/// What is reused, what is new and what is missing, in one line: `2 of your agents and tools · 1 new agent · 1 missing key`.
#[must_use]
pub fn reuse_summary(items: &[ReuseItem]) -> String {
    let count = |is: &dyn Fn(&ReuseItem) -> bool| {
        let mut seen: Vec<(ReuseKind, &Option<String>)> = Vec::new();
        for item in items.iter().filter(|item| is(item)) {
            // A tool that two steps use is one tool.
            if item.resource_id.is_none() || !seen.contains(&(item.kind, &item.resource_id)) {
                seen.push((item.kind, &item.resource_id));
            }
        }
        u64::try_from(seen.len()).unwrap_or(u64::MAX)
    };
    let mut keys: Vec<&str> = items.iter().filter_map(|item| item.missing_key.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys = u64::try_from(keys.len()).unwrap_or(u64::MAX);
    let reused = count(&|item| matches!(item.kind, ReuseKind::ExistingAgent | ReuseKind::ExistingTool));
    let parts = [
        (reused, "of your agents and tools", "of your agents and tools"),
        (count(&|item| item.kind == ReuseKind::NativeTool), "built-in tool", "built-in tools"),
        (count(&|item| item.kind == ReuseKind::NewAgent), "new agent", "new agents"),
        (count(&|item| item.kind == ReuseKind::MissingAgent), "missing agent", "missing agents"),
        (count(&|item| item.kind == ReuseKind::MissingTool), "missing tool", "missing tools"),
        (keys, "missing key", "missing keys"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, many)| plural(count, one, many));
    let said = parts.collect::<Vec<_>>().join(" · ");
    if said.is_empty() { "Model calls only".to_owned() } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(kind: ReuseKind, resource: Option<&str>, missing_key: Option<&str>) -> ReuseItem {
        let (resource_id, missing_key) = (resource.map(str::to_owned), missing_key.map(str::to_owned));
        ReuseItem { step_id: "a".parse().unwrap(), kind, resource_id, reason: String::new(), missing_key }
    }

    #[test]
    fn the_summary_counts_each_resource_once() {
        let items = [
            item(ReuseKind::ExistingAgent, Some("scout"), None),
            item(ReuseKind::ExistingAgent, Some("scout"), None),
            item(ReuseKind::ExistingTool, Some("files:read"), None),
            item(ReuseKind::NewAgent, Some("critic"), Some("openai")),
            item(ReuseKind::ModelCall, Some("openai/gpt"), Some("openai")),
            item(ReuseKind::MissingTool, Some("mail:send"), None),
            item(ReuseKind::NativeTool, Some("native:wait"), None),
        ];
        let expected = "2 of your agents and tools · 1 built-in tool · 1 new agent · 1 missing tool · 1 missing key";
        assert_eq!(reuse_summary(&items), expected);
        assert_eq!(reuse_summary(&[item(ReuseKind::ModelCall, None, None)]), "Model calls only");
        assert_eq!(reuse_summary(&[]), "Model calls only");
    }

    #[test]
    fn only_a_missing_tool_is_open() {
        assert!(reuse_look(ReuseKind::MissingTool).is_open);
        assert!(reuse_look(ReuseKind::ExistingAgent).is_reused && !reuse_look(ReuseKind::NewAgent).is_reused);
    }
}
