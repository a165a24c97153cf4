//! Light, dark, or as the system: what the person chose, kept in this browser.

use leptos::prelude::*;

use super::storage;

/// Where the choice is kept. The server's `theme.js` reads it before the first frame.
const KEY: &str = "sluice.theme";
/// What of the page follows it.
const ATTRIBUTE: &str = "data-theme";

/// How the app looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system's setting, also when that changes.
    #[default]
    System,
    /// Dark ink on light ground.
    Light,
    /// Light ink on dark ground.
    Dark,
}

impl Theme {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// What was chosen in this browser.
    fn stored() -> Self {
        match storage::get(KEY).as_deref() {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    fn apply(self) {
        let Some(root) = document().document_element() else { return };
        // It fails only for names that are no attribute's.
        let _applied = match self.name() {
            Some(name) => root.set_attribute(ATTRIBUTE, name),
            None => root.remove_attribute(ATTRIBUTE),
        };
    }
}

thread_local! {
    static CHOSEN: ArcRwSignal<Theme> = follow_other_tabs();
}

fn follow_other_tabs() -> ArcRwSignal<Theme> {
    let chosen = ArcRwSignal::new(Theme::stored());
    let other = chosen.clone();
    let _listens = window_event_listener(leptos::ev::storage, move |event| {
        if event.key().is_none_or(|key| key == KEY) {
            let theme = Theme::stored();
            theme.apply();
            other.set(theme);
        }
    });
    chosen
}

/// Follows what is chosen in other tabs, whichever page is shown.
pub fn follow() {
    CHOSEN.with(|_| ());
}

/// What is chosen now, here or in another tab.
pub fn chosen() -> Signal<Theme> {
    RwSignal::from(CHOSEN.with(Clone::clone)).into()
}

/// Chooses, at once and for the next visits. `false` when this browser keeps nothing.
pub fn choose(theme: Theme) -> bool {
    theme.apply();
    CHOSEN.with(|chosen| chosen.set(theme));
    let Some(name) = theme.name() else {
        storage::remove(KEY);
        return true;
    };
    storage::set(KEY, name)
}
