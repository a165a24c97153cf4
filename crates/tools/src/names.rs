//! Names of tools for providers, which accept `[a-zA-Z0-9_-]{1,64}` only.
#![allow(clippy::todo, unused_variables, reason = "the interface comes first")]

use std::collections::HashMap;

/// The name for providers of the tool with an id `server:name` (or `native:name`). It depends on the id alone: adding
/// other tools does not change it, so that old transcripts stay valid.
#[must_use]
pub fn provider_name(tool_id: &str) -> String {
    todo!()
}

/// Maps names for providers back to ids of tools.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ids: HashMap<String, String>,
}

impl Names {
    /// The names of these tools.
    pub fn new<'a>(tool_ids: impl IntoIterator<Item = &'a str>) -> Self {
        todo!()
    }

    /// The id of the tool that a model called.
    #[must_use]
    pub fn tool_id(&self, provider_name: &str) -> Option<&str> {
        self.ids.get(provider_name).map(String::as_str)
    }
}
