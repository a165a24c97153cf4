//! The types crate is shared with the browser: it builds for wasm32 and pulls in no I/O.

use crate::cargo::cargo;
use crate::fail::{Done, Failure};
use crate::{process, wasm};

/// Crates that access a network, a disk or a database, or that need an async runtime.
const FORBIDDEN: [&str; 14] = [
    "actix-rt",
    "actix-web",
    "async-std",
    "diesel",
    "diesel-async",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "reqwest",
    "rustls",
    "smol",
    "socket2",
    "tokio",
    "tokio-postgres",
];

/// Builds the crate for wasm32 and searches its dependencies.
pub fn check() -> Done {
    wasm::install_target()?;
    process::run(cargo().args(["build", "-p", "sluice-types", "--target", wasm::TARGET]))
        .map_err(|failure| failure.cure("move what needs an operating system to another crate"))?;
    let tree = process::output(cargo().args([
        "tree",
        "-p",
        "sluice-types",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
    ]))?;
    let found = forbidden_in(&tree);
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("sluice-types depends on {}", found.join(", ")))
        .cure(format!("see who brings it: `cargo tree -p sluice-types -e normal -i {}`", found.join(" -i "))))
}

fn forbidden_in(tree: &str) -> Vec<&str> {
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    let mut found: Vec<&str> = names.filter(|name| FORBIDDEN.contains(name)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::forbidden_in;

    #[test]
    fn sees_only_whole_names() {
        let tree = "sluice-types v0.1.0 (/x)\nserde v1.0.0\ntokio-util v0.7.0\n";
        assert!(forbidden_in(tree).is_empty());
        assert_eq!(forbidden_in("mio v1.0.0\ntokio v1.0.0\ntokio v1.0.0 (*)"), ["mio", "tokio"]);
    }
}
