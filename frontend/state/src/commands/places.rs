//! The pages that are always there.

use super::entry::{Entry, Kind, Target};

/// Every page that can be gone to from everywhere.
#[must_use]
pub fn places() -> Vec<Entry> {
    let page = |title: &str, address: &str, keys: &str, also: &str| Entry {
        detail: keys.to_owned(),
        also: also.to_owned(),
        ..Entry::page(Kind::Page, title, address)
    };
    let setting = |title: &str, address: &str, also: &str| Entry {
        also: format!("settings {also}"),
        ..Entry::page(Kind::Setting, title, address)
    };
    vec![
        page("Workflows", "/", "g w", "list home start"),
        page("Runs", "/runs", "g r", "executions history waiting"),
        page("Templates", "/templates", "g t", "examples"),
        page("Settings", "/settings", "g s", "preferences options"),
        page("New workflow", "/new", "", "create add builder"),
        page("Describe a workflow", "/generate", "", "generate design create sentence ai"),
        setting("Providers", "/settings/providers", "keys models api openai anthropic"),
        setting("Personas", "/settings/personas", "instructions voice"),
        setting("Agents", "/settings/agents", "tools"),
        setting("MCP servers", "/settings/mcp-servers", "tools"),
        setting("Appearance", "/settings/appearance", "theme dark light colours"),
        Entry {
            target: Target::Document("/docs/"),
            also: "documentation reference openapi swagger".to_owned(),
            ..Entry::page(Kind::Page, "API documentation", "")
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_leads_elsewhere() {
        let places = places();
        let keys: BTreeSet<String> = places.iter().map(Entry::key).collect();
        assert_eq!(keys.len(), places.len());
    }
}
