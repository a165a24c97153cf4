//! The design of workflows against npm's aimock, a model server that we did not write. It reads the requests of each
//! protocol, and gives its second answer only when it finds the finding in them.

use rstest::rstest;
use sluice_testing::aimock;
use sluice_types::Severity;

use super::answers::{Designer, Speaks, codes};

async fn designer(speaks: Speaks) -> Designer {
    let designer = Designer::new(speaks, []).await;
    designer.call_at(aimock::url()).await;
    designer
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_answer_is_a_workflow(#[case] speaks: Speaks) {
    let designer = designer(speaks).await;
    let design = designer.design("Write a report on tea.").await.unwrap();
    assert_eq!((design.workflow.name.as_str(), design.explanation.as_str()), ("A report", "It writes."));
    assert_eq!((codes(&design).len(), designer.calls()), (0, 1), "{:?}", design.findings);
    let (_, usage) = designer.usage().unwrap();
    assert!(usage.input_tokens > 0 && usage.output_tokens > 0, "{usage:?}");
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_answer_is_mended_in_the_second_call(#[case] speaks: Speaks) {
    let designer = designer(speaks).await;
    let design = designer.design("Write a report on coffee.").await.unwrap();
    assert_eq!((codes(&design).len(), designer.calls()), (0, 2), "{:?}", design.findings);
    let steps: Vec<&str> = design.workflow.definition.steps.iter().map(|step| step.id.as_str()).collect();
    assert_eq!(steps, ["write"]);
}

#[rstest]
#[case::openai_chat(Speaks::OpenAiChat)]
#[case::anthropic(Speaks::Anthropic)]
#[case::gemini(Speaks::Gemini)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_stays_bad_is_told_with_its_findings(#[case] speaks: Speaks) {
    let designer = designer(speaks).await;
    let design = designer.design("Write a report on cocoa.").await.unwrap();
    assert_eq!(designer.calls(), 4);
    let errors = design.findings.iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["unknown_agent"]);
}
