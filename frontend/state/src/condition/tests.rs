//! Expressions that the form shows, those that it does not, and the way there and back.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 3] = ["Score", "Facts and figures", "Reader's view"];

fn shown(expression: &str) -> Option<Vec<(String, &'static str, String)>> {
    let rows = read(expression, &NAMES)?.rows.into_iter();
    let right = |row: &Row| if row.comparison.has_right() { row.right.shown(&NAMES) } else { String::new() };
    Some(rows.map(|row| (row.left.shown(&NAMES), row.comparison.words(), right(&row))).collect())
}

#[test]
fn comparisons_are_shown() {
    for (expression, left, words, right) in [
        ("steps.Score.score >= 4", "steps.Score.score", "is at least", "4"),
        ("steps.Score.content == 'good'", "steps.Score.content", "is", "good"),
        ("input.lang != \"5\"", "input.lang", "is not", "\"5\""),
        ("steps.Facts and figures.content == \"and\"", "steps.Facts and figures.content", "is", "and"),
        ("steps[\"Reader's view\"].decision == 'approve'", "steps[\"Reader's view\"].decision", "is", "approve"),
        ("'spam' in item.tags", "item.tags", "contains", "spam"),
        ("'spam' not in steps.Score.content", "steps.Score.content", "does not contain", "spam"),
        ("item.scores[0] < -0.5", "item.scores[0]", "is less than", "-0.5"),
        ("previous.text == steps.Score.content", "previous.text", "is", "steps.Score.content"),
        ("iteration > 2", "iteration", "is greater than", "2"),
        ("input.deep", "input.deep", "is true", ""),
        ("not context.DEEP", "context.DEEP", "is not true", ""),
        ("input.yes == true", "input.yes", "is", "true"),
        ("  input.a  <=  1 ", "input.a", "is at most", "1"),
    ] {
        assert_eq!(shown(expression), Some(vec![(left.to_owned(), words, right.to_owned())]), "{expression}");
    }
}

#[test]
fn rows_are_joined_by_one_word() {
    let three = "steps.Score.score > 1 and not input.a and 'x' in input.b";
    assert_eq!(read(three, &NAMES).map(|it| (it.join, it.rows.len())), Some((Join::All, 3)));
    let two = "steps.Score.score > 1 or input.a";
    assert_eq!(read(two, &NAMES).map(|it| (it.join, it.rows.len())), Some((Join::Any, 2)));
    assert_eq!(read("input.a", &NAMES).map(|it| it.join), Some(Join::All));
}

#[test]
fn what_the_form_cannot_show_stays_a_text() {
    for expression in [
        "",
        " ",
        "input.a and",
        "and input.a",
        "input.a and input.b or input.c",
        "(input.a or input.b) and input.c",
        "input.a | length > 3",
        "input.a + 1 > 2",
        "not input.a == 1",
        "input.a is defined",
        "input.a == 1 == 2",
        "input.a ==",
        "score > 4",
        "input.a == 'open",
        "input.a == '\\x41'",
        "input.a == 1e5",
        "input.a == [1]",
        "input.a[input.b] == 1",
        "{{ input.a }}",
        "input.a }} x {{ input.b",
    ] {
        assert_eq!(read(expression, &NAMES), None, "{expression}");
    }
}

#[test]
fn a_field_takes_what_is_meant() {
    let typed = |text: &str| Operand::typed(text, &NAMES);
    for (text, expected) in [
        ("4", Operand::Number("4".into())),
        ("-1.5", Operand::Number("-1.5".into())),
        ("true", Operand::Bool(true)),
        ("input.a", Operand::Reference("input.a".into())),
        (" steps.Facts and figures.content ", Operand::Reference("steps.Facts and figures.content".into())),
        ("item", Operand::Reference("item".into())),
        ("good", Operand::Text("good".into())),
        ("very good", Operand::Text("very good".into())),
        ("4 stars", Operand::Text("4 stars".into())),
        ("\"4\"", Operand::Text("4".into())),
        ("it's \"so\"", Operand::Text("it's \"so\"".into())),
        ("a }} b", Operand::Text("a }} b".into())),
    ] {
        assert_eq!(typed(text), Some(expected), "{text}");
    }
    assert_eq!(typed(" "), None);
}

fn any_operand() -> impl Strategy<Value = Operand> {
    let reference = prop_oneof![
        Just("steps.Score.score"),
        Just("steps.Facts and figures.content"),
        Just("steps[\"Reader's view\"].decision"),
        Just("input.lang"),
        Just("context.TONE"),
        Just("item"),
        Just("item.tags[0]"),
        Just("previous.content"),
        Just("steps.Score.output[\"first name\"]"),
    ];
    prop_oneof![
        reference.prop_map(|text| Operand::Reference(text.into())),
        "[a-z0-9 '\"\\\\\n\té😀.=<>{-]{0,8}|true|not x|input\\.a|4".prop_map(Operand::Text),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,2})?".prop_map(Operand::Number),
        any::<bool>().prop_map(Operand::Bool),
    ]
}

fn any_row() -> impl Strategy<Value = Row> {
    (any_operand(), prop::sample::select(Comparison::ALL.to_vec()), any_operand()).prop_map(
        |(left, comparison, right)| {
            let right = if comparison.has_right() { right } else { Operand::Bool(true) };
            Row { left, comparison, right }
        },
    )
}

proptest! {
    #[test]
    fn what_the_form_writes_it_reads(rows in prop::collection::vec(any_row(), 1..4), any_join in any::<bool>()) {
        // One row is joined by nothing.
        let join = if any_join && rows.len() > 1 { Join::Any } else { Join::All };
        let condition = Condition { join, rows };
        let expression = write(&condition);
        prop_assert_eq!(read(&expression, &NAMES), Some(condition), "{}", expression);
    }

    #[test]
    fn what_is_read_is_written_with_the_same_meaning(text in "(input\\.a|steps\\.Score\\.score|item| |==|<=|>|and|or|not|in|4|'x'|\"y\"|true|\\(|\\||\\.b){0,9}") {
        if let Some(condition) = read(&text, &NAMES) {
            prop_assert_eq!(read(&write(&condition), &NAMES), Some(condition));
        }
    }

    #[test]
    fn a_value_is_shown_as_it_is_typed(operand in any_operand()) {
        prop_assert_eq!(Operand::typed(&operand.shown(&NAMES), &NAMES), Some(operand));
    }

    #[test]
    fn any_text_can_be_typed(text in any::<String>()) {
        let _read = read(&text, &NAMES);
        if let Some(operand) = Operand::typed(&text, &NAMES) {
            prop_assert_eq!(Operand::typed(&operand.shown(&NAMES), &NAMES), Some(operand));
        }
    }
}
