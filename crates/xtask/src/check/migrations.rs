//! Both databases have the same migrations: same versions, same names, each complete.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::fail::{Context, Done, Failure};
use crate::paths;

const DATABASES: [&str; 2] = ["sqlite", "postgres"];
/// Diesel needs the first and `redo` needs the second.
const FILES: [&str; 2] = ["up.sql", "down.sql"];

/// Compares the folders of `migrations/sqlite` and `migrations/postgres`.
pub fn check() -> Done {
    let [sqlite, postgres] = DATABASES.map(|database| versions(&paths::root().join("migrations").join(database)));
    let problems = differences(&sqlite?, &postgres?);
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(problems.join("\n"))
        .cure("give both databases the same migration, with the same folder name, in one commit"))
}

fn versions(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let unreadable = || format!("cannot read {}", folder.display());
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).context(unreadable)? {
        let path = entry.context(unreadable)?.path();
        if !path.is_dir() {
            continue;
        }
        if let Some(missing) = FILES.iter().find(|file| !path.join(file).is_file()) {
            return Err(Failure::new(format!("{} has no {missing}", path.display())));
        }
        names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
    }
    Ok(names)
}

fn differences(sqlite: &BTreeSet<String>, postgres: &BTreeSet<String>) -> Vec<String> {
    let only_sqlite = sqlite.difference(postgres).map(|name| format!("migrations/postgres lacks {name}"));
    let only_postgres = postgres.difference(sqlite).map(|name| format!("migrations/sqlite lacks {name}"));
    let mut problems: Vec<String> = only_sqlite.chain(only_postgres).collect();
    if sqlite.is_empty() && postgres.is_empty() {
        problems.push("migrations/sqlite and migrations/postgres are empty".into());
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn names_what_is_missing_where() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        assert!(differences(&set(&["1_a"]), &set(&["1_a"])).is_empty());
        assert_eq!(
            differences(&set(&["1_a", "2_b"]), &set(&["1_a", "3_c"])),
            ["migrations/postgres lacks 2_b", "migrations/sqlite lacks 3_c"]
        );
        assert_eq!(differences(&set(&[]), &set(&[])).len(), 1);
    }
}
