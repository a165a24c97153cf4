//! The gates that wait for a person, in all runs.

use sluice_types::limits::MAX_COUNTED_GATES;
use sluice_types::{GatePage, OpenGate};

use crate::format::number;

/// The gates that were read, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Those that wait longest, first.
    pub gates: Vec<OpenGate>,
    /// How many wait, those that were not read included. The server counts to [`MAX_COUNTED_GATES`].
    pub total: u32,
}

impl From<GatePage> for Waiting {
    fn from(page: GatePage) -> Self {
        Self { total: page.total, gates: page.items }
    }
}

impl Waiting {
    /// How many gates are read at once.
    pub const MOST: u32 = 100;

    /// How many wait, as `3` or `1,000+`; `None` when none does.
    #[must_use]
    pub fn count(&self) -> Option<String> {
        let read = u32::try_from(self.gates.len()).unwrap_or(u32::MAX);
        let more = if self.total >= MAX_COUNTED_GATES { "+" } else { "" };
        (read != 0).then(|| format!("{}{more}", number(u64::from(self.total.max(read)))))
    }

    /// Whether more wait than were read.
    #[must_use]
    pub fn has_more(&self) -> bool {
        usize::try_from(self.total).is_ok_and(|total| total > self.gates.len())
    }

    /// How many wait, as a sentence: `1 waits for you`, `3 wait for you`; `None` when none does.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let verb = if self.gates.len() == 1 && !self.has_more() { "waits" } else { "wait" };
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
        let waiting = |count, total| Waiting { gates: vec![gate(""); count], total };
        assert_eq!(waiting(0, 0).title("Runs"), "Runs");
        assert_eq!(waiting(3, 3).title("Runs"), "(3) Runs");
        assert_eq!((waiting(100, 500).title("Runs"), waiting(100, 500).has_more()), ("(500) Runs".into(), true));
        assert_eq!(waiting(100, 1_000).count().as_deref(), Some("1,000+"));
        // An older server counts none.
        assert_eq!((waiting(7, 0).count().as_deref(), waiting(7, 0).has_more()), (Some("7"), false));
        assert_eq!(waiting(0, 0).sentence(), None);
        assert_eq!(waiting(1, 1).sentence().as_deref(), Some("1 waits for you"));
        assert_eq!(waiting(3, 3).sentence().as_deref(), Some("3 wait for you"));
    }

    #[test]
    fn a_question_is_one_line() {
        assert_eq!(question(&gate("\n## Is it good?\nSay so.")), "Is it good? …");
        assert_eq!((question(&gate("Look.")), question(&gate(" "))), ("Look.".into(), String::new()));
    }
}
