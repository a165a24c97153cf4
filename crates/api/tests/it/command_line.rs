//! The command line: exit codes, what it prints, and what it asks.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::server::{SLUICE, step};

fn file(folder: &tempfile::TempDir, steps: &[Value]) -> PathBuf {
    let path = folder.path().join("workflow.json");
    std::fs::write(&path, json!({"name": "W", "definition": {"steps": steps}}).to_string()).unwrap();
    path
}

fn sluice(arguments: &[&str], file: &std::path::Path, input: Option<&str>) -> Output {
    let mut command = Command::new(SLUICE);
    command
        .arg(arguments[0])
        .arg(file)
        .args(&arguments[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    if input.is_some() {
        command.env("SLUICE_ASK", "1");
    }
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.unwrap_or_default().as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn texts(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn review() -> Value {
    json!({"id": "r", "label": "Check", "type": "review"})
}

#[test]
fn a_run_prints_its_text_and_its_progress_apart() {
    let folder = tempfile::tempdir().unwrap();
    let steps = file(
        &folder,
        &[step("a", "demo-echo", "On {{input.topic}}"), step("b", "demo-echo", "{{steps.A.content}}, again")],
    );
    let (code, out, progress) = texts(&sluice(&["run", "--input", "{\"topic\": \"tea\"}"], &steps, None));
    assert_eq!((code, out.as_str()), (Some(0), "On tea\nOn tea, again\n"));
    assert!(
        progress.contains("▶ A") && progress.contains("✔ B") && progress.contains("completed: 2 steps"),
        "{progress}"
    );
    let (code, out, _) = texts(&sluice(&["run", "--input", "{\"topic\": \"tea\"}", "--quiet"], &steps, None));
    assert_eq!((code, out.as_str()), (Some(0), "On tea, again\n"));
}

#[test]
fn a_sentence_becomes_a_file_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let generate = |arguments: &[&str]| texts(&Command::new(SLUICE).arg("generate").args(arguments).output().unwrap());
    let demo = ["--provider", "demo", "--model", "demo-instant"];
    let (code, file, told) = generate(&[&["Collect facts about owls, then write a summary"], &demo[..]].concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("demo/demo-instant designs") && told.contains("Simulated") && told.contains("✔ designed"),
        "{told}"
    );
    let path = folder.path().join("generated.json");
    std::fs::write(&path, file).unwrap();
    let run = ["run", "--input", "{\"topic\": \"owls\"}", "--yolo", "--provider", "demo", "--model", "demo-instant"];
    let (code, _, told) = texts(&sluice(&run, &path, None));
    assert_eq!(code, Some(0), "{told}");
    for (arguments, expected, part) in [
        (vec![" "], 2, "Say what the workflow is to do"),
        (vec!["x", "--provider", "demo", "--model", "demo-none"], 2, "demo-none"),
        (vec!["x", "--provider", "demo", "--model", "demo-refuse"], 1, "refused"),
    ] {
        let (code, out, told) = generate(&arguments);
        assert_eq!((code, out.as_str()), (Some(expected), ""), "{told}");
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn a_run_tells_that_a_model_thinks_and_that_an_answer_was_cut() {
    let folder = tempfile::tempdir().unwrap();
    let steps = file(&folder, &[step("a", "demo-think", "On tea"), step("b", "demo-cut", "On tea")]);
    let (code, out, progress) = texts(&sluice(&["run"], &steps, None));
    assert_eq!(code, Some(0), "{progress}");
    let lines: Vec<&str> = progress.lines().collect();
    let at = |begins: &str| lines.iter().position(|line| line.starts_with(begins));
    assert!(at("▶ A") < at("… A: thinking") && at("… A: thinking") < at("✔ A"), "{progress}");
    assert_eq!(lines.iter().filter(|line| line.contains("thinking")).count(), 1, "once for an attempt: {progress}");
    assert!(at("✔ B") < at("⚠ B: The answer was cut at its limit"), "{progress}");
    assert!(!out.contains("thoughts"), "what was thought is no part of the text: {out}");
}

#[test]
fn a_workflow_is_read_as_the_server_answers_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("exported.json");
    let export = |definition: Value| {
        let workflow = json!({"id": "w", "name": "W", "description": "", "category": null, "tags": ["a"], "version": 3,
            "definition": definition, "is_active": true, "created_at": "2026-01-02T03:04:05Z"});
        std::fs::write(&path, workflow.to_string()).unwrap();
    };
    export(json!({"steps": [step("a", "demo-echo", "hello")]}));
    assert_eq!(texts(&sluice(&["check"], &path, None)).0, Some(0));
    let (code, out, error) = texts(&sluice(&["run"], &path, None));
    assert_eq!((code, out.trim()), (Some(0), "hello"), "{error}");
    export(json!({"steps": [], "stepz": []}));
    let (code, _, error) = texts(&sluice(&["check"], &path, None));
    assert_eq!(code, Some(2));
    assert!(error.contains("at /definition/stepz: unknown field"), "{error}");
}

#[test]
fn gates_are_asked_at_the_prompt() {
    let folder = tempfile::tempdir().unwrap();
    let steps =
        file(&folder, &[step("a", "demo-echo", "first"), review(), step("b", "demo-echo", "{{steps.Check.content}}!")]);
    let edited = folder.path().join("edited.txt");
    std::fs::write(&edited, "second").unwrap();
    let answers = format!("nonsense\napprove\n{}\n", edited.display());
    let (code, out, asked) = texts(&sluice(&["run"], &steps, Some(&answers)));
    assert_eq!((code, out.lines().last()), (Some(0), Some("second!")), "{asked}");
    assert!(asked.contains("Decide (approve, reject, revise)") && asked.contains("first"), "{asked}");
    assert_eq!(texts(&sluice(&["run"], &steps, Some("reject\n"))).0, Some(3));
    assert_eq!(texts(&sluice(&["run"], &steps, None)).0, Some(4));
    assert_eq!(texts(&sluice(&["run", "--yolo"], &steps, None)).0, Some(0));
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let broken = file(&folder, &[step("a", "demo-broken", "x")]);
    let (code, _, error) = texts(&sluice(&["run"], &broken, None));
    assert_eq!(code, Some(1));
    assert!(error.contains("demo-broken refuses every request"), "{error}");
    let dangling = file(&folder, &[step("a", "demo-echo", "{{steps.Nobody.content}}")]);
    assert_eq!(texts(&sluice(&["run"], &dangling, None)).0, Some(2));
    let (code, found, _) = texts(&sluice(&["check"], &dangling, None));
    assert_eq!(code, Some(1));
    assert!(found.contains("error at /steps/0/prompt") && found.contains("[unknown_reference]"), "{found}");
    let (_, found, _) = texts(&sluice(&["check", "--json"], &dangling, None));
    assert_eq!(serde_json::from_str::<Value>(&found).unwrap()["valid"], false);
    let needy = file(&folder, &[step("a", "demo-echo", "{{input.topic}}")]);
    assert_eq!(texts(&sluice(&["check"], &needy, None)).0, Some(0));
    assert_eq!(texts(&sluice(&["check", "--input", "{}"], &needy, None)).0, Some(1));
    assert_eq!(texts(&sluice(&["check"], &folder.path().join("nothing.json"), None)).0, Some(2));
    std::fs::write(&needy, "{\"steps\": [{\"label\": \"A\", \"type\": \"llm\", \"prompt\": 1}]}").unwrap();
    let (code, _, error) = texts(&sluice(&["check"], &needy, None));
    assert_eq!(code, Some(2));
    assert!(error.contains("at /steps/0/prompt"), "{error}");
}

#[test]
fn a_server_refuses_what_is_not_safe() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |arguments: &[&str]| {
        texts(&Command::new(SLUICE).arg("serve").args(arguments).arg("--data-dir").arg(folder.path()).output().unwrap())
    };
    let (code, _, error) = serve(&["--listen", "0.0.0.0:0"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("refusing to listen"), "{error}");
    // A second server on the same data would be a second writer.
    let database = sluice_testing::TestDatabase::sqlite();
    let _server = crate::server::Server::start(&database);
    let second = Command::new(SLUICE)
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(database.folder())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another Sluice uses"));
}

#[test]
fn the_document_is_printed_in_both_versions() {
    for (arguments, version) in [(&["openapi"][..], "3.1"), (&["openapi", "--older"], "3.0")] {
        let (code, printed, _) = texts(&Command::new(SLUICE).args(arguments).output().unwrap());
        let document: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!((code, document["openapi"].as_str().unwrap().get(..3)), (Some(0), Some(version)));
    }
}

#[test]
fn a_run_shows_what_runs_inside_containers_and_asks_at_each_gate_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let look = |id: &str| json!({"id": id, "label": id, "type": "review"});
    let steps = file(
        &folder,
        &[
            json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "['tea', 'milk']",
                "steps": [step("draft", "demo-echo", "On {{item}}, some words"), look("check")]}),
            json!({"id": "route", "label": "Route", "type": "conditional",
                "cases": [{"name": "big", "when": "steps.Each.output | length > 1", "steps": [step("sum", "demo-echo", "sum")]}]}),
        ],
    );
    let (code, out, progress) = texts(&sluice(&["run"], &steps, Some("approve\n\napprove\n\n")));
    assert_eq!(code, Some(0), "{progress}");
    assert!(out.contains("On tea, some words\n") && out.contains("On milk, some words\n"), "each text is whole: {out}");
    for line in [
        "▶ Each: 2 items",
        "  ▶ DRAFT (each.0)",
        "⏸ check (each.0):",
        "⏸ check (each.1):",
        "▶ Route: Case “big”.",
        "  ✔ SUM (route.big)",
    ] {
        assert!(progress.contains(line), "{line}: {progress}");
    }
    let (code, _, progress) = texts(&sluice(&["run"], &steps, Some("approve\n\nreject\nno good\n")));
    assert_eq!(code, Some(3));
    assert!(progress.contains("“check” was rejected: no good"), "{progress}");
}

#[test]
fn a_check_names_the_path_of_a_step_inside() {
    let folder = tempfile::tempdir().unwrap();
    let inside = json!({"id": "route", "label": "Route", "type": "conditional", "cases": [
        {"name": "big", "when": "true", "steps": [step("sum", "demo-echo", "{{steps.Nobody.content}}")]}]});
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1]", "steps": [inside]});
    let (code, out, _) = texts(&sluice(&["check"], &file(&folder, &[each]), None));
    assert_eq!(code, Some(1));
    assert!(out.contains("/steps/0/steps/0/cases/0/steps/0/prompt (`each.*.route.big.sum`)"), "{out}");
}
