//! The list of stages, and running all or some of them.

use super::{api_lint, migrations, openapi_drift, programs, types_crate, web};
use crate::fail::{Done, Failure};
use crate::stage::stage;

struct Stage {
    name: &'static str,
    run: fn() -> Done,
}

/// In the order of cost: fast stages first.
const STAGES: [Stage; 11] = [
    Stage { name: "fmt", run: programs::fmt },
    Stage { name: "migrations", run: migrations::check },
    Stage { name: "typos", run: programs::typos },
    Stage { name: "unused", run: programs::unused_dependencies },
    Stage { name: "deny", run: programs::deny },
    Stage { name: "clippy", run: programs::clippy },
    Stage { name: "docs", run: programs::docs },
    Stage { name: "types", run: types_crate::check },
    Stage { name: "openapi", run: openapi_drift::check },
    Stage { name: "api-lint", run: api_lint::check },
    Stage { name: "web", run: web::check },
];

/// Runs the stages named, or all; continues after a failure, so that one run shows all failures.
pub fn run(names: &[String]) -> Done {
    if let Some(unknown) = names.iter().find(|name| STAGES.iter().all(|stage| stage.name != name.as_str())) {
        return Err(Failure::usage(format!("there is no check `{unknown}`")));
    }
    let mut failed = Vec::new();
    for Stage { name, run } in STAGES {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        if let Err(failure) = stage(name, run) {
            eprintln!("{failure}");
            failed.push(name);
        }
        crate::signals::check()?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let failed = failed.join(" ");
    Err(Failure::new(format!("checks failed: {failed}"))
        .cure(format!("see each one's message above; `cargo xtask check {failed}` runs only these")))
}
