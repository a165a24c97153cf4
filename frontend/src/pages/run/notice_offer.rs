//! The offer to tell a person when a run waits.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sluice_web_state::runs::Notices;

use super::store::RunStore;
use crate::browser::storage;
use crate::components::{Button, ButtonKind, CloseButton, Icon, MenuItem};
use crate::notices::GateNotices;

/// Where it is kept that the offer was declined.
const DECLINED: &str = "sluice.notices.declined";

/// The offer, while a gate waits. The browser asks for its permission only when the button is pressed.
#[component]
pub fn NoticeOffer(store: RunStore) -> impl IntoView {
    let notices: GateNotices = expect_context();
    let waits = store.watch(|run| run.gate().is_some());
    let declined = RwSignal::new(storage::get(DECLINED).is_some());
    let decline = move |_| {
        storage::set(DECLINED, "yes");
        declined.set(true);
    };
    move || {
        let shown = match notices.standing() {
            Notices::Off if waits.get() && !declined.get() => view! {
                <Button kind=ButtonKind::Ghost small=true icon=icondata_lu::LuBell on_press=move |_| switch_on(notices)>
                    "Tell me when a run waits"
                </Button>
                <CloseButton label="Do not offer this again" on_press=decline />
            }
            .into_any(),
            Notices::Refused => view! {
                <Icon icon=icondata_lu::LuBellOff />
                <span class="grow">
                    "This browser refuses notifications of Sluice. Allow them in its settings for this site, beside the address, then come back."
                </span>
                <Button kind=ButtonKind::Ghost small=true on_press=move |_| notices.switch_off()>
                    "Go without"
                </Button>
            }
            .into_any(),
            Notices::Off | Notices::On | Notices::Absent => return None,
        };
        Some(view! { <div class="notice-offer small" role="group" aria-label="Notifications">{shown}</div> })
    }
}

/// The same in the menu of the run, where it is found again.
#[component]
pub fn NoticeItem() -> impl IntoView {
    let notices: GateNotices = expect_context();
    move || {
        match notices.standing() {
        Notices::Off => Some(
            view! {
                <MenuItem icon=icondata_lu::LuBell label="Tell me when a run waits" on_press=move |_| switch_on(notices) />
            }
            .into_any(),
        ),
        Notices::On => Some(
            view! {
                <MenuItem
                    icon=icondata_lu::LuBellOff
                    label="No notifications"
                    on_press=move |_| notices.switch_off()
                />
            }
            .into_any(),
        ),
        Notices::Refused | Notices::Absent => None,
    }
    }
}

fn switch_on(notices: GateNotices) {
    spawn_local(notices.switch_on());
}
