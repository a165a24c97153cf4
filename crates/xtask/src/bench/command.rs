//! Building, running the rows, and reporting.

use std::fs;

use super::row::{Bench, Row};
use super::rows::ROWS;
use super::seeded::Seeded;
use super::{machine, report, wrk};
use crate::fail::{Context, Done, Failure};
use crate::stage::stage;
use crate::{paths, release, signals};

/// Runs the rows named, or all. Only a whole run without a failure writes the page, so that its rows belong together.
pub fn run(names: &[String]) -> Done {
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|row| row.name != name.as_str())) {
        let known: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
        return Err(Failure::usage(format!("there is no row `{unknown}`; there are: {}", known.join(", "))));
    }
    stage("load generator", wrk::prepare)?;
    release::build()?;
    machine::allow_many_files()?;
    let bench = prepare()?;
    let (mut measured, mut failed) = (Vec::new(), Vec::new());
    for Row { name, run } in ROWS {
        if !names.is_empty() && !names.iter().any(|wanted| wanted == name) {
            continue;
        }
        match stage(name, || run(&bench)) {
            Ok(figures) => {
                report::print(name, &figures);
                measured.push((name, figures));
            }
            Err(failure) => {
                eprintln!("{failure}");
                failed.push(name);
            }
        }
        signals::check()?;
    }
    if !failed.is_empty() {
        let logs = bench.folder.display();
        return Err(Failure::new(format!("rows failed: {}", failed.join(" "))).cure(format!("see the logs in {logs}")));
    }
    if names.is_empty() { report::write(&bench, &measured) } else { Ok(()) }
}

fn prepare() -> Result<Bench, Failure> {
    let folder = paths::scratch().join("bench");
    // Fresh data directories: an old one may have another schema, and its size would change the figures.
    let _absent_already = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).context(|| format!("cannot make {}", folder.display()))?;
    let commit = stage("disk", || machine::commit_time(&folder))?;
    let seeded = Seeded::new(folder.join("seeded"));
    Ok(Bench { folder, commit, seeded })
}
