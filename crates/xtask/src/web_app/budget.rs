//! The size budget of the web app.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::fail::{Context, Done, Failure};

/// All files of the web app together, each in its smallest encoding.
const BUDGET_BYTES: u64 = 970 * 1_024;
const COMPRESSED: [&str; 2] = [".br", ".gz"];

/// Prints the transfer size of each file, and fails when the sum exceeds the budget.
pub fn check_size(dist: &Path) -> Done {
    let mut files = Vec::new();
    collect(dist, "", &mut files)?;
    let sent = smallest(&files);
    for (path, bytes) in &sent {
        println!("  {:>8} KiB  {path}", kib(*bytes));
    }
    let sum: u64 = sent.values().sum();
    println!("  {:>8} KiB  of {} KiB", kib(sum), kib(BUDGET_BYTES));
    if sum <= BUDGET_BYTES {
        return Ok(());
    }
    Err(Failure::new(format!("the web app has {} KiB, and may have {} KiB", kib(sum), kib(BUDGET_BYTES)))
        .cure("leave out what is not needed: `cargo tree -p sluice-web --target wasm32-unknown-unknown` shows crates"))
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
    use super::{kib, smallest};

    #[test]
    fn each_file_counts_once_in_its_smallest_form() {
        let files = [("a.js", 900), ("a.js.br", 300), ("a.js.gz", 400), ("b.svg", 100)];
        let files = files.map(|(path, bytes)| (path.to_owned(), bytes));
        let sent: Vec<(&str, u64)> = smallest(&files).into_iter().collect();
        assert_eq!(sent, [("a.js", 300), ("b.svg", 100)]);
    }

    #[test]
    fn sizes_have_one_decimal() {
        assert_eq!([0, 1_023, 1_024, 1_536].map(kib), ["0.0", "0.9", "1.0", "1.5"]);
    }
}
