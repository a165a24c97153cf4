//! `sluice check`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use sluice_engine::{Clock, System, lint_deeply};
use sluice_types::json::{self, ReadError};
use sluice_types::{BlockAddress, Definition, Index, LintContext, LintReport, OTHERWISE, Place, Slot};

use super::file_resources::FileResources;
use super::files::read_file_or_stdin;
use super::visible::print_line;
use super::{DONE, FAILED, USAGE, eprint_error};

/// Check a workflow file, as a start would
#[derive(Args)]
#[command(after_help = "Examples:
  sluice check brief.json
  sluice check brief.json --input '{\"topic\": \"tea\"}' --json

Exit codes: 0 the workflow can run, 1 it has errors, 2 the file cannot be read.")]
pub struct CheckOptions {
    /// Workflow or definition, as JSON; `-` reads standard input. Beside the `definition` may stand `agents` and `mcp_servers`
    file: PathBuf,
    /// Input to check the templates against: JSON, or text
    #[arg(long)]
    input: Option<String>,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

pub fn check(options: &CheckOptions) -> u8 {
    let mut workflow = match read_workflow(&options.file) {
        Ok(workflow) => workflow,
        Err(error) => return eprint_error(USAGE, &error),
    };
    workflow.resources.fill_in(&mut workflow.definition);
    let input = match options.input.as_deref().map(read_input).transpose() {
        Ok(input) => input,
        Err(error) => return eprint_error(USAGE, &error),
    };
    let known = LintContext { today: Some(System.now().date_naive()), ..LintContext::default() };
    let report = lint_deeply(&workflow.definition, &known, input.as_ref());
    if options.json {
        print_line(&serde_json::to_string_pretty(&report).unwrap_or_default());
    } else {
        print_report(&options.file, &workflow.definition, &report);
    }
    if report.valid { DONE } else { FAILED }
}

/// Prints findings for people.
pub fn print_report(file: &Path, definition: &Definition, report: &LintReport) {
    let index = Index::of(definition);
    for finding in &report.findings {
        let inside = index.at_pointer(&finding.pointer).and_then(|(place, _)| path_of(&index, place));
        print_line(&format!(
            "{}: {} at {}{}: {} [{}]",
            file.display(),
            finding.severity,
            finding.pointer,
            inside.map(|path| format!(" (`{path}`)")).unwrap_or_default(),
            finding.message,
            finding.code
        ));
        if let Some(fix) = &finding.fix {
            print_line(&format!("    fix: {}", fix.title));
        }
    }
    if report.findings.is_empty() {
        print_line(&format!("{}: nothing found", file.display()));
    }
}

/// The path of a step inside a container, with `*` for the number of an item or a round.
fn path_of(index: &Index, place: &Place) -> Option<String> {
    let BlockAddress::Inner { parent, slot } = &place.block else { return None };
    let parent = index.place(parent)?;
    let container = path_of(index, parent).unwrap_or_else(|| parent.step.id.to_string());
    let list = match slot {
        Slot::Branch(name) | Slot::Case(name) => name.as_str(),
        Slot::Otherwise => OTHERWISE,
        Slot::Each | Slot::Body => "*",
    };
    Some(format!("{container}.{list}.{}", place.step.id))
}

/// A workflow file: a workflow as the API answers it, or a definition alone. Beside the definition of a workflow may stand
/// agents and MCP servers that it names.
#[derive(Debug)]
pub struct WorkflowFile {
    pub name: String,
    pub definition: Definition,
    pub resources: FileResources,
}

pub fn read_workflow(file: &Path) -> Result<WorkflowFile, String> {
    let text = read_file_or_stdin(file)?;
    let mut value: Value =
        serde_json::from_str(&text).map_err(|error| format!("{}: it is not JSON: {error}", file.display()))?;
    let refused = |below: &str, ReadError { pointer, message }| {
        let pointer = [below, &pointer].concat();
        format!("{}: at {}: {message}", file.display(), if pointer.is_empty() { "/" } else { &pointer })
    };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    // The other fields of a workflow concern the server only.
    if let Some(definition) = value.get_mut("definition").map(Value::take) {
        let definition = Definition::of_known_parts(&definition).map_err(|error| refused("/definition", error))?;
        let name = value.get_mut("name").map(Value::take).unwrap_or_default();
        let name: Option<String> = json::from_value(name).map_err(|error| refused("/name", error))?;
        let resources = FileResources::read(&mut value).map_err(|error| refused("", error))?;
        return Ok(WorkflowFile { name: name.unwrap_or(stem), definition, resources });
    }
    let definition = Definition::of_known_parts(&value).map_err(|error| refused("", error))?;
    Ok(WorkflowFile { name: stem, definition, resources: FileResources::default() })
}

/// The input of a command line: JSON when it is an object or a string, else the text itself.
pub fn read_input(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(Value::Object(_) | Value::String(_)) => json::parse(text).map_err(|error| format!("the input: {error}")),
        _ => Ok(Value::String(text.to_owned())),
    }
}
