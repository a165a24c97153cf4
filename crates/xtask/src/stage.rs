//! One line when a stage begins, one with the time it took when it ends.

use std::time::Instant;

use crate::fail::Failure;

/// Runs a stage and prints both lines.
pub fn stage<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("» {name} …");
    let begun = Instant::now();
    let result = work();
    let seconds = begun.elapsed().as_secs_f64();
    let mark = if result.is_ok() { "✓" } else { "✗" };
    println!("{mark} {name} ({seconds:.1} s)");
    result
}
