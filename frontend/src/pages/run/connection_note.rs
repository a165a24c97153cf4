//! The honest sign while the stream of events is away.

use leptos::prelude::*;

use super::store::RunStore;
use crate::browser::memo::memo;
use crate::browser::time::ticking;
use crate::components::{Button, Icon, Shown};
use crate::state::connection::Connection;

/// A loss that is mended sooner is not worth a word.
const UNNOTICED_MS: u64 = 700;
/// How often the countdown moves on.
const TICK: std::time::Duration = std::time::Duration::from_millis(250);

/// Says that the connection is away, when it is tried again, and that the run goes on. It lies over
/// the page, so that nothing moves when it comes and goes.
#[component]
pub fn ConnectionNote(store: RunStore) -> impl IntoView {
    let now = ticking(TICK);
    let message = memo(move || {
        let standing = store.connection.get();
        let waited = waited_ms(now.get() - standing.since_ms);
        let first = matches!(
            standing.connection,
            Connection::Lost { failures: 1, .. } | Connection::Connecting { failures: 1 }
        );
        standing.connection.message(waited).filter(|_| !first || waited >= UNNOTICED_MS)
    });
    let said = memo(move || store.connection.get().connection.announcement());
    let away = memo(move || message.get().is_some());
    view! {
        <div class="visually-hidden" role="status">
            {move || said.get()}
        </div>
        <Shown is=move || away.get()>
            <div class="connection-note">
                <Icon icon=icondata_lu::LuWifiOff />
                <span class="grow">{move || message.get()} " The run goes on at the server."</span>
                <Button small=true on_press=move |_| store.retry_now()>
                    "Try now"
                </Button>
            </div>
        </Shown>
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a wait is a small number; what is negative becomes 0"
)]
fn waited_ms(ms: f64) -> u64 {
    ms.max(0.0) as u64
}
