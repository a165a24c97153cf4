//! Telling a person of gates that begin to wait, by notifications of the browser.

use sluice_types::OpenGate;

use super::waiting::Waiting;
use crate::format::{plural, run_name};

/// What the browser allows this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// It has no notifications, or only for secure addresses.
    Absent,
    /// The person was not asked yet.
    NotAsked,
    /// The person allowed them.
    Granted,
    /// The person refused them.
    Refused,
}

/// How notifications stand for this person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notices {
    /// They cannot be had here: nothing is offered.
    Absent,
    /// They are off, and can be switched on.
    Off,
    /// They are on.
    On,
    /// The browser refuses them, although the person wants them.
    Refused,
}

impl Notices {
    /// How they stand, from what the browser allows and what the person chose in it.
    #[must_use]
    pub const fn new(permission: Permission, is_wanted: bool) -> Self {
        match (permission, is_wanted) {
            (Permission::Absent, _) => Self::Absent,
            (Permission::Granted, true) => Self::On,
            (Permission::Refused, true) => Self::Refused,
            (Permission::NotAsked, _) | (Permission::Granted | Permission::Refused, false) => Self::Off,
        }
    }
}

/// A notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its heading.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Where a click leads to.
    pub address: String,
    /// What makes it the same notification in all tabs.
    pub tag: String,
}

/// Gates that are told of one by one; more at once are told of together.
const MOST_ALONE: usize = 3;

/// The notifications about the gates that did not wait before.
#[must_use]
pub fn notices(before: &Waiting, now: &Waiting) -> Vec<Notice> {
    let key = |gate: &OpenGate| (gate.execution_id.clone(), gate.path.clone(), gate.opened_seq);
    let is_new = |gate: &&OpenGate| before.gates.iter().all(|known| key(known) != key(gate));
    let new: Vec<&OpenGate> = now.gates.iter().filter(is_new).collect();
    if new.len() <= MOST_ALONE {
        return new.into_iter().map(notice).collect();
    }
    let count = u64::try_from(new.len()).unwrap_or(u64::MAX);
    let address = "/runs?status=waiting".to_owned();
    let title = plural(count, "step waits for you", "steps wait for you");
    let mut names: Vec<&str> = new.iter().map(|gate| gate.workflow_name.as_str()).collect();
    names.dedup();
    names.truncate(MOST_ALONE);
    vec![Notice { title, text: names.join(", "), address, tag: "sluice-gates".to_owned() }]
}

fn notice(gate: &OpenGate) -> Notice {
    let OpenGate { execution_id, execution_number, path, opened_seq, workflow_name, step_label, .. } = gate;
    Notice {
        title: format!("{} waits for you", run_name(workflow_name, *execution_number)),
        text: [step_label.as_str(), &super::question(gate)].join("\n").trim_end().to_owned(),
        address: format!("/runs/{execution_id}#{path}"),
        tag: format!("{execution_id}.{path}.{opened_seq}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gate(path: &str, opened_seq: i64) -> OpenGate {
        serde_json::from_value(json!({
            "execution_id": "execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11", "workflow_id": "w", "workflow_name": "Brief",
            "path": path, "step_label": "Check", "kind": "review", "message": "Is it good?", "message_cut": false,
            "decisions": ["approve"], "opened_seq": opened_seq, "opened_at": null, "expires_at": null,
        }))
        .unwrap()
    }

    fn of(gates: Vec<OpenGate>) -> Waiting {
        Waiting { total: u32::try_from(gates.len()).unwrap(), gates }
    }

    fn waiting(gates: &[&OpenGate]) -> Waiting {
        of(gates.iter().copied().cloned().collect())
    }

    #[test]
    fn only_gates_that_are_new_are_told_of() {
        let known = gate("a", 4);
        assert_eq!(notices(&waiting(&[&known]), &waiting(&[&known])), []);
        let told = notices(&waiting(&[&known]), &waiting(&[&known, &gate("b", 9)]));
        let [notice] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!((notice.title.as_str(), notice.text.as_str()), ("Brief waits for you", "Check\nIs it good?"));
        assert_eq!(notice.address, "/runs/execution-0199e0f4-7b1c-7cc0-8a4e-6f0d7b2c9a11#b");
    }

    #[test]
    fn a_gate_that_opens_again_is_told_of_again() {
        assert_eq!(notices(&waiting(&[&gate("a", 4)]), &waiting(&[&gate("a", 12)])).len(), 1);
    }

    #[test]
    fn many_at_once_are_one_notification() {
        let many: Vec<OpenGate> = (0..5).map(|seq| gate("a", seq)).collect();
        let told = notices(&Waiting::default(), &of(many));
        assert_eq!((told.len(), told[0].title.as_str()), (1, "5 steps wait for you"));
        assert_eq!((told[0].text.as_str(), told[0].address.as_str()), ("Brief", "/runs?status=waiting"));
    }

    #[test]
    fn nothing_is_offered_where_the_browser_has_no_notifications() {
        use Permission::{Absent, Granted, NotAsked, Refused};
        assert_eq!([true, false].map(|wants| Notices::new(Absent, wants)), [Notices::Absent; 2]);
        assert_eq!([true, false].map(|wants| Notices::new(NotAsked, wants)), [Notices::Off; 2]);
        assert_eq!([true, false].map(|wants| Notices::new(Granted, wants)), [Notices::On, Notices::Off]);
        assert_eq!([true, false].map(|wants| Notices::new(Refused, wants)), [Notices::Refused, Notices::Off]);
    }
}
