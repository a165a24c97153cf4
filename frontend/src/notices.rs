//! Tells a person that a run waits: by notifications of the browser, if they were asked for, and by the icon of the tab.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use leptos_use_event_listener::use_event_listener;
use sluice_web_state::runs::{Notices, Permission, Waiting, notices};

use crate::browser::{notifications, storage};
use crate::waiting::WaitingGates;

/// Where it is kept that the person wants notifications in this browser.
const WANTED: &str = "sluice.notices";

/// Whether the person wants notifications of gates, for the whole app.
#[derive(Clone, Copy)]
pub struct GateNotices {
    permission: RwSignal<Permission>,
    is_wanted: RwSignal<bool>,
}

impl GateNotices {
    /// Reads what was chosen in this browser, for the whole app.
    pub fn provide() {
        let permission = RwSignal::new(notifications::permission());
        let is_wanted = RwSignal::new(storage::get(WANTED).is_some());
        // The person may have changed it in the settings of the browser.
        let _stop =
            use_event_listener(window(), leptos::ev::focus, move |_| permission.set(notifications::permission()));
        provide_context(Self { permission, is_wanted });
    }

    /// How they stand. Tracks changes.
    pub fn standing(self) -> Notices {
        Notices::new(self.permission.get(), self.is_wanted.get())
    }

    /// Whether they are on now.
    pub fn is_on(self) -> bool {
        untrack(|| self.standing()) == Notices::On
    }

    /// Switches them on; the browser asks the person if it has not done so.
    pub async fn switch_on(self) {
        let _kept = storage::set(WANTED, "on");
        self.permission.set(notifications::ask().await);
        self.is_wanted.set(true);
    }

    /// Switches them off.
    pub fn switch_off(self) {
        storage::remove(WANTED);
        self.is_wanted.set(false);
    }
}

/// Shows a notification of each gate that begins to wait while nobody looks at this window, and marks the icon of the tab
/// while gates wait.
#[component]
pub fn GateNoticesView() -> impl IntoView {
    let own: GateNotices = expect_context();
    let gates: WaitingGates = expect_context();
    let navigate = use_navigate();
    Effect::new(move |before: Option<Option<Waiting>>| {
        let now = gates.read();
        let is_on = own.is_on() && !is_looked_at();
        if let (Some(Some(before)), Some(now), true) = (&before, &now, is_on) {
            for notice in notices(before, now) {
                let (navigate, address) = (navigate.clone(), notice.address.clone());
                notifications::show(&notice, move || navigate(&address, NavigateOptions::default()));
            }
        }
        now
    });
    let waits = Memo::new(move |_| gates.with(|waiting| !waiting.gates.is_empty()));
    Effect::new(move || mark_icon(waits.get()));
}

fn is_looked_at() -> bool {
    !document().hidden() && document().has_focus().unwrap_or(true)
}

/// The icon of the tab, and the same with a dot.
const ICONS: [&str; 2] = ["/icon.svg", "/icon-waiting.svg"];

fn mark_icon(waits: bool) {
    let [plain, dotted] = ICONS;
    let (from, to) = if waits { (plain, dotted) } else { (dotted, plain) };
    let Some(link) = document().query_selector("link[rel='icon']").ok().flatten() else { return };
    if let Some(address) = link.get_attribute("href").filter(|address| address.ends_with(from)) {
        // It fails only for names that are no attribute's.
        let _set = link.set_attribute("href", &address.replace(from, to));
    }
}
