//! Names of tools for providers, which accept `[a-zA-Z0-9_-]{1,64}` only.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

/// Characters of the longest name that all providers accept.
pub const MAX_NAME_CHARS: usize = 64;
/// Hexadecimal digits of a hash that makes a changed name unique.
const HASH_DIGITS: usize = 8;
/// Stands between the server and the tool.
const SEPARATOR: &str = "__";

/// The name for providers of the tool with an id `server:name` (or `native:name`). It depends on the id alone: adding
/// other tools does not change it, so that old transcripts stay valid.
///
/// `files:read_file` becomes `files__read_file`. An id that this form cannot hold, or that could be mistaken for another,
/// gets a hash at its end: `files:a.b` becomes `files__a_b_` and eight digits.
#[must_use]
pub fn provider_name(tool_id: &str) -> String {
    let (server, tool) = tool_id.split_once(':').unwrap_or(("", tool_id));
    let plain = format!("{server}{SEPARATOR}{tool}");
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let splits_once = plain.match_indices(SEPARATOR).count() == 1 && !plain.contains("___");
    let starts_well = plain.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain.chars().all(fits) && plain.len() <= MAX_NAME_CHARS && splits_once && starts_well && !tool.is_empty() {
        return plain;
    }
    let mut name: String = plain.chars().map(|c| if fits(c) { c } else { '_' }).collect();
    // Gemini wants a letter or `_` first.
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert(0, '_');
    }
    name.truncate(MAX_NAME_CHARS - HASH_DIGITS - 1);
    let hash = Sha256::digest(tool_id.as_bytes());
    let digits: String = hash.iter().take(HASH_DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
    format!("{name}_{digits}")
}

/// Maps names for providers back to ids of tools.
#[derive(Clone, Debug, Default)]
pub struct Names {
    ids: HashMap<String, String>,
}

impl Names {
    /// The names of these tools. Of two ids with the same name, which takes a collision of hashes, the first counts.
    pub fn new<'a>(tool_ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut ids = HashMap::new();
        for id in tool_ids {
            ids.entry(provider_name(id)).or_insert_with(|| id.to_owned());
        }
        Self { ids }
    }

    /// The id of the tool that a model called.
    #[must_use]
    pub fn tool_id(&self, provider_name: &str) -> Option<&str> {
        self.ids.get(provider_name).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_providers_accept_and_map_back() {
        let long = format!("files:{}", "x".repeat(65));
        let ids = [
            "native:http_get",
            "files:read_file",
            "other:read_file",
            "files:a.b",
            "files:a/b",
            "files:a_b",
            "files:größe",
            "files:日本",
            "files:",
            "1st:tool",
            "a__b:c",
            "a:b__c",
            "a_:b",
            "a:_b",
            &long,
            &format!("{long}y"),
        ];
        let names = Names::new(ids);
        for id in ids {
            let name = provider_name(id);
            assert!((1..=64).contains(&name.len()), "{id}: {name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'), "{id}: {name}");
            assert!(name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'), "{id}: {name}");
            assert_eq!(names.tool_id(&name), Some(id), "{name}");
        }
        assert_eq!(names.tool_id("read_file"), None);
        assert_eq!(provider_name("files:read_file"), "files__read_file");
        assert_eq!(provider_name("files:a.b"), "files__a_b_7e1c2b74");
    }

    #[test]
    fn a_name_of_64_characters_is_kept() {
        let at_limit = format!("files:{}", "x".repeat(57));
        assert_eq!(provider_name(&at_limit).len(), MAX_NAME_CHARS);
        assert!(provider_name(&at_limit).ends_with('x'));
        let past_limit = format!("{at_limit}x");
        assert_eq!(provider_name(&past_limit).len(), MAX_NAME_CHARS);
        assert!(!provider_name(&past_limit).ends_with('x'));
    }
}
