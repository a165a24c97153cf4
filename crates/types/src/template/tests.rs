//! Tables for the reading and rewriting of templates.

use proptest::prelude::*;

use std::cell::Cell;

use super::*;
use crate::limits::{MAX_BRANCHES, MAX_EXPRESSION_TOKENS, MAX_FINDINGS_OF_A_KIND, MAX_PROMPT_BYTES};

thread_local! {
    static WORK: Cell<usize> = const { Cell::new(0) };
}

/// Counts the bytes that reading a template looks at.
pub(super) fn count_work(bytes: usize) {
    WORK.set(WORK.get() + bytes);
}

const LABELS: [&str; 6] = ["Idea Generation", "Idea", "Research & Brainstorm", "Reader's view", "v1.0 Draft", "idea-2"];

fn found(source: &str) -> Vec<(Root, String, Option<String>, bool)> {
    references(source, &LABELS).unwrap().into_iter().map(|r| (r.root, r.name, r.field, r.optional)).collect()
}

#[test]
fn all_three_spellings_mean_the_same() {
    for source in [
        "Use {{steps.Idea Generation.content}} now",
        "Use {{ steps[\"Idea Generation\"].content }} now",
        "Use {{ steps['Idea Generation'].content }} now",
        "Use ${steps.Idea Generation.content} now",
    ] {
        assert_eq!(found(source), [(Root::Steps, "Idea Generation".into(), Some("content".into()), false)], "{source}");
        let jinja = to_jinja(source, &LABELS).unwrap().replace(' ', "");
        assert_eq!(jinja, "Use{{steps[\"IdeaGeneration\"].content}}now", "{source}");
    }
}

#[test]
fn labels_may_hold_signs() {
    for label in LABELS {
        let source = format!("{{{{steps.{label}.content}}}}");
        assert_eq!(found(&source), [(Root::Steps, label.to_owned(), Some("content".into()), false)], "{source}");
    }
}

#[test]
fn an_unknown_label_is_named_whole() {
    assert_eq!(found("{{steps.Idea Genration.content}}")[0].1, "Idea Genration");
    assert_eq!(found("{{ steps.nothing or 1 }}")[0].1, "nothing");
}

#[test]
fn inputs_and_context() {
    assert_eq!(
        found(
            "{{input.topic}} {{ input.audience | default(\"all\") }} ${context.KEY} {% if input.tone %}{{input.tone}}{% endif %}"
        ),
        [
            (Root::Input, "topic".into(), None, false),
            (Root::Input, "audience".into(), None, true),
            (Root::Context, "KEY".into(), None, false),
            (Root::Input, "tone".into(), None, true),
            (Root::Input, "tone".into(), None, true),
        ]
    );
}

#[test]
fn text_stays_text() {
    let source =
        "JSON {\"a\": {\"b\": 1}} shell ${HOME} js ${user.name} {# steps.x #} {% raw %}{{steps.x}}{% endraw %}";
    assert_eq!(found(source), []);
    assert_eq!(to_jinja(source, &LABELS).unwrap(), source);
    assert_eq!(dollar_text(source).unwrap()[0].0, "user.name");
}

#[test]
fn unclosed_says_where() {
    let error = references("one\ntwo {{steps.Idea", &LABELS).unwrap_err();
    assert_eq!((error.line, error.column), (2, 5));
    for source in ["${steps.Idea", "{% if x", "{# no end", "{% raw %} {{"] {
        assert!(references(source, &LABELS).is_err(), "{source}");
    }
}

#[test]
fn unknown_names_are_found_and_locals_are_not() {
    let names =
        |source: &str| unknown_names(source, &LABELS).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names("{{ topic }} {{ input.topic }}"), ["topic"]);
    assert_eq!(
        names("{% for line in input.lines %}{{ loop.index }} {{ line | upper }}{% endfor %}"),
        Vec::<String>::new()
    );
    assert_eq!(names("{% set x = 1 %}{{ x + y }}"), ["y"]);
    assert_eq!(names("{{ input.a | join(sep=', ') if input.b is defined else range(3) }}"), Vec::<String>::new());
}

#[test]
fn a_rename_keeps_the_spelling() {
    let source = "{{steps.Idea.content}} {{ steps[\"Idea\"].output }} ${steps.Idea.content} {{steps.Idea Generation.content}} Idea";
    assert_eq!(
        rename(source, &LABELS, "Idea", "Big Idea").unwrap(),
        "{{steps.Big Idea.content}} {{ steps.Big Idea.output }} ${steps.Big Idea.content} {{steps.Idea Generation.content}} Idea"
    );
    assert_eq!(rename("{{steps.Idea.content}}", &LABELS, "Idea", "a.b").unwrap(), "{{steps[\"a.b\"].content}}");
}

#[test]
fn a_hyphen_in_a_name_is_told() {
    let told = |source: &str| {
        unknown_names(source, &LABELS).unwrap().into_iter().map(|(_, error)| error.message).collect::<Vec<_>>()
    };
    assert_eq!(
        told("{{input.user-name}}"),
        ["`input.user-name` is read as a subtraction: for the name `user-name`, write `input[\"user-name\"]`"]
    );
    assert_eq!(
        told("{{ steps.Idea.due-date | upper }}"),
        ["`steps.Idea.due-date` is read as a subtraction: for the name `due-date`, write `steps.Idea[\"due-date\"]`"]
    );
    assert_eq!(told("{{ input.a-input.b }}{{ input.a-1 }}"), Vec::<String>::new());
}

#[test]
fn wide_white_space_beside_braces_becomes_a_space() {
    let source = "{{\u{a0}input.a\u{3000}|\u{a0}default(\"\u{a0}\")\u{a0}}}\u{a0}";
    assert_eq!(to_jinja(source, &LABELS).unwrap(), "{{ input.a | default(\"\u{a0}\") }}\u{a0}");
    assert_eq!(found(source), [(Root::Input, "a".into(), None, true)]);
}

#[cfg(feature = "unicode")]
#[test]
fn labels_are_found_in_both_unicode_forms() {
    let (composed, decomposed) = ("R\u{e9}sum\u{e9}", "Re\u{301}sume\u{301}");
    for source in [format!("{{{{steps.{decomposed}.content}}}}"), format!("{{{{ steps[\"{decomposed}\"].content }}}}")]
    {
        let jinja = to_jinja(&source, &[composed]).unwrap().replace(' ', "");
        assert_eq!(jinja, format!("{{{{steps[\"{composed}\"].content}}}}"));
    }
}

#[test]
fn expressions_and_branches_have_limits() {
    let list = |tokens: usize| format!("{{{{ {} }}}}", "- ".repeat(tokens));
    assert!(references(&list(MAX_EXPRESSION_TOKENS), &LABELS).is_ok());
    let error = references(&list(MAX_EXPRESSION_TOKENS + 1), &LABELS).unwrap_err();
    assert!(error.message.contains("at most 1000 words and signs"), "{error}");
    let branches = |count: usize| format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(count));
    assert!(references(&branches(MAX_BRANCHES).repeat(2), &LABELS).is_ok());
    assert!(references(&branches(MAX_BRANCHES + 1), &LABELS).is_err());
}

#[test]
fn the_depth_is_a_bound() {
    let depth = |source: &str| Reading::new(source, &Names::new(&LABELS)).unwrap().depth();
    assert_eq!(depth("Use {{steps.Idea Generation.content}} and {{ input.a }}"), 1);
    assert_eq!(depth("{% if a %}{% for b in c %}{{ ((d)) }}{% endfor %}{% elif x %}{% endif %}"), 5 + 2);
    assert!(depth(&"{% set a = 1 %}".repeat(1_000)) < 200);
}

/// The work of all queries on a template.
fn work(source: &str, labels: &[&str]) -> usize {
    let names = Names::new(labels);
    WORK.set(0);
    if let Ok(reading) = Reading::new(source, &names) {
        let _ = (reading.to_jinja(), reading.unknown_names(Locals::default()), reading.dollar_text());
    }
    WORK.get()
}

#[test]
fn reading_takes_linear_work() {
    let many: Vec<String> = (0..2_000).map(|n| format!("Step {n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (part, around) in [
        ("{{input.a}}", ("", "")),
        ("{{steps.Step 1999.content}}", ("", "")),
        ("{{steps.nobody's.content}} ", ("", "")),
        ("{{ ' }}", ("", "")),
        ("{{ ' }}{{ \" }}", ("", "")),
        ("{% if ' %}${input.a}", ("", "")),
        ("{{ topic }}\n", ("", "")),
        ("${user.name} ", ("", "")),
        ("${", ("", "")),
        ("{#", ("", "")),
        ("'", ("{{ ", " }}")),
        ("\\'", ("{{ '", " }}")),
        ("\" ' ", ("{{ ", " }}")),
        ("input.a~", ("{{", "x}}")),
        ("steps['", ("{{", "}}")),
        ("steps.x ", ("{{", "}}")),
        ("{%", ("{% raw %}", "")),
        ("a", ("{{ input.", " }}")),
        (" ", ("{{ input", ".a }}")),
    ] {
        let template = |count: usize| format!("{}{}{}", around.0, part.repeat(count), around.1);
        let (once, twice) = (work(&template(20_000), &many), work(&template(40_000), &many));
        assert!(twice < 3 * once && once < 100 * template(20_000).len(), "{part}: {once}, then {twice}");
    }
}

#[test]
fn findings_of_one_template_are_bounded() {
    let source = "{{ topic }}\n".repeat(10_000) + &"${user.name}\n".repeat(10_000);
    let unknown = unknown_names(&source, &LABELS).unwrap();
    assert_eq!(unknown.len(), MAX_FINDINGS_OF_A_KIND + 1);
    assert_eq!((unknown[99].1.line, unknown[99].1.column), (100, 4));
    assert_eq!(dollar_text(&source).unwrap()[1].1.line, 10_002);
}

#[test]
fn the_longest_prompt_of_one_expression_is_read() {
    // It took minutes when each reference read the rest anew. It is refused for its length now, so
    // the largest expression that is taken is repeated as well.
    let one = format!("{{{{{}x}}}}", "input.a~".repeat(MAX_PROMPT_BYTES / 8 - 1));
    assert!(work(&one, &LABELS) < 10 * one.len());
    let largest = format!("{{{{{}x}}}}", "input.a~".repeat(MAX_EXPRESSION_TOKENS / 2 - 1));
    let all = largest.repeat(MAX_PROMPT_BYTES / largest.len());
    assert!(references(&all, &LABELS).unwrap().len() > 100_000);
    assert!(work(&all, &LABELS) < 30 * all.len());
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(source in "[a-z{}%#$ .\\[\\]\"'|é\n]{0,60}") {
        let _ = (references(&source, &LABELS), to_jinja(&source, &LABELS), unknown_names(&source, &LABELS), dollar_text(&source));
    }

    #[test]
    fn any_label_is_found_again(label in "[A-Za-z][A-Za-z0-9 &'.|-]{0,30}[a-z]") {
        let source = format!("x {{{{ steps.{label}.content }}}} y");
        let all = references(&source, &[label.as_str()]).unwrap();
        prop_assert_eq!(&all[0].name, &label);
        let renamed = rename(&source, &[label.as_str()], &label, "New").unwrap();
        prop_assert_eq!(renamed, "x {{ steps.New.content }} y");
    }
}
