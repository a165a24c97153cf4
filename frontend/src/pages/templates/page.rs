//! The page of all templates.

use leptos::prelude::*;

use super::gallery::TemplateGallery;
use crate::browser::focus::use_title;

/// Templates that come with Sluice, and one's own.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    use_title(|| "Templates".to_owned());
    view! {
        <div class="page-head">
            <div class="stack tight">
                <h1>"Templates"</h1>
                <p class="muted">"Each makes a workflow of your own, to change as you like."</p>
            </div>
        </div>
        <h2 class="visually-hidden">"All templates"</h2>
        <TemplateGallery />
    }
}
