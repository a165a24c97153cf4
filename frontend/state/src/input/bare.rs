//! Whether a template reads the input as a whole: `{{ input }}`, `${user_input}`.

use sluice_types::{Definition, Index, Language};

/// Whether a step that is switched on reads the input as a whole, so that one text suits.
#[must_use]
pub fn reads_whole(definition: &Definition) -> bool {
    let index = Index::of(definition);
    let enabled = index.places().iter().filter(|place| place.step.enabled);
    enabled.flat_map(|place| place.step.texts()).any(|text| match text.language {
        Language::Template => template_reads_whole(text.source),
        Language::Expression => names_whole(text.source),
    })
}

fn template_reads_whole(source: &str) -> bool {
    let mut rest = source;
    while let Some(open) = rest.find(['{', '$']) {
        rest = rest.get(open..).unwrap_or_default();
        let close = match rest.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            Some("${") => "}",
            _ => {
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
        };
        let inside = rest.get(2..).unwrap_or_default();
        let end = inside.find(close).unwrap_or(inside.len());
        if close != "#}" && names_whole(inside.get(..end).unwrap_or_default()) {
            return true;
        }
        rest = inside.get(end..).unwrap_or_default();
    }
    false
}

/// Whether an expression names the input without a field of it.
fn names_whole(expression: &str) -> bool {
    let mut quote = None;
    let mut word_from = None;
    // The sign before the word: after a dot it is a field, after a bar a filter.
    let mut before = ' ';
    for (at, c) in expression.char_indices().chain([(expression.len(), ' ')]) {
        if let Some(open) = quote {
            quote = (c != open).then_some(open);
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            word_from = word_from.or(Some(at));
            continue;
        }
        if let Some(from) = word_from.take() {
            let after = expression.get(at..).unwrap_or_default().trim_start();
            let is_whole = match expression.get(from..at) {
                Some("input") => !after.starts_with(['.', '[']),
                Some("user_input") => true,
                _ => false,
            };
            if is_whole && !matches!(before, '.' | '|') {
                return true;
            }
            before = ' ';
        }
        if c == '"' || c == '\'' {
            quote = Some(c);
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_told_from_its_fields() {
        for whole in [
            "{{input}}",
            "a {{ input | upper }}",
            "${input}",
            "${user_input}",
            "{{user_input}}",
            "{% if input %}x{% endif %}",
            "{{ input.topic }} {{ input }}",
            "{{ \"input\" ~ input }}",
            "{ {{input",
            "${a} {{input}}",
        ] {
            assert!(template_reads_whole(whole), "{whole}");
        }
        for other in [
            "",
            "input",
            "{{input.topic}}",
            "{{ input [\"topic\"] }}",
            "{{steps.input.content}}",
            "{{ 'input' }}",
            "{# {{input}} #}",
            "{{ x | input }}",
            "{{inputs}}",
            "{input}",
            "$input",
            "{{ steps.a.user_input }}",
        ] {
            assert!(!template_reads_whole(other), "{other}");
        }
    }
}
