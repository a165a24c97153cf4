use proptest::prelude::*;

use super::tokens::Token;
use super::{Item, ListState, Pages, Sort};
use crate::runs::StatusFilter;

/// An item whose first part is its id.
#[derive(Debug, Clone, PartialEq)]
struct Thing(u32, &'static str);

impl Item for Thing {
    type Id = u32;
    fn id(&self) -> &u32 {
        &self.0
    }
}

fn things(ids: &[u32]) -> Vec<Thing> {
    ids.iter().map(|&id| Thing(id, "")).collect()
}

fn ids(pages: &Pages<Thing>) -> Vec<u32> {
    pages.items().iter().map(|thing| thing.0).collect()
}

/// Two pages of a longer list.
fn loaded() -> Pages<Thing> {
    let mut pages = Pages::default();
    let ask = pages.restart();
    assert!(pages.arrived(&ask, things(&[1, 2, 3]), Some("c1".into())));
    let ask = pages.load_more().unwrap();
    assert_eq!(ask.cursor.as_deref(), Some("c1"));
    assert!(pages.arrived(&ask, things(&[4, 5]), Some("c2".into())));
    pages
}

#[test]
fn pages_follow_each_other_to_the_end() {
    let mut pages = loaded();
    assert_eq!(ids(&pages), [1, 2, 3, 4, 5]);
    let ask = pages.load_more().unwrap();
    assert!(pages.is_loading() && pages.load_more().is_none());
    assert!(pages.arrived(&ask, things(&[6]), None));
    assert!(!pages.has_more() && pages.load_more().is_none());
    // A second answer to the same request.
    assert!(!pages.arrived(&ask, things(&[7]), Some("c".into())));
}

#[test]
fn an_item_that_moved_between_pages_is_shown_once() {
    let mut pages = loaded();
    let ask = pages.load_more().unwrap();
    pages.arrived(&ask, vec![Thing(2, "newer"), Thing(6, "")], None);
    assert_eq!(ids(&pages), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pages.items()[1], Thing(2, "newer"));
}

#[test]
fn answers_to_an_older_query_are_passed_over() {
    let mut pages = loaded();
    let old = pages.load_more().unwrap();
    let new = pages.restart();
    assert!(!pages.arrived(&old, things(&[9]), None));
    pages.failed(&old);
    assert!(pages.is_loading());
    // The old items stay until the new ones arrive.
    assert_eq!(ids(&pages).len(), 5);
    assert!(pages.arrived(&new, things(&[8, 7]), None));
    assert_eq!(ids(&pages), [8, 7]);
}

#[test]
fn a_failure_is_tried_again_where_it_was() {
    let mut pages = loaded();
    assert!(pages.retry().is_none());
    let ask = pages.load_more().unwrap();
    pages.failed(&ask);
    assert!(pages.has_failed() && !pages.is_empty());
    assert_eq!(pages.retry().unwrap().cursor.as_deref(), Some("c2"));
    let mut pages: Pages<Thing> = Pages::default();
    assert!(!pages.is_empty());
    let ask = pages.restart();
    pages.failed(&ask);
    let ask = pages.retry().unwrap();
    assert_eq!(ask.cursor, None);
    pages.arrived(&ask, Vec::new(), None);
    assert!(pages.is_empty());
}

#[test]
fn what_the_server_has_deleted_is_taken_out() {
    let mut pages = loaded();
    pages.remove(&2);
    pages.remove(&9);
    assert_eq!(ids(&pages), [1, 3, 4, 5]);
    let ask = pages.restart();
    pages.arrived(&ask, things(&[2]), None);
    assert_eq!(ids(&pages), [2]);
}

#[test]
fn items_of_the_query_before_are_told_apart_until_a_page_comes() {
    let mut pages = loaded();
    assert!(!pages.is_outdated());
    let ask = pages.restart();
    pages.failed(&ask);
    assert!(pages.is_outdated() && pages.has_failed());
    let ask = pages.retry().unwrap();
    assert!(pages.is_outdated());
    pages.arrived(&ask, things(&[7]), None);
    assert!(!pages.is_outdated());
    assert_eq!(ids(&pages), [7]);
    let mut empty = Pages::<Thing>::default();
    let ask = empty.restart();
    empty.failed(&ask);
    assert!(!empty.is_outdated());
}

#[test]
fn items_are_put_first_or_replaced() {
    let mut pages = loaded();
    pages.insert_first(Thing(9, "made"));
    pages.insert_first(Thing(4, "again"));
    assert_eq!(ids(&pages), [4, 9, 1, 2, 3, 5]);
    assert!(pages.replace(Thing(9, "named")) && !pages.replace(Thing(10, "")));
    assert_eq!(pages.items()[1], Thing(9, "named"));
}

#[test]
fn a_beginning_that_is_read_again_takes_the_place_of_what_it_covers() {
    let mut pages = loaded();
    let known = ids(&pages);
    let generation = pages.generation();
    // It holds a new item and one that changed; one has left the list; what comes after is not covered.
    let covered = |item: &Thing| item.0 <= known[1];
    pages.refresh(generation, vec![Thing(9, "new"), Thing(known[1], "changed")], covered);
    assert_eq!(ids(&pages), [&[9, known[1]], &known[2..]].concat());
    assert_eq!(pages.items()[1], Thing(known[1], "changed"));
    assert!(!ids(&pages).contains(&known[0]));
    // An answer to what was asked before the query changed is dropped.
    let before = ids(&pages);
    let _asked = pages.restart();
    pages.refresh(generation, Vec::new(), |_| true);
    pages.refresh(pages.generation(), Vec::new(), |_| true);
    assert_eq!(ids(&pages), before);
}

#[test]
fn a_hundred_thousand_items_stay_quick() {
    let mut pages = Pages::default();
    let mut ask = pages.restart();
    for from in (0..100_000).step_by(50) {
        pages.arrived(&ask, things(&(from..from + 50).collect::<Vec<_>>()), Some("c".into()));
        ask = pages.load_more().unwrap();
    }
    assert_eq!(pages.items().len(), 100_000);
}

#[test]
fn the_address_says_only_what_is_not_as_always() {
    assert!(ListState::default().to_params().is_empty());
    let state = ListState { search: " a b ".into(), sort: Sort::Name, tags: vec!["x".into()], ..ListState::default() };
    assert_eq!(state.to_params(), [("q", "a b".to_owned()), ("sort", "name".to_owned()), ("tag", "x".to_owned())]);
    let query = state.to_query(Some("c".into()));
    assert_eq!((query.search.as_deref(), query.sort.as_deref(), query.limit), (Some("a b"), Some("name"), Some(50)));
    assert!(state.is_filtered() && !ListState::default().is_filtered());
    assert_eq!(ListState::default().to_query(None).search, None);
}

#[test]
fn an_address_that_makes_no_sense_is_as_always() {
    let params = [("sort", "worst"), ("templates", "maybe"), ("tag", " "), ("utm_source", "x"), ("cursor", "old")];
    let params: Vec<_> = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(ListState::from_params(&params), ListState::default());
}

#[test]
fn names_that_are_there_twice_are_known() {
    let names = ["A", "b", "A", "a", "A"];
    assert_eq!(super::repeated_names(names.into_iter()), ["A".to_owned()].into());
}

#[test]
fn filters_are_added_replaced_and_taken_away() {
    let mut state = ListState { search: "words".into(), sort: Sort::Name, ..ListState::default() };
    for number in 0..10 {
        assert!(state.add(Token::Tag(number.to_string())));
    }
    assert!(!state.add(Token::Tag("one too many".into())) && state.add(Token::Tag("3".into())));
    assert_eq!(state.tags.len(), 10);
    state.add(Token::State(StatusFilter::Failed));
    state.add(Token::State(StatusFilter::Running));
    state.add(Token::Category("Content".into()));
    assert_eq!((state.status, state.tokens().len()), (Some(StatusFilter::Running), 12));
    let query = state.to_query(None);
    assert_eq!((query.tag.len(), query.status.map(|it| it.len()), query.include.len()), (10, Some(2), 2));
    assert_eq!(state.to_query(Some("c".into())).include.len(), 1);
    let alone = state.alone();
    assert_eq!((alone.len(), alone[0].1.search.as_str(), alone[1].1.tags.len()), (13, "words", 1));
    for token in state.tokens() {
        state.remove(&token);
    }
    assert_eq!(state.tokens(), []);
    state.clear();
    assert_eq!(state, ListState { sort: Sort::Name, ..ListState::default() });
}

proptest! {
    #[test]
    fn an_address_reads_back(
        search in "[a-zü]{0,5}( [a-z]{1,3})?", sort in prop::sample::select(Sort::ALL.to_vec()),
        tags in prop::collection::btree_set("[a-z]{1,5}", 0..4), status in prop::option::of(0..5_usize), category in prop::option::of("[a-z]{1,5}"),
        is_template in prop::option::of(any::<bool>()),
    ) {
        let search = search.trim().to_owned();
        let (tags, status) = (tags.into_iter().collect(), status.map(|at| StatusFilter::ALL[at]));
        let state = ListState { search, sort, tags, status, category, is_template };
        let params: Vec<_> = state.to_params().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        prop_assert_eq!(ListState::from_params(&params), state);
    }
}
