//! The gates that wait for a person, in all runs.

use sluice_types::{GatePage, OpenGate};

/// The gates that were read, and whether there are more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Those that wait longest, first.
    pub gates: Vec<OpenGate>,
    /// Whether more wait than were read.
    pub has_more: bool,
}

impl From<GatePage> for Waiting {
    fn from(page: GatePage) -> Self {
        Self { has_more: page.next_cursor.is_some(), gates: page.items }
    }
}

impl Waiting {
    /// How many gates are read at once, and counted at the most.
    pub const MOST: u32 = 100;

    /// How many wait, as `3` or `100+`; `None` when none does.
    #[must_use]
    pub fn count(&self) -> Option<String> {
        let more = if self.has_more { "+" } else { "" };
        (!self.gates.is_empty()).then(|| format!("{}{more}", self.gates.len()))
    }

    /// How many wait, as a sentence: `1 waits for you`, `3 wait for you`; `None` when none does.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let verb = if self.gates.len() == 1 && !self.has_more { "waits" } else { "wait" };
        self.count().map(|count| format!("{count} {verb} for you"))
    }

    /// A page's title with the number that waits, for the tab: `(3) Workflows · Sluice`.
    #[must_use]
    pub fn title(&self, title: &str) -> String {
        self.count().map_or_else(|| title.to_owned(), |count| format!("({count}) {title}"))
    }
}

/// What a gate asks, in one line without marks of Markdown at its beginning.
#[must_use]
pub fn question(gate: &OpenGate) -> String {
    let line = gate.message.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line = line.trim_start_matches(['#', '>', '*', '-']).trim_start();
    let is_cut = gate.message_cut || gate.message.trim().lines().count() > 1;
    if is_cut && !line.is_empty() { format!("{line} …") } else { line.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gate(message: &str) -> OpenGate {
        serde_json::from_value(json!({
            "execution_id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_name": "W",
            "path": "check", "step_label": "Check", "kind": "review", "message": message, "message_cut": false,
            "decisions": ["approve"], "opened_seq": 4, "opened_at": null, "expires_at": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_number_that_waits_is_in_the_title() {
        let waiting = |count, has_more| Waiting { gates: vec![gate(""); count], has_more };
        assert_eq!(waiting(0, false).title("Runs"), "Runs");
        assert_eq!(waiting(3, false).title("Runs"), "(3) Runs");
        assert_eq!(waiting(100, true).count().as_deref(), Some("100+"));
        assert_eq!(waiting(0, false).sentence(), None);
        assert_eq!(waiting(1, false).sentence().as_deref(), Some("1 waits for you"));
        assert_eq!(waiting(3, false).sentence().as_deref(), Some("3 wait for you"));
    }

    #[test]
    fn a_question_is_one_line() {
        assert_eq!(question(&gate("\n## Is it good?\nSay so.")), "Is it good? …");
        assert_eq!((question(&gate("Look.")), question(&gate(" "))), ("Look.".into(), String::new()));
    }
}
