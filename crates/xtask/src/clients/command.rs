//! The list of parts, and running all or some of them.

use super::servers::Servers;
use super::{go, hey_api, java, python, rust, schemathesis, typescript, union};
use crate::fail::{Done, Failure};
use crate::stage::stage;
use crate::{browser, signals};

struct Part {
    name: &'static str,
    run: fn(&Servers) -> Done,
    /// Whether `cargo xtask test` runs it.
    fast: bool,
}

/// In the order of cost.
const PARTS: [Part; 7] = [
    Part { name: "typescript", run: typescript::check, fast: true },
    Part { name: "python", run: python::check, fast: true },
    Part { name: "hey-api", run: hey_api::check, fast: false },
    Part { name: "go", run: go::check, fast: false },
    Part { name: "java", run: java::check, fast: false },
    Part { name: "rust", run: rust::check, fast: false },
    Part { name: "schemathesis", run: schemathesis::check, fast: false },
];

/// Runs the parts named, or all.
pub fn run(names: &[String]) -> Done {
    if let Some(unknown) = names.iter().find(|name| PARTS.iter().all(|part| part.name != name.as_str())) {
        let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        return Err(Failure::usage(format!("there is no part `{unknown}`; there are: {}", known.join(", "))));
    }
    run_parts(PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)))
}

/// Runs the parts that take seconds, for `cargo xtask test`.
pub fn fast() -> Done {
    run_parts(PARTS.iter().filter(|part| part.fast))
}

/// Continues after a failure, so that one run shows all failures.
fn run_parts<'p>(parts: impl Iterator<Item = &'p Part>) -> Done {
    browser::build_server()?;
    union::write_document()?;
    let servers = stage("server and the server of next year", Servers::start)?;
    let mut failed = Vec::new();
    for Part { name, run, .. } in parts {
        if let Err(failure) = stage(&format!("client {name}"), || run(&servers)) {
            eprintln!("{failure}");
            failed.push(*name);
        }
        signals::check()?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let failed = failed.join(" ");
    Err(Failure::new(format!("clients failed: {failed}"))
        .cure(format!("see each one's message above; `cargo xtask clients {failed}` runs only these")))
}
