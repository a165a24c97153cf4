//! The designs of the demo designer, by the lint.

use proptest::prelude::*;
use sluice_types::{Candidate, Definition, Index, LintContext, StepType};

use super::*;
use crate::check::lint_deeply;
use crate::generate::request::Base;
use crate::mcp_servers::native_tools;

fn inventory() -> Inventory {
    Inventory { tools: native_tools(), ..Inventory::default() }
}

fn request(prompt: &str, base: Option<Definition>) -> DesignRequest {
    let base =
        base.map(|definition| Base { workflow_id: None, name: "W".into(), description: String::new(), definition });
    DesignRequest {
        prompt: prompt.into(),
        base,
        candidate: Candidate { provider: "demo".into(), model: "demo".into() },
    }
}

fn design(prompt: &str) -> Answer {
    designed(&request(prompt, None), &inventory())
}

fn kinds(definition: &Definition) -> Vec<StepType> {
    Index::of(definition).places().iter().map(|place| place.step.step_type()).collect()
}

fn errors(definition: &Definition) -> Vec<String> {
    let report = lint_deeply(definition, &LintContext::default(), None);
    report.errors().map(|finding| format!("{} {}", finding.pointer, finding.code)).collect()
}

fn labels(definition: &Definition) -> Vec<String> {
    Index::of(definition).places().iter().map(|place| place.step.label.clone()).collect()
}

#[test]
fn the_words_of_a_prompt_choose_the_steps() {
    use StepType::{Agent, Conditional, Llm, Loop, Parallel, Review, Tool};
    let cases: [(&str, &[StepType]); 8] = [
        ("Research tea and write a report", &[Llm, Llm]),
        ("Write a mail, then have it approved by me", &[Llm, Review]),
        ("For each city find a hotel", &[Parallel, Llm]),
        ("If the mail is urgent, answer it, otherwise file it", &[Llm, Conditional, Llm, Llm]),
        ("Improve the text until it is good", &[Loop, Llm, Llm]),
        ("Fetch the page and summarise it", &[Tool, Llm]),
        ("Let an agent plan the trip", &[Agent]),
        ("Review it", &[Llm, Review]),
    ];
    for (prompt, expected) in cases {
        let answer = design(prompt);
        assert_eq!(kinds(&answer.definition), expected, "{prompt}");
        let report = lint_deeply(&answer.definition, &LintContext::default(), None);
        assert_eq!(report.findings, [], "{prompt}");
        assert!(answer.explanation.starts_with(SIMULATED));
        assert_eq!(answer, design(prompt));
    }
    assert_eq!(design("Make a research brief on buses").definition, built_in_templates()[1].definition);
}

#[test]
fn a_workflow_is_changed_by_simple_words() {
    let base = design("Research tea, write a report and review it").definition;
    let refine = |prompt: &str| {
        let answer = designed(&request(prompt, Some(base.clone())), &inventory());
        assert_eq!(errors(&answer.definition), Vec::<String>::new(), "{prompt}");
        labels(&answer.definition)
    };
    assert_eq!(labels(&base), ["Research tea", "Write a report", "Review it"]);
    assert_eq!(refine("Remove the review"), ["Research tea", "Write a report"]);
    assert_eq!(refine("Remove the step Write a report"), ["Research tea", "Review it"]);
    assert_eq!(refine("rename Research tea to Look for tea"), ["Look for tea", "Write a report", "Review it"]);
    let with_review = ["Research tea", "Review", "Write a report", "Review it"];
    assert_eq!(refine("add a review before Write a report"), with_review);
    assert_eq!(
        refine("Add a step that translates the report"),
        ["Research tea", "Write a report", "Review it", "Translates the report"]
    );
    assert_eq!(refine("Let me approve it before Write a report"), with_review);
    assert_eq!(refine("put a review before Write a report"), with_review);
    assert_eq!(
        refine("Translate the report into French"),
        ["Research tea", "Write a report", "Review it", "Translate the report into French"]
    );
    assert_eq!(refine("make it shorter"), labels(&base));
    let shorter = designed(&request("make it shorter", Some(base.clone())), &inventory()).definition;
    assert_ne!(shorter, base);
    assert_eq!(designed(&request("x", Some(Definition::default())), &inventory()).definition, Definition::default());
}

#[test]
fn steps_are_moved_by_simple_words() {
    let step =
        |label: &str| serde_json::json!({"id": label.to_lowercase(), "label": label, "type": "llm", "prompt": "x"});
    let steps = ["Alpha", "Beta", "Gamma"].map(step);
    let base: Definition = serde_json::from_value(serde_json::json!({"steps": steps})).unwrap();
    let refine = |prompt: &str| labels(&designed(&request(prompt, Some(base.clone())), &inventory()).definition);
    assert_eq!(refine("Move Gamma before Alpha"), ["Gamma", "Alpha", "Beta"]);
    assert_eq!(refine("Move Alpha after Beta"), ["Beta", "Alpha", "Gamma"]);
    assert_eq!(refine("Move Alpha after Gamma"), ["Beta", "Gamma", "Alpha"]);
    assert_eq!(refine("Move Beta after Alpha"), labels(&base));
}

#[test]
fn a_workflow_is_changed_as_a_whole_by_simple_words() {
    let base = design("Research tea, write a report and review it").definition;
    let refine = |prompt: &str| designed(&request(prompt, Some(base.clone())), &inventory());
    let named = refine("Call it Weekly tea");
    assert_eq!((named.name.as_str(), &named.definition), ("Weekly tea", &base));
    assert_eq!(refine("rename the workflow to Daily tea").name, "Daily tea");
    assert_eq!(refine("rename Research tea to Look for tea").name, "W", "a step is meant");
    let modelled = refine("Use the model demo-instant.").definition;
    assert_eq!((modelled.provider.as_deref(), modelled.model.as_deref()), (Some("demo"), Some("demo-instant")));
    let unknown = refine("Use the model nobody-5");
    assert_eq!(unknown.definition, base);
    assert!(unknown.explanation.contains("no known provider has a model “nobody-5”"), "{}", unknown.explanation);
    let asked = refine("Add an input called Target audience").definition;
    let names: Vec<&str> = asked.inputs.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names.last(), Some(&"target_audience"));
    let off = refine("Switch off the review").definition;
    let enabled: Vec<bool> = off.steps.iter().map(|step| step.enabled).collect();
    assert_eq!(enabled, [true, true, false]);
    assert_eq!(errors(&asked), Vec::<String>::new());
}

proptest! {
    #[test]
    fn any_prompt_gives_a_workflow_without_errors(prompt in "\\PC{0,200}") {
        prop_assert_eq!(errors(&design(&prompt).definition), Vec::<String>::new());
    }

    #[test]
    fn words_that_mean_something_give_a_workflow_without_errors(
        parts in prop::collection::vec(prop::sample::select(vec![
            "if", "else", "otherwise", "until", "for each", "review", "approve", "and", "then", ",", ".", "\n", "\0",
            "agent", "fetch", "url", "file", "search", "{{", "}}", "{%", "%}", "{#", "${x}", "\"", "\\", "'", "end",
            "write", "a", "Step", "Decide", "写", "اكتب", "🎉", "improve", "polish", "triage", "remove", "rename", " to ",
            "add", "before", "after", "shorter", "move", "switch", "off", "translate", "use the model", "call it",
            "add an input",
        ]), 0..40),
        base in prop::collection::vec(prop::sample::select(vec!["write", "review", "if", "until", "for each", ",", "and"]), 0..10),
    ) {
        let prompt = parts.join(" ");
        let definition = design(&prompt).definition;
        prop_assert_eq!(errors(&definition), Vec::<String>::new());
        let base = design(&base.join(" ")).definition;
        let refined = designed(&request(&prompt, Some(base)), &inventory()).definition;
        prop_assert_eq!(errors(&refined), Vec::<String>::new());
    }
}

#[test]
fn a_long_prompt_gives_a_workflow_without_errors() {
    for prompt in ["{{ input.x }} ".repeat(1_500), "写".repeat(7_000), "write ".repeat(4_000), "a".repeat(20_000)] {
        assert_eq!(errors(&design(&prompt).definition), Vec::<String>::new());
    }
}
