//! How the app looks.

use leptos::prelude::*;

use crate::browser::signal::RwSignal;
use crate::browser::theme::{Theme, choose, chosen};
use crate::components::{Note, NoteKind, Segments, Shown};

/// Light, dark, or as the system.
#[component]
pub fn Appearance() -> impl IntoView {
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
                        chosen=chosen()
                        on_choose=move |theme| kept.set(choose(theme))
                    />
                </div>
                <p class="muted small">
                    "“System” follows your device, also when it changes from day to night. Motion and contrast follow it always."
                </p>
                <Shown is=move || !kept.get()>
                    <Note kind=NoteKind::Warn>
                        "This browser does not keep anything for this page. The theme holds until the page is closed."
                    </Note>
                </Shown>
            </div>
        </section>
    }
}
