//! Requests that schemathesis makes from the API document: valid, invalid, and one after another.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::servers::Servers;
use super::{generated, pip, union};
use crate::fail::{Context, Done, Failure};
use crate::{openapi, process};

const FOLDER: &str = "schemathesis";
const SECONDS: &str = "300";
/// The same requests each time.
const SEED: &str = "7";

/// The schema that is open, with all that it holds, because it stands in answers too. Requests refuse fields that they do
/// not know.
const CLOSED: &str = "Definition";

/// Runs it against the real server, for a bounded time. Its settings are in clients/schemathesis.
pub fn check(servers: &Servers) -> Done {
    let programs = pip::install(FOLDER)?;
    let folder = generated::source(FOLDER);
    let reports = generated::scratch().join(FOLDER);
    generated::emptied(&reports)?;
    let document = write_closed(reports.join("openapi.json"))?;
    println!("  requests for {SECONDS} s");
    let mut command = Command::new(programs.join("schemathesis"));
    command.arg("--config-file").arg(folder.join("schemathesis.toml"));
    command.arg("run").arg(document).args(["--url", &servers.url()]);
    command.args(["--seed", SEED, "--max-time", SECONDS, "--continue-on-failure", "--generation-database", "none"]);
    command.args(["--output-sanitize", "false", "--output-truncate", "false"]);
    command.env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder);
    process::run(command.current_dir(&reports)).map_err(|failure| {
        failure.cure(
            "each finding above has a curl command that repeats it; mend the server or the document, or switch a check \
             that does not fit off in clients/schemathesis/schemathesis.toml, with its reason",
        )
    })
}

/// Writes the document with what requests refuse: it would make requests with unknown fields, and expect them to be taken.
fn write_closed(file: PathBuf) -> Result<PathBuf, Failure> {
    let committed = openapi::committed_file();
    let text = fs::read_to_string(&committed).context(|| format!("cannot read {}", committed.display()))?;
    let mut document: Value = serde_json::from_str(&text).context(|| format!("{} is not JSON", committed.display()))?;
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for name in union::reachable(schemas, vec![CLOSED.into()]) {
            let schema = schemas.get_mut(&name).and_then(Value::as_object_mut);
            if let Some(fields) = schema.filter(|fields| fields.contains_key("properties")) {
                fields.insert("additionalProperties".into(), false.into());
            }
        }
    }
    fs::write(&file, document.to_string()).context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
