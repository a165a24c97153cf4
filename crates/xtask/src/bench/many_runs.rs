//! A data directory with a million ended runs of one workflow, spread over a year.
//!
//! Two runs are made by the server, one of them failed. The others are copies of their rows, with ids, times and durations
//! of their own, and wait to be counted as if they had just ended.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::workflows;
use crate::fail::{Context, Failure};
use crate::http::Client;
use crate::server::Server;
use crate::{debian, paths, process};

/// All runs of the workflow.
pub const RUNS: u64 = 1_000_000;
/// Runs that the server makes.
const MADE: u64 = 2;
/// One run of so many is failed.
const ONE_FAILED_OF: u64 = 10;
/// Microseconds from one run to the next: they fill a year.
const GAP_MICROS: u64 = 365 * 86_400_000_000 / RUNS;

/// The runs that the server made, by id.
struct Made {
    completed: String,
    failed: String,
}

/// Fills the directory and returns the workflow's id.
pub fn fill(data: &Path) -> Result<String, Failure> {
    if paths::in_path("sqlite3").is_none() {
        debian::install(&["sqlite3"], "the SQLite shell")?;
    }
    let server = Server::start("release", data)?;
    let client = server.client();
    let workflow = workflows::create(&client, &workflows::breakable("bench-stats"))?;
    let completed = run(&client, &workflow, "x", "completed")?;
    let failed = run(&client, &workflow, "broken", "failed")?;
    drop(server);
    copy(data, &Made { completed, failed })?;
    Ok(workflow)
}

fn run(client: &Client, workflow: &str, topic: &str, expected: &str) -> Result<String, Failure> {
    let body = json!({"input": {"topic": topic}}).to_string();
    let run = client.post(&format!("/api/v1/workflows/{workflow}/executions?wait=30"), &body)?.json(200)?;
    let text = |field| run.get(field).and_then(Value::as_str);
    match (text("id"), text("status")) {
        (Some(id), Some(status)) if status == expected => Ok(id.to_owned()),
        _ => Err(Failure::new(format!("the run must be {expected}: {run}"))),
    }
}

fn copy(data: &Path, made: &Made) -> Result<(), Failure> {
    let database = data.join("sluice.db");
    // No journal: a directory that was not filled to the end is not used.
    let mut script =
        vec!["PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;".to_owned()];
    for table in ["executions", "step_runs", "attempts"] {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = process::output(Command::new("sqlite3").arg(&database).arg(columns))?;
        script.push(copies(table, &columns.lines().collect::<Vec<_>>(), made));
    }
    script.push(notes(made));
    // Beside the data directory, as the log of the server.
    let file = data.with_extension("sql");
    fs::write(&file, script.join("\n")).context(|| format!("cannot write {}", file.display()))?;
    let read = format!(".read {}", file.display());
    process::output(Command::new("sqlite3").args(["-batch", "-bail"]).arg(&database).arg(read)).map(drop)
}

/// The statement that copies the rows of the two runs in one table. The rows are put aside first, because SQLite would make
/// all copies twice when it reads the table that it writes.
fn copies(table: &str, columns: &[&str], Made { completed, failed }: &Made) -> String {
    let values: Vec<String> = columns.iter().map(|column| value(table, column)).collect();
    let id = if table == "executions" { "id" } else { "execution_id" };
    format!(
        "CREATE TEMP TABLE made_{table} AS SELECT * FROM {table};
        WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {copies})
        INSERT INTO {table} ({columns}) SELECT {values} FROM numbers CROSS JOIN made_{table} made
        WHERE made.{id} = CASE WHEN i % {ONE_FAILED_OF} = 0 THEN '{failed}' ELSE '{completed}' END;",
        copies = RUNS - MADE,
        columns = columns.join(", "),
        values = values.join(", "),
    )
}

/// The statement that notes the copies as ended. The server noted its own two runs.
fn notes(Made { completed, failed }: &Made) -> String {
    format!(
        "INSERT INTO uncounted_executions (tenant_id, execution_id, workflow_id)
        SELECT tenant_id, id, workflow_id FROM executions WHERE id NOT IN ('{completed}', '{failed}');"
    )
}

/// A column of copy `i`. A run takes up to five seconds, and each of its steps a quarter of that.
fn value(table: &str, column: &str) -> String {
    let earlier = format!("({RUNS} - i) * {GAP_MICROS}");
    match (table, column) {
        ("executions", "id") | (_, "execution_id") => "printf('execution-0199e0f4-7b1c-7cc0-8a4e-%012x', i)".to_owned(),
        ("executions", "completed_at") => format!("made.completed_at - {earlier} + i % 5000 * 1000"),
        (_, "completed_at") => format!("made.completed_at - {earlier} + i % 5000 * 250"),
        (_, time) if time.ends_with("_at") => format!("made.{time} - {earlier}"),
        (_, other) => format!("made.{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Made, copies};

    #[test]
    fn a_copy_has_an_id_and_times_of_its_own() {
        let made = Made { completed: "one".into(), failed: "two".into() };
        let sql = copies("executions", &["tenant_id", "id", "created_at", "completed_at"], &made);
        let id = "printf('execution-0199e0f4-7b1c-7cc0-8a4e-%012x', i)";
        let earlier = "(1000000 - i) * 31536000";
        let values = format!(
            "SELECT made.tenant_id, {id}, made.created_at - {earlier}, made.completed_at - {earlier} + i % 5000 * 1000 FROM"
        );
        assert!(sql.contains(&values), "{sql}");
    }
}
