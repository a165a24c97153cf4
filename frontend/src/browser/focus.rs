//! Moving the focus, and telling the page's name.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlTextAreaElement, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::waiting::WaitingGates;

/// The title of the current page.
#[derive(Clone, Copy)]
struct PageTitle(RwSignal<String>);

/// Makes the place for the page's title, and draws what tells it to screen readers.
#[component]
pub fn TitleAnnouncer() -> impl IntoView {
    let PageTitle(title) = expect_context();
    let gates: WaitingGates = expect_context();
    Effect::new(move || {
        let whole = format!("{} · Sluice", title.get());
        document().set_title(&gates.with(|waiting| waiting.title(&whole)));
    });
    let path = use_location().pathname;
    let said = RwSignal::new(String::new());
    // A title also changes while its page is shown, with a run's status; only that of another page is told.
    let mut before = None;
    Effect::new(move || {
        let path = path.get();
        let is_another = before.replace(path.clone()).is_some_and(|before| before != path);
        if is_another {
            request_animation_frame(move || said.set(title.get_untracked()));
            keep_focus(MAIN);
        }
    });
    view! {
        <p class="visually-hidden" aria-live="polite">
            {move || said.get()}
        </p>
    }
}

/// Where the page begins, for the keyboard and for screen readers.
pub const MAIN: &str = "main";

/// Makes the place for the page's title, for the whole app.
pub fn provide_title() {
    provide_context(PageTitle(RwSignal::new(String::new())));
}

/// Names the page in the window's title, for tabs and for screen readers.
pub fn use_title(title: impl Fn() -> String + 'static) {
    let PageTitle(shown) = expect_context();
    Effect::new(move || shown.set(title()));
}

/// Puts the focus on an element when what had it is gone, as after a link or a decision: otherwise the next key press
/// would begin at the top of the page.
pub fn keep_focus(id: &str) {
    let id = id.to_owned();
    request_animation_frame(move || {
        let lost = document().active_element().is_none_or(|active| active.tag_name() == "BODY");
        if lost {
            focus_soon(id);
        }
    });
}

/// Focuses the element with an id at once: the next key press is meant for it.
pub fn focus_now(id: &str) {
    if let Some(element) = element(id) {
        let _focused = element.focus();
    }
}

/// Focuses the element with an id once what was just changed is drawn.
pub fn focus_soon(id: String) {
    request_animation_frame(move || {
        focus_now(&id);
    });
}

/// Goes on writing at the end of the text field with an id, once what was just changed is drawn.
pub fn write_soon(id: String) {
    request_animation_frame(move || {
        let _unfolded = reveal(&id);
        let Some(field) = element(&id).and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok()) else {
            return;
        };
        let _focused = field.focus();
        let end = field.text_length();
        let _not_editable = field.set_selection_range(end, end);
    });
}

/// The same with a text field, whose text is selected: what is typed next takes its place.
pub fn select_soon(id: String) {
    request_animation_frame(move || {
        if let Some(field) = element(&id).and_then(|element| element.dyn_into::<HtmlInputElement>().ok()) {
            let _focused = field.focus();
            field.select();
        }
    });
}

/// Unfolds the details around the element with an id, so that it can have the focus. Gives whether it is there.
pub fn reveal(id: &str) -> bool {
    let Some(element) = element(id) else { return false };
    let mut around = element.closest("details").ok().flatten();
    while let Some(details) = around {
        let _unfolded = details.set_attribute("open", "");
        around = details.parent_element().and_then(|parent| parent.closest("details").ok().flatten());
    }
    true
}

/// Brings the element with an id into view, without moving the page more than needed.
pub fn scroll_into_view(id: &str) {
    if let Some(element) = element(id) {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}
