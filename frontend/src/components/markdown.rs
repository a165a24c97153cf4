//! Texts of models, as Markdown.

use leptos::prelude::*;

use crate::state::markdown::to_html;

/// Draws Markdown. The HTML is made of the text alone: `to_html` lets no markup through.
#[component]
pub fn MarkdownView(#[prop(into)] source: Signal<String>) -> impl IntoView {
    view! { <div class="markdown" inner_html=move || source.with(|source| to_html(source))></div> }
}
