//! The keys of the app: which there are, and where `g` and a letter lead.

mod builder;
pub mod run;
pub mod runs;
mod sending;

/// Keys and what they do.
pub type Keys = &'static [(&'static str, &'static str)];

/// The keys that work on every page.
pub const EVERYWHERE: Keys = &[
    ("Ctrl K", "Go anywhere, do anything"),
    ("?", "Show the keys"),
    ("g w", "Go to workflows"),
    ("g r", "Go to runs"),
    ("g t", "Go to templates"),
    ("g s", "Go to settings"),
    ("Esc", "Close what is open"),
];

/// The keys of the page at an address, below its name.
#[must_use]
pub fn of_page(path: &str) -> Option<(&'static str, Keys)> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match segments.as_slice() {
        ["new"] | ["workflows", _] => Some(("Builder", builder::BUILDER_KEYS)),
        ["runs"] => Some(("Runs", runs::RUNS_KEYS)),
        ["runs", id] if *id != "compare" => Some(("Run", run::RUN_KEYS)),
        ["workflows", _, "run"] => Some(("Start", sending::START_KEYS)),
        ["generate"] => Some(("Describe", sending::DESCRIBE_KEYS)),
        _ => None,
    }
}

/// How long after `g` the letter may come, in milliseconds.
const WAIT_MS: f64 = 1_500.0;

/// Two keys that are pressed one after the other: `g` and the letter of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Chord {
    began_ms: Option<f64>,
}

impl Chord {
    /// Takes a key that was pressed alone; gives the page that it leads to.
    pub fn press(&mut self, key: &str, now_ms: f64) -> Option<&'static str> {
        let has_begun = self.began_ms.take().is_some_and(|began| now_ms - began <= WAIT_MS);
        match key {
            "w" if has_begun => Some("/"),
            "r" if has_begun => Some("/runs"),
            "t" if has_begun => Some("/templates"),
            "s" if has_begun => Some("/settings/providers"),
            "g" => {
                self.began_ms = Some(now_ms);
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_leads_somewhere_only_soon_after_g() {
        let mut chord = Chord::default();
        assert_eq!(chord.press("w", 0.0), None);
        assert_eq!(chord.press("g", 1.0), None);
        assert_eq!(chord.press("w", WAIT_MS), Some("/"));
        assert_eq!(chord.press("w", WAIT_MS), None, "once");
        chord.press("g", 0.0);
        assert_eq!(chord.press("r", WAIT_MS + 1.0), None, "too late");
        chord.press("g", 0.0);
        chord.press("x", 1.0);
        assert_eq!(chord.press("s", 2.0), None, "another key between");
        chord.press("g", 0.0);
        chord.press("g", 1_000.0);
        assert_eq!(chord.press("t", 2_000.0), Some("/templates"), "from the second");
    }

    #[test]
    fn a_page_names_its_own_keys() {
        let page = |path| of_page(path).map(|(name, keys)| (name, keys.is_empty()));
        assert_eq!(page("/workflows/a"), Some(("Builder", false)));
        assert_eq!(page("/workflows/a/run"), Some(("Start", false)));
        assert_eq!(page("/runs"), Some(("Runs", false)));
        assert_eq!(page("/runs/a"), Some(("Run", false)));
        assert_eq!(page("/runs/compare"), None);
        assert_eq!(page("/new"), Some(("Builder", false)));
        assert_eq!(page("/settings/providers"), None);
    }
}
