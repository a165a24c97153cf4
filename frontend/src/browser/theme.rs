//! Light, dark, or as the system: what the person chose, kept in this browser.

use leptos::prelude::*;
use leptos_use_event_listener::use_event_listener;

use super::storage;

/// Where the choice is kept. The server's `theme.js` reads it before the first frame.
const KEY: &str = "sluice.theme";
/// The attribute of the page that the style sheets read.
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

    /// The choice stored in this browser.
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

/// The chosen theme, for the whole app.
#[derive(Clone, Copy)]
pub struct ThemeChoice(RwSignal<Theme>);

impl ThemeChoice {
    /// Begins with what is stored, and follows what is chosen in other tabs.
    pub fn provide() {
        let chosen = RwSignal::new(Theme::stored());
        let _stop = use_event_listener(window(), leptos::ev::storage, move |event| {
            if event.key().is_none_or(|key| key == KEY) {
                let theme = Theme::stored();
                theme.apply();
                chosen.set(theme);
            }
        });
        provide_context(Self(chosen));
    }

    /// The present choice, made here or in another tab.
    pub fn get(self) -> Theme {
        self.0.get()
    }

    /// Chooses, at once and for the next visits. `false` when this browser keeps nothing.
    pub fn set(self, theme: Theme) -> bool {
        theme.apply();
        self.0.set(theme);
        let Some(name) = theme.name() else {
            storage::remove(KEY);
            return true;
        };
        storage::set(KEY, name)
    }
}
