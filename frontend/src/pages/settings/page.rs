//! The frame of the settings: which sections there are, and the one that the address names.

use leptos::prelude::*;

use super::appearance::Appearance;
use super::personas::Personas;
use super::providers::Providers;
use crate::browser::focus::use_title;
use crate::pages::gone::NotFound;

/// The sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Keys and addresses of providers.
    Providers,
    /// Personas.
    Personas,
    /// How the app looks.
    Appearance,
}

impl Section {
    const ALL: [Self; 3] = [Self::Providers, Self::Personas, Self::Appearance];

    const fn address(self) -> &'static str {
        match self {
            Self::Providers => "/settings/providers",
            Self::Personas => "/settings/personas",
            Self::Appearance => "/settings/appearance",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Providers => "Providers",
            Self::Personas => "Personas",
            Self::Appearance => "Appearance",
        }
    }

    /// The section with the name that stands in the address.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|section| section.address().strip_prefix("/settings/") == Some(name))
    }
}

/// The section of the settings that the address names. They share their frame: when another one is
/// shown, what has the focus in it stays.
#[component]
pub fn SettingsPage(shown: Option<Section>) -> impl IntoView {
    match shown {
        Some(shown) => view! { <Frame shown /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Frame(shown: Section) -> impl IntoView {
    use_title(move || format!("{} · Settings", shown.title()));
    let link = |section: Section| {
        let current = (section == shown).then_some("page");
        view! {
            <a href=section.address() aria-current=current>
                {section.title()}
            </a>
        }
    };
    let section = match shown {
        Section::Providers => view! { <Providers /> }.into_any(),
        Section::Personas => view! { <Personas /> }.into_any(),
        Section::Appearance => view! { <Appearance /> }.into_any(),
    };
    view! {
        <div class="page-head">
            <h1>"Settings"</h1>
        </div>
        <div class="settings">
            <nav class="settings-nav" aria-label="Settings">
                {Section::ALL.map(link).collect_view()}
            </nav>
            <div class="settings-body">{section}</div>
        </div>
    }
}
