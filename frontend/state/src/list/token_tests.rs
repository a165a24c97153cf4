use proptest::prelude::*;
use sluice_types::{WorkflowFacet, WorkflowFacets};

use super::tokens::{Key, Open, Token, Typed, Wrong, parse, suggestions};
use crate::runs::StatusFilter;

fn tag(value: &str) -> Token {
    Token::Tag(value.into())
}

fn done(text: &str) -> (Vec<Token>, String) {
    let Typed { tokens, words, .. } = parse(text, true);
    (tokens, words)
}

#[test]
fn tokens_are_taken_out_of_words() {
    let all = vec![tag("marketing"), Token::State(StatusFilter::Failed), Token::Category("Our content".into())];
    let text = "weekly tag:marketing state:failed  category:\"Our content\" brief";
    assert_eq!(done(text), (all, "weekly brief".to_owned()));
    assert_eq!(
        done("TAG: marketing State:FAILED"),
        (vec![tag("marketing"), Token::State(StatusFilter::Failed)], String::new())
    );
    // The same twice counts once.
    assert_eq!(done("tag:a tag:a").0, [tag("a")]);
    // Other words with colons are words.
    assert_eq!(done("https://a.b owner:me"), (vec![], "https://a.b owner:me".to_owned()));
    assert_eq!(done("tags:x mytag:y"), (vec![], "tags:x mytag:y".to_owned()));
    assert_eq!(done("tag:a:b").0, [tag("a:b")]);
}

#[test]
fn quotes_that_make_no_sense_are_text() {
    for text in ["\"", "\"\"", "a \" b", "“x”"] {
        assert_eq!(done(text), (vec![], text.to_owned()));
    }
    // A quote that is not closed ends with the text.
    assert_eq!(done("tag:\"two words").0, [tag("two words")]);
    assert_eq!(done("tag:\"say \"\"hi\"\"\" x"), (vec![tag("say \"hi\"")], "x".to_owned()));
    assert_eq!(done("tag:a\"b").0, [tag("a\"b")]);
    assert_eq!(done("tag:\"\""), (vec![], "tag:\"\"".to_owned()));
    assert_eq!(done("tag:\""), (vec![], "tag:\"".to_owned()));
    assert_eq!(done("tag:"), (vec![], "tag:".to_owned()));
}

#[test]
fn a_token_at_the_end_is_open_until_a_space_or_its_quote() {
    let open = |text: &str| parse(text, false).open.map(|open| (open.key, open.value));
    assert_eq!(open("a tag:mark"), Some((Key::Tag, "mark".to_owned())));
    assert_eq!(open("tag:"), Some((Key::Tag, String::new())));
    assert_eq!(open("tag: "), Some((Key::Tag, String::new())));
    assert_eq!(open("category:\"Our c"), Some((Key::Category, "Our c".to_owned())));
    for closed in ["tag:mark ", "tag:\"mark\"", "tag:mark x", "words"] {
        assert_eq!(open(closed), None, "{closed}");
    }
    // While it is typed, it is neither searched for nor taken out of the field.
    let typed = parse("x tag:mark", false);
    assert_eq!((typed.words.as_str(), typed.rest.as_str(), typed.tokens.len()), ("x", "x tag:mark", 0));
    let typed = parse("x tag:mark ", false);
    assert_eq!((typed.words.as_str(), typed.rest.as_str(), typed.tokens), ("x", "x", vec![tag("mark")]));
}

#[test]
fn right_to_left_text_is_read_as_any_other() {
    assert_eq!(done("تقرير tag:تسويق شهري"), (vec![tag("تسويق")], "تقرير شهري".to_owned()));
    assert_eq!(done("category:\"דוח שנתי\" ‏x").0, [Token::Category("דוח שנתי".into())]);
}

#[test]
fn what_is_too_long_or_unknown_is_told() {
    for (text, count) in [("ä".repeat(10_000), 10_000), ("x ".repeat(101), 201), ("x".repeat(201), 201)] {
        let typed = parse(&text, true);
        assert_eq!(typed.wrong, Some(Wrong::TooLong(count)));
        assert!(typed.tokens.is_empty());
    }
    assert_eq!(parse(&"x".repeat(200), true).wrong, None);
    assert!(matches!(parse(&format!("tag:{}", "x".repeat(300)), true).wrong, Some(Wrong::TooLong(300))));
    let typed = parse("state:odd x", true);
    assert_eq!(
        (typed.wrong, typed.words.as_str(), typed.rest.as_str()),
        (Some(Wrong::UnknownState("odd".into())), "x", "state:odd x")
    );
    assert!(Wrong::UnknownState("odd".into()).message().contains("running, waiting, completed, failed, cancelled"));
    assert!(Wrong::TooLong(10_000).message().contains("10000"));
}

#[test]
fn what_is_known_is_suggested() {
    let facet = |name: &str, count| WorkflowFacet { name: name.into(), count };
    let facets = WorkflowFacets {
        tags: vec![facet("email-marketing", 9), facet("Market", 3), facet("weekly", 2)],
        categories: vec![facet("Content", 1)],
    };
    let offered = |key, value: &str, chosen: &[Token]| {
        let open = Open { key, value: value.into() };
        suggestions(&open, &facets, chosen).into_iter().map(|it| it.token.value().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered(Key::Tag, "MARK", &[]), ["Market", "email-marketing"]);
    assert_eq!(offered(Key::Tag, "", &[tag("weekly")]), ["email-marketing", "Market"]);
    assert_eq!(offered(Key::Category, "x", &[]), Vec::<String>::new());
    assert_eq!(offered(Key::State, "fail", &[]), ["Failed"]);
    assert_eq!(offered(Key::State, "paused", &[]), ["Waiting or paused"]);
}

/// A token as somebody may type it.
fn written(token: &Token) -> String {
    let value = match token {
        Token::State(state) => state.as_str().to_owned(),
        Token::Tag(value) | Token::Category(value) => value.clone(),
    };
    let is_plain = !value.starts_with('"') && !value.contains(char::is_whitespace);
    let value = if is_plain { value } else { format!("\"{}\"", value.replace('"', "\"\"")) };
    format!("{}:{value}", token.key().as_str())
}

fn any_token() -> impl Strategy<Value = Token> {
    let value = "[^\\s\"][^\\n]{0,12}[^\\s]";
    prop_oneof![
        value.prop_map(Token::Tag),
        value.prop_map(Token::Category),
        prop::sample::select(StatusFilter::ALL.to_vec()).prop_map(Token::State),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_without_loss(text in "\\PC{0,60}", is_done in any::<bool>()) {
        let typed = parse(&text, is_done);
        // What stays is read as the same again.
        let again = parse(&typed.rest, is_done);
        prop_assert_eq!(&again.words, &typed.words);
        prop_assert_eq!(again.tokens.len(), 0);
        if !is_done {
            prop_assert_eq!(again.open, typed.open);
        }
    }

    #[test]
    fn what_looks_like_tokens_is_read_without_loss(text in "((tag|state|category)(:| ?: ?)|\"|[a-z ä]){0,40}") {
        let typed = parse(&text, true);
        prop_assert!(typed.open.is_none());
        prop_assert_eq!(parse(&typed.rest, true).tokens.len(), 0);
    }

    #[test]
    fn tokens_read_back(tokens in prop::collection::vec(any_token(), 0..5), word in "[a-z]{1,5}") {
        let mut unique: Vec<Token> = Vec::new();
        for token in &tokens {
            if !unique.contains(token) {
                unique.push(token.clone());
            }
        }
        let text = tokens.iter().map(written).chain([word.clone()]).collect::<Vec<_>>().join(" ");
        prop_assume!(text.chars().count() < 200);
        prop_assert_eq!(done(&text), (unique, word));
    }
}
