//! Searching the names and outputs of the steps of a run. Letters match in both cases; the time grows with the length of
//! the texts, whatever is searched for.

use sluice_types::StepPath;

use super::StepView;
use super::transcript::name_of_run;

/// Steps that are listed.
pub const MOST_HITS: usize = 100;
/// The characters of an excerpt before a match, of a match, and after it.
const BEFORE: usize = 40;
const MATCH: usize = 80;
const AFTER: usize = 100;

/// A step run whose name or output has the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its path.
    pub path: StepPath,
    /// Its name for people.
    pub name: String,
    /// The first match in its output; `None` when only the name matches.
    pub excerpt: Option<Excerpt>,
    /// How many matches its output has.
    pub count: usize,
}

/// A match with the text around it, in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Excerpt {
    /// Before the match.
    pub before: String,
    /// The match, as it is written in the output.
    pub found: String,
    /// After the match.
    pub after: String,
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The first [`MOST_HITS`] step runs, in order.
    pub hits: Vec<Hit>,
    /// How many step runs match.
    pub matching: usize,
    /// How many were searched.
    pub searched: usize,
}

/// Searches step runs. Space around the text is not searched for; `None` when there is nothing else.
#[must_use]
pub fn search(steps: &[&StepView], typed: &str) -> Option<Found> {
    let wanted = folded(typed.trim());
    if wanted.is_empty() {
        return None;
    }
    let mut found = Found { searched: steps.len(), ..Found::default() };
    for step in steps {
        let name = name_of_run(&step.run);
        // The output of a container is that of the steps inside, which are searched themselves.
        let text = if step.is_container() { String::new() } else { folded(&step.text) };
        let first = text.find(&wanted);
        if first.is_none() && !folded(&name).contains(&wanted) {
            continue;
        }
        found.matching += 1;
        if found.hits.len() < MOST_HITS {
            let excerpt = first.map(|at| excerpt(&step.text, at, wanted.len()));
            let count = text.matches(&wanted).count();
            found.hits.push(Hit { path: step.run.path.clone(), name, excerpt, count });
        }
    }
    Some(found)
}

/// A text in small letters, in which each character keeps its place: a letter stays as it is where its small form has
/// another length.
fn folded(text: &str) -> String {
    text.chars().map(small).collect()
}

fn small(letter: char) -> char {
    let mut small = letter.to_lowercase();
    match (small.next(), small.next()) {
        (Some(only), None) if only.len_utf8() == letter.len_utf8() => only,
        _ => letter,
    }
}

fn excerpt(text: &str, at: usize, length: usize) -> Excerpt {
    let end = at.saturating_add(length);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let before = part(0..at);
    let start = before.char_indices().rev().nth(BEFORE).map(|(start, letter)| start + letter.len_utf8());
    let cut = if start.is_some() { "…" } else { "" };
    Excerpt {
        before: [cut, &spaced(part(start.unwrap_or_default()..at))].concat(),
        found: one_line(part(at..end), MATCH),
        after: cut_line(part(end..text.len()), AFTER),
    }
}

/// A text in one line, cut after so many characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    cut_line(text.trim(), most)
}

/// The same, with the space at its ends.
fn cut_line(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => spaced(text.get(..end).unwrap_or_default()) + "…",
        None => spaced(text),
    }
}

/// Writes one space for each stretch of white space.
fn spaced(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.chars() {
        if !letter.is_whitespace() {
            line.push(letter);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::RunState;
    use super::super::tests::execution;
    use super::*;

    fn found(content: &str, typed: &str) -> Option<Found> {
        let step = json!({"label": "Look around", "status": "completed", "content": content});
        let state = RunState::new(execution(&Value::Null, &[step]));
        search(&state.steps().iter().collect::<Vec<_>>(), typed)
    }

    fn excerpt_of(content: &str, typed: &str) -> Excerpt {
        found(content, typed).unwrap().hits.remove(0).excerpt.unwrap()
    }

    #[test]
    fn names_and_outputs_are_searched_in_both_cases() {
        let name = found("Nothing here.", "LOOK").unwrap();
        assert_eq!((name.hits[0].name.as_str(), name.hits[0].excerpt.clone()), ("Look around", None));
        let text = found("Tides, and more tides.", "tIDES").unwrap();
        assert_eq!((text.matching, text.searched, text.hits[0].count), (1, 2, 2));
        assert_eq!(text.hits[0].excerpt.as_ref().unwrap().found, "Tides");
        assert_eq!(found("Tides", "moon").unwrap().hits, []);
    }

    #[test]
    fn the_output_of_a_container_is_found_at_the_steps_inside() {
        let step = json!({"label": "Both", "type": "parallel", "status": "completed", "content": "Tides"});
        let state = RunState::new(execution(&Value::Null, &[step]));
        let steps: Vec<&StepView> = state.steps().iter().collect();
        assert_eq!(search(&steps, "tides").map(|found| found.matching), Some(0));
        assert_eq!(search(&steps, "both").map(|found| found.matching), Some(1));
    }

    #[test]
    fn space_alone_is_no_search() {
        assert_eq!((found("Tides", ""), found("Tides", " \n")), (None, None));
    }

    #[test]
    fn signs_are_searched_for_as_they_are() {
        for sign in ["\"", ".*", "[", "\\", "{{", "%", "<b>"] {
            let text = format!("before {sign} after");
            let shown = excerpt_of(&text, sign);
            assert_eq!(
                (shown.before.as_str(), shown.found.as_str(), shown.after.as_str()),
                ("before ", sign, " after")
            );
        }
    }

    #[test]
    fn an_excerpt_is_one_short_line() {
        let shown = excerpt_of(&format!("{}\n\nTides\n{}", "é ".repeat(90), "ü ".repeat(90)), "tides");
        assert!(shown.before.starts_with("…é") || shown.before.starts_with("… é"), "{shown:?}");
        assert!(shown.before.chars().count() <= BEFORE + 1 && shown.after.chars().count() <= AFTER + 1, "{shown:?}");
        assert!(shown.after.ends_with('…') && !shown.after.contains('\n'), "{shown:?}");
    }

    #[test]
    fn a_search_for_ten_thousand_characters_finds_them() {
        let long = "lighthouse ".repeat(1_000);
        let text = ["x", &long, "y"].concat();
        let shown = excerpt_of(&text, &long);
        assert_eq!(shown.found.chars().count(), MATCH + 1);
        assert_eq!(found("short", &long).unwrap().matching, 0);
    }

    #[test]
    fn letters_whose_small_form_is_longer_keep_their_places() {
        let shown = excerpt_of("İİİ then TIDES", "tides");
        assert_eq!((shown.before.as_str(), shown.found.as_str()), ("İİİ then ", "TIDES"));
        assert_eq!(excerpt_of("Über die ÄRA", "ära").found, "ÄRA");
    }

    #[test]
    fn few_steps_are_listed_and_all_are_counted() {
        let state = RunState::new(execution(&Value::Null, &[json!({"content": "tide"})]));
        let many = vec![&state.steps()[0]; MOST_HITS + 7];
        let all = search(&many, "tide").unwrap();
        assert_eq!((all.hits.len(), all.matching), (MOST_HITS, MOST_HITS + 7));
    }
}
