//! A table of the scope rule.

use serde_json::{Value, json};

use super::*;
use crate::definition::Definition;

/// Lists in every kind of container, one inside the other.
fn index() -> Index {
    let note = |label: &str| json!({"label": label, "type": "llm", "prompt": "x"});
    let inner = json!({"label": "Inner", "type": "loop", "until": "true", "max_iterations": 3, "steps": [note("Round"), note("Judge")]});
    let each = json!({"label": "Each", "type": "parallel", "for_each": "input", "steps": [note("Draft"), inner, note("After")]});
    let fan = json!({"label": "Fan", "type": "parallel", "branches": [
        {"name": "eu", "steps": [note("Paris")]}, {"name": "us", "steps": [note("Boston"), each]}]});
    let route = json!({"label": "Route", "type": "conditional",
        "cases": [{"name": "big", "when": "true", "steps": [note("Big")]}],
        "otherwise": {"steps": [note("Small")]}});
    let definition = json!({"steps": [note("First"), route, note("Middle"), fan, note("Last")]});
    Index::of(&serde_json::from_value::<Definition>(definition).unwrap())
}

fn letter(resolution: Resolution<'_>) -> char {
    match resolution {
        Resolution::Visible(_) => 'v',
        Resolution::Later(_) => 'l',
        Resolution::Hidden(_) => 'h',
        Resolution::Around(_) => 'a',
        Resolution::Unknown => '?',
    }
}

/// For each place: which steps it sees, and the names that containers give it.
#[test]
fn what_each_place_sees() {
    let index = index();
    let rows: Vec<String> = index
        .places()
        .iter()
        .flat_map(|place| {
            let until = matches!(place.step.kind, StepKind::Loop(_))
                .then(|| (format!("{} until", place.step.label), index.scope_after_round(place)));
            [(place.step.label.clone(), index.scope(place))].into_iter().chain(until)
        })
        .map(|(label, scope)| {
            let seen: String = index.places().iter().map(|target| letter(scope.resolve(&target.step.label))).collect();
            let locals: Vec<String> = scope
                .locals()
                .names()
                .map(|name| format!("{}.{name}", scope.source_of(name).unwrap().step.label))
                .collect();
            format!("{label:12} {seen} {}", locals.join(" ")).trim_end().to_owned()
        })
        .collect();
    let each = "Each.item Each.index";
    let inner = "Inner.iteration Inner.previous";
    assert_eq!(
        rows,
        [
            // F: First, R: Route, B: Big, S: Small, M: Middle, f: Fan, P: Paris, b: Boston, E: Each, D: Draft, I: Inner,
            // r: Round, J: Judge, A: After, L: Last
            //            FRBSMfPbEDIrJAL
            "First        llhhllhhhhhhhhl",
            "Route        vlhhllhhhhhhhhl",
            "Big          valhllhhhhhhhhl",
            "Small        vahlllhhhhhhhhl",
            "Middle       vvhhllhhhhhhhhl",
            "Fan          vvhhvlhhhhhhhhl",
            "Paris        vvhhvalhhhhhhhl",
            "Boston       vvhhvahllhhhhhl",
            "Each         vvhhvahvlhhhhhl",
            &format!("Draft        vvhhvahvallhhll {each}"),
            &format!("Inner        vvhhvahvavlhhll {each}"),
            &format!("Inner until  vvhhvahvavavvll {each} {inner}"),
            &format!("Round        vvhhvahvavallll {each} {inner}"),
            &format!("Judge        vvhhvahvavavlll {each} {inner}"),
            &format!("After        vvhhvahvavvhhll {each}"),
            "Last         vvhhvvhhhhhhhhl",
        ]
    );
}

#[test]
fn containers_give_their_names_as_fields_too() {
    let index = index();
    let (round, each) = (index.named("Round").unwrap(), index.named("Each").unwrap());
    let scope = index.scope(round);
    assert_eq!(scope.fields_of(each).names().collect::<Vec<_>>(), ["item", "index"]);
    assert_eq!(scope.fields_of(index.named("Fan").unwrap()), Locals::default());
    assert!(scope.source_of("loop").is_none());
    let visible: Vec<&str> = scope.visible().map(|place| place.step.label.as_str()).collect();
    assert_eq!(visible, ["First", "Route", "Middle", "Boston", "Draft"]);
}

#[test]
fn a_container_uses_what_its_expressions_name() {
    let of = |steps: Value| {
        let definition: Definition = serde_json::from_value(json!({ "steps": steps })).unwrap();
        let index = Index::of(&definition);
        let used = |place| {
            let used = index.used_by(place);
            used.into_iter().map(|place| place.step.label.clone()).collect::<Vec<_>>().join(" ")
        };
        index.places().iter().map(used).collect::<Vec<_>>()
    };
    let a = json!({"label": "A", "type": "llm", "prompt": "x"});
    let draft = json!({"label": "Draft", "type": "llm", "prompt": "{{ steps.Polish.previous }} {{ steps.A.content }}"});
    let polish = json!({"label": "Polish", "type": "loop", "until": "steps.Draft.content == steps.Polish.previous",
        "max_iterations": 2, "steps": [draft]});
    assert_eq!(of(json!([a, polish])), ["", "Draft", "A"]);
    let route = json!({"label": "Route", "type": "conditional",
        "cases": [{"name": "a", "when": "steps.A.content == 'x'", "steps": []}]});
    let each = json!({"label": "Each", "type": "parallel", "for_each": "steps.Route.output", "steps": []});
    assert_eq!(of(json!([a, route, each])), ["", "A", "Route"]);
}
