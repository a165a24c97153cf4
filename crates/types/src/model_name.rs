//! Names of models: dated, with a prefix, or plain.

use crate::catalog::ModelInfo;

/// A provider's endings of names that stand for one release of a model, where `0` is any digit.
/// - Anthropic: `claude-sonnet-4-5-20250929`, <https://platform.claude.com/docs/en/about-claude/models/overview>;
/// - OpenAI: `gpt-4.1-2025-04-14`, <https://developers.openai.com/api/docs/models>;
/// - Google: `gemini-2.0-flash-001`, `…-preview-09-2025`, `…-preview-05-06`,
///   <https://ai.google.dev/gemini-api/docs/models#model-versions>.
const RELEASES: [(&str, &[&str]); 3] =
    [("anthropic", &["-00000000"]), ("openai", &["-0000-00-00"]), ("google", &["-000", "-00-0000", "-00-00"])];

/// Google's API names a model by its resource: `models/gemini-2.5-pro`.
/// Source: <https://ai.google.dev/api/models#Model>.
const PREFIXES: [(&str, &str); 1] = [("google", "models/")];

/// The entry of a model: that of the exact name, else of the name without its prefix, else of the plain name of a dated
/// one. When a list has only dated names, the plain name is answered with the newest.
pub(crate) fn find_by_name<'a>(models: &'a [ModelInfo], provider: &str, model: &str) -> Option<&'a ModelInfo> {
    let of_provider = || models.iter().filter(|info| info.provider == provider);
    let named = |name: &str| of_provider().find(|info| info.model == name);
    let bare = without_prefix(provider, model);
    let newest = || {
        let releases = of_provider().filter(|info| without_release(provider, &info.model) == Some(bare));
        releases.max_by_key(|info| &info.model)
    };
    let by_release = || without_release(provider, bare).map_or_else(newest, named);
    named(model).or_else(|| named(bare)).or_else(by_release)
}

fn without_prefix<'a>(provider: &str, model: &'a str) -> &'a str {
    let mut prefixes = PREFIXES.iter().filter(|(of, _)| *of == provider);
    prefixes.find_map(|(_, prefix)| model.strip_prefix(prefix)).unwrap_or(model)
}

fn without_release<'a>(provider: &str, model: &'a str) -> Option<&'a str> {
    let (_, endings) = RELEASES.iter().find(|(of, _)| *of == provider)?;
    endings.iter().find_map(|ending| {
        let (plain, release) = model.split_at_checked(model.len().checked_sub(ending.len())?)?;
        let fits = |(byte, pattern): (u8, u8)| if pattern == b'0' { byte.is_ascii_digit() } else { byte == pattern };
        release.bytes().zip(ending.bytes()).all(fits).then_some(plain)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_lead_to_the_entry_that_they_mean() {
        let listed = [
            ("anthropic", "claude-sonnet-4-5"),
            ("anthropic", "claude-old-20250101"),
            ("anthropic", "claude-old-20250601"),
            ("openai", "gpt-4.1"),
            ("openai", "gpt-4o"),
            ("openai", "gpt-4o-2024-05-13"),
            ("google", "gemini-2.5-pro"),
            ("google", "gemini-3-flash-preview"),
        ];
        let models = listed.map(|(provider, model)| {
            serde_json::from_value(json!({"provider": provider, "model": model, "abilities": []})).unwrap()
        });
        let cases = [
            ("anthropic", "claude-sonnet-4-5", Some("claude-sonnet-4-5")),
            ("anthropic", "claude-sonnet-4-5-20250929", Some("claude-sonnet-4-5")),
            ("anthropic", "claude-old", Some("claude-old-20250601")),
            ("anthropic", "claude-old-20250101", Some("claude-old-20250101")),
            // Another release of a model without a plain name may have another price.
            ("anthropic", "claude-old-20250301", None),
            ("openai", "gpt-4.1-2025-04-14", Some("gpt-4.1")),
            ("openai", "gpt-4o-2024-05-13", Some("gpt-4o-2024-05-13")),
            ("openai", "gpt-4o-2024-08-06", Some("gpt-4o")),
            ("google", "models/gemini-2.5-pro", Some("gemini-2.5-pro")),
            ("google", "models/gemini-2.5-pro-001", Some("gemini-2.5-pro")),
            ("google", "gemini-3-flash-preview-12-2025", Some("gemini-3-flash-preview")),
            ("google", "gemini-3-flash-preview-12-17", Some("gemini-3-flash-preview")),
            // The price of these is not that of the plain name.
            ("openai", "ft:gpt-4.1-2025-04-14:me::x", None),
            ("openai", "gpt-4.1-mini", None),
            ("openai", "gpt-4.1-20250414", None),
            ("openai", "models/gpt-4.1", None),
            ("anthropic", "claude-sonnet-4-5-latest", None),
            ("openai_compatible", "gpt-4.1", None),
            ("google", "", None),
            ("google", "größer-ß-001", None),
        ];
        for (provider, name, expected) in cases {
            let found = find_by_name(&models, provider, name).map(|info| info.model.as_str());
            assert_eq!(found, expected, "{provider} {name}");
        }
    }
}
