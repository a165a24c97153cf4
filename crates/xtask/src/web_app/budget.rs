//! The size budgets of the web app.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::fail::{Context, Done, Failure};

/// The files that the first page loads, each in its smallest encoding.
const FIRST_LOAD_BYTES: u64 = 500 * 1_024;
/// All files, each in its smallest encoding.
const TOTAL_BYTES: u64 = 2_100 * 1_024;
/// The beginnings of the names of modules that are loaded with a page that needs them. The splitter names them.
const LOADED_LATER: [&str; 2] = ["split_", "chunk_"];
const COMPRESSED: [&str; 2] = [".br", ".gz"];

/// Prints the transfer size of each file, and fails when a sum exceeds its budget.
pub fn check_size(dist: &Path) -> Done {
    let mut files = Vec::new();
    collect(dist, "", &mut files)?;
    let sent = smallest(&files);
    for (path, bytes) in &sent {
        println!("  {:>8} KiB  {path}", kib(*bytes));
    }
    let total = sent.values().sum();
    let first_load = sent.iter().filter(|(path, _)| !is_loaded_later(path)).map(|(_, bytes)| bytes).sum();
    let first_load = within("first load", first_load, FIRST_LOAD_BYTES)
        .map_err(|failure| failure.cure("load a page's code with the page: see `Lazy pages` in docs/web-app.md"));
    let total = within("total", total, TOTAL_BYTES).map_err(|failure| {
        failure.cure(
            "leave out what is not needed: `cargo tree -p sluice-web --target wasm32-unknown-unknown` shows crates",
        )
    });
    first_load.and(total)
}

/// Prints a sum beside its budget, and fails when it is larger.
fn within(name: &str, bytes: u64, budget: u64) -> Done {
    println!("  {:>8} KiB  of {} KiB: {name}", kib(bytes), kib(budget));
    if bytes <= budget {
        return Ok(());
    }
    Err(Failure::new(format!("the {name} of the web app is {} KiB, and may be {} KiB", kib(bytes), kib(budget))))
}

/// Whether no page loads a file before it is asked for.
fn is_loaded_later(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    LOADED_LATER.iter().any(|beginning| name.starts_with(beginning))
}

/// The size of the smallest encoding of each file.
fn smallest(files: &[(String, u64)]) -> BTreeMap<&str, u64> {
    let mut sent = BTreeMap::new();
    for (path, bytes) in files {
        let plain = COMPRESSED.iter().find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
        let least = sent.entry(plain).or_insert(*bytes);
        *least = (*least).min(*bytes);
    }
    sent
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, u64)>) -> Done {
    let unreadable = || format!("cannot read {}", folder.display());
    for entry in fs::read_dir(folder).context(unreadable)? {
        let entry = entry.context(unreadable)?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let metadata = entry.metadata().context(unreadable)?;
        if metadata.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, metadata.len()));
        }
    }
    Ok(())
}

/// KiB with one decimal.
fn kib(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_024, bytes % 1_024 * 10 / 1_024)
}

#[cfg(test)]
mod tests {
    use super::{is_loaded_later, kib, smallest, within};

    #[test]
    fn each_file_counts_once_in_its_smallest_form() {
        let files = [("a.js", 900), ("a.js.br", 300), ("a.js.gz", 400), ("b.svg", 100)];
        let files = files.map(|(path, bytes)| (path.to_owned(), bytes));
        let sent: Vec<(&str, u64)> = smallest(&files).into_iter().collect();
        assert_eq!(sent, [("a.js", 300), ("b.svg", 100)]);
    }

    #[test]
    fn modules_of_other_pages_are_not_in_the_first_load() {
        let later = ["a/split_run.wasm", "a/chunk_4.wasm", "a/app_bg.wasm", "index.html"].map(is_loaded_later);
        assert_eq!(later, [true, true, false, false]);
    }

    #[test]
    fn a_sum_may_be_as_large_as_its_budget() {
        assert!(within("total", 2_048, 2_048).is_ok() && within("total", 2_049, 2_048).is_err());
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!([0, 1_023, 1_024, 1_536].map(kib), ["0.0", "0.9", "1.0", "1.5"]);
    }
}
