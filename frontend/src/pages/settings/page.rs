//! The frame of the settings, and how the app looks.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

use crate::browser::focus::use_title;
use crate::browser::theme::{Theme, ThemeChoice};
use crate::components::{Note, NoteKind, Segments};

/// The settings. The sections share this frame: when another one is shown, the focus stays where it is.
#[component]
pub fn SettingsPage() -> impl IntoView {
    view! {
        <div class="page-head">
            <h1>"Settings"</h1>
        </div>
        <div class="settings">
            <nav class="settings-nav" aria-label="Settings">
                <A href="/settings/providers">"Providers"</A>
                <A href="/settings/personas">"Personas"</A>
                <A href="/settings/agents">"Agents"</A>
                <A href="/settings/mcp-servers">"MCP servers"</A>
                <A href="/settings/appearance">"Appearance"</A>
            </nav>
            <div class="settings-body">
                <Outlet />
            </div>
        </div>
    }
}

/// Light, dark, or as the system.
#[component]
pub fn Appearance() -> impl IntoView {
    use_title(|| "Appearance · Settings".to_owned());
    let choice = expect_context::<ThemeChoice>();
    let kept = RwSignal::new(true);
    let choices = vec![(Theme::System, "System"), (Theme::Light, "Light"), (Theme::Dark, "Dark")];
    view! {
        <section class="stack loose" aria-labelledby="appearance">
            <div class="stack tight">
                <h2 id="appearance">"Appearance"</h2>
                <p class="muted">"How Sluice looks in this browser. It is kept here, not on the server."</p>
            </div>
            <div class="stack">
                <span class="label" aria-hidden="true">
                    "Theme"
                </span>
                <div>
                    <Segments
                        label="Theme"
                        choices
                        chosen=Signal::derive(move || choice.get())
                        on_choose=move |theme| kept.set(choice.set(theme))
                    />
                </div>
                <p class="muted small">
                    "“System” follows your device, also when it changes from day to night. Motion and contrast follow it always."
                </p>
                <Show when=move || !kept.get()>
                    <Note kind=NoteKind::Warn>
                        "This browser does not keep anything for this page. The theme holds until the page is closed."
                    </Note>
                </Show>
            </div>
        </section>
    }
}
