//! Tables for the reading and rewriting of templates.

use proptest::prelude::*;

use super::*;

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
