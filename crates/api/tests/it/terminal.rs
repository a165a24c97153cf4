//! Control characters in texts of others, on a terminal and in a pipe.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::{Value, json};

use crate::server::SLUICE;

/// Clears the line and forges another one; sets the clipboard; hides the rest.
const TRICK: &str = "Pay 10\u{1b}[2K\r✔ approved\u{1b}]52;c;eA==\u{7}\u{9b}8m\u{202e}";
/// The same, as it is shown.
const SHOWN: &str = "Pay 10\\u{1b}[2K\\u{d}✔ approved\\u{1b}]52;c;eA==\\u{7}\\u{9b}8m\\u{202e}";

fn file(folder: &Path, definition: &Value) -> PathBuf {
    let path = folder.join("workflow.json");
    std::fs::write(&path, definition.to_string()).unwrap();
    path
}

fn steps() -> Value {
    json!({"steps": [
        {"id": "a", "label": format!("A {TRICK}"), "type": "llm", "provider": "demo", "model": "demo-echo", "prompt": TRICK},
        {"id": "r", "label": "R", "type": "review", "instructions": TRICK},
    ]})
}

#[test]
fn a_gate_shows_what_it_asks_about() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(SLUICE)
        .arg("run")
        .arg(file(folder.path(), &steps()))
        .env("SLUICE_ASK", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"approve\n\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
    let question = format!("--- Text to review ---\n{SHOWN}\n---");
    assert!(told.contains(&format!("▶ A {SHOWN}")) && told.contains(&question), "{told}");
    // A pipe gets the text as it is.
    assert!(out.contains(TRICK), "{out:?}");
}

#[test]
fn an_unknown_field_is_named_without_its_control_characters() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        Command::new(SLUICE).arg("check").arg(file(folder.path(), &json!({"steps": [], TRICK: 1}))).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("unknown field") && told.contains("Pay 10\\u{1b}"), "{told:?}");
    assert!(!told.contains(|c: char| c.is_control() && c != '\n'), "{told:?}");
}

/// Runs a command on a terminal of its own, and gives what arrives there.
fn on_a_terminal(arguments: &[&str]) -> String {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
    let terminal = || std::fs::OpenOptions::new().read(true).write(true).open(&name).unwrap();
    let mut child = Command::new(SLUICE)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(terminal())
        .stderr(terminal())
        .spawn()
        .unwrap();
    let mut shown = Vec::new();
    // Reading fails once nobody has the terminal open.
    let _ = std::fs::File::from(controller).read_to_end(&mut shown);
    child.wait().unwrap();
    String::from_utf8(shown).unwrap()
}

#[test]
fn a_terminal_gets_no_control_characters_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), &steps());
    let path = path.to_str().unwrap();
    for arguments in [&["run", path, "--yolo"][..], &["run", path, "--yolo", "--quiet"]] {
        let shown = on_a_terminal(arguments);
        assert!(shown.contains(SHOWN), "{shown:?}");
        // The terminal itself makes CRLF of each line end.
        assert!(!shown.replace("\r\n", "\n").contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    }
    let path = file(
        folder.path(),
        &json!({"steps": [{"id": "a", "label": "A", "type": "llm", "prompt": format!("{{{{steps.{TRICK}.content}}}}")}]}),
    );
    let shown = on_a_terminal(&["check", path.to_str().unwrap()]);
    assert!(shown.contains(" error at ") && !shown.contains('\u{1b}'), "{shown:?}");
}
