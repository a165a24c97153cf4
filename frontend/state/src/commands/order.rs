//! Which entries are shown, and in which order.

use std::collections::HashSet;

use super::entry::{Entry, Kind, Target};
use super::query::{Fit, Query};
use super::recent::Recent;

/// Entries that are shown at the most.
pub const MOST_SHOWN: usize = 50;

/// Entries below a heading; without one when something is typed, as the best then comes first, whatever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub heading: Option<&'static str>,
    /// The entries, in order.
    pub entries: Vec<Entry>,
}

/// The entries to show: before anything is typed, some of each kind; then those that fit, the best and the most recent
/// first. Of entries that lead to the same, the first one counts.
#[must_use]
pub fn sections(query: &Query, entries: Vec<Entry>, recent: &Recent) -> Vec<Section> {
    let mut seen = HashSet::new();
    let entries: Vec<Entry> = entries.into_iter().filter(|entry| seen.insert(entry.key())).collect();
    if query.text().is_some() { found(query, entries, recent) } else { at_first(&entries, recent) }
}

fn at_first(entries: &[Entry], recent: &Recent) -> Vec<Section> {
    let mut kinds: Vec<Kind> = entries.iter().map(|entry| entry.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let section = |kind: Kind| {
        let mut of_kind: Vec<Entry> = entries.iter().filter(|entry| entry.kind == kind).cloned().collect();
        if kind == Kind::Workflow {
            of_kind.sort_by_key(|entry| recency(entry, recent));
        }
        of_kind.truncate(kind.at_first());
        Section { heading: Some(kind.heading()), entries: of_kind }
    };
    kinds.into_iter().map(section).filter(|section| !section.entries.is_empty()).collect()
}

fn found(query: &Query, entries: Vec<Entry>, recent: &Recent) -> Vec<Section> {
    let fit = |entry: &Entry| query.fit(&entry.title, &entry.also).or(entry.is_found.then_some(Fit::Also));
    let mut fitting: Vec<(Fit, Entry)> = entries.into_iter().filter_map(|entry| Some((fit(&entry)?, entry))).collect();
    // The sort is stable: entries of one kind keep the order that they came in.
    fitting.sort_by_key(|(fit, entry)| (*fit, recency(entry, recent), entry.kind));
    let entries: Vec<Entry> = fitting.into_iter().map(|(_, entry)| entry).take(MOST_SHOWN).collect();
    if entries.is_empty() { Vec::new() } else { vec![Section { heading: None, entries }] }
}

/// How long ago an entry was chosen: those that never were come last.
fn recency(entry: &Entry, recent: &Recent) -> usize {
    match &entry.target {
        Target::Page(address) => recent.position(address).unwrap_or(usize::MAX),
        Target::Document(_) | Target::Action(_) => usize::MAX,
    }
}

/// The key of the entry that is some places behind another one, around the ends. Without the other one, the first counts
/// as chosen.
#[must_use]
pub fn neighbour(sections: &[Section], key: Option<&str>, by: isize) -> Option<String> {
    let keys: Vec<String> = sections.iter().flat_map(|section| &section.entries).map(Entry::key).collect();
    let at = key.and_then(|key| keys.iter().position(|other| other == key)).unwrap_or(0);
    let count = isize::try_from(keys.len()).ok().filter(|count| *count > 0)?;
    let next = isize::try_from(at).ok()?.checked_add(by)?.rem_euclid(count);
    keys.get(usize::try_from(next).ok()?).cloned()
}

#[cfg(test)]
mod tests {
    use super::super::places;
    use super::*;

    fn workflow(name: &str) -> Entry {
        Entry::page(Kind::Workflow, name, format!("/workflows/{name}"))
    }

    fn titles(sections: &[Section]) -> Vec<&str> {
        sections.iter().flat_map(|section| &section.entries).map(|entry| entry.title.as_str()).collect()
    }

    fn recent(names: &[&str]) -> Recent {
        let mut recent = Recent::default();
        names.iter().rev().for_each(|name| recent.remember(&workflow(name)));
        recent
    }

    #[test]
    fn a_beginning_is_before_a_word_and_a_word_before_an_inside() {
        let entries = ["Blueprint", "The print", "Printing", "Sprint", "Print it"].map(workflow).to_vec();
        let order = |recent: &Recent| {
            let shown = sections(&Query::new("print"), entries.clone(), recent);
            titles(&shown).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(order(&Recent::default()), ["Printing", "Print it", "The print", "Blueprint", "Sprint"]);
        let used = recent(&["Sprint", "Print it"]);
        assert_eq!(order(&used), ["Print it", "Printing", "The print", "Sprint", "Blueprint"]);
    }

    #[test]
    fn actions_of_the_page_are_before_pages_that_fit_as_well() {
        let mut entries = places();
        entries.push(Entry::action("Run", "", 0));
        let shown = sections(&Query::new("run"), entries, &Recent::default());
        assert_eq!(titles(&shown), ["Run", "Runs"]);
        assert_eq!(shown.first().unwrap().heading, None);
    }

    #[test]
    fn the_server_finds_by_more_than_the_title() {
        let by_tag = Entry { is_found: true, ..workflow("Tea") };
        let shown = sections(&Query::new("market"), vec![by_tag, workflow("Coffee")], &Recent::default());
        assert_eq!(titles(&shown), ["Tea"]);
    }

    #[test]
    fn before_anything_is_typed_there_is_some_of_each_kind() {
        let mut entries = places();
        entries.extend((0..9).map(|number| workflow(&format!("W{number}"))));
        entries.extend([Entry::action("Save", "Ctrl+S", 0), Entry::page(Kind::Waiting, "Gate", "/runs/a#b")]);
        let shown = sections(&Query::default(), entries, &recent(&["W7"]));
        let headings: Vec<_> = shown.iter().filter_map(|section| section.heading).collect();
        assert_eq!(headings, ["Waiting for you", "On this page", "Workflows", "Pages"]);
        assert_eq!(titles(&shown[2..3]), ["W7", "W0", "W1", "W2", "W3"]);
    }

    #[test]
    fn what_leads_to_the_same_is_shown_once_and_the_list_is_bounded() {
        let twice = vec![workflow("A"), workflow("A")];
        assert_eq!(titles(&sections(&Query::new("a"), twice, &Recent::default())), ["A"]);
        let many = (0..2_000).map(|number| workflow(&format!("W{number}"))).collect();
        assert_eq!(titles(&sections(&Query::new("w"), many, &Recent::default())).len(), MOST_SHOWN);
        assert!(sections(&Query::new("nothing"), places(), &Recent::default()).is_empty());
    }

    #[test]
    fn arrows_go_around_the_ends() {
        let shown = sections(&Query::new("w"), ["W1", "W2", "W3"].map(workflow).to_vec(), &Recent::default());
        let step = |from: Option<&str>, by| neighbour(&shown, from, by).unwrap();
        assert_eq!(step(None, 1), "/workflows/W2");
        assert_eq!(step(None, -1), "/workflows/W3");
        assert_eq!(step(Some("/workflows/W3"), 1), "/workflows/W1");
        assert_eq!(step(Some("gone"), 0), "/workflows/W1");
        assert_eq!(neighbour(&[], None, 1), None);
    }
}
