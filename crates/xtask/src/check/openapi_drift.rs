//! The committed API document equals the generated one.

use std::fs;

use crate::fail::{Context, Done, Failure};
use crate::{openapi, text};

/// Compares them and shows the first line that differs.
pub fn check() -> Done {
    const CURE: &str = "run `cargo xtask openapi` and commit the result";
    let file = openapi::committed_file();
    let committed =
        fs::read_to_string(&file).context(|| format!("cannot read {}", file.display())).map_err(|f| f.cure(CURE))?;
    let generated = openapi::generate()?;
    let Some((line, old, new)) = text::first_difference(&committed, &generated) else {
        return Ok(());
    };
    Err(Failure::new(format!("openapi/openapi.json is out of date, from line {line}:\n  - {old}\n  + {new}"))
        .cure(CURE))
}
