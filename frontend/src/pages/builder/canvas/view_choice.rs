//! List or canvas: the address says it, otherwise what was chosen last in this browser.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

use crate::browser::storage;
use crate::components::Segments;

/// Where the choice is kept.
const KEY: &str = "sluice.builder.view";

/// How the steps are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuilderView {
    /// As a list of cards.
    List,
    /// As a picture.
    Canvas,
}

impl BuilderView {
    const fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Canvas => "canvas",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::List, Self::Canvas].into_iter().find(|view| view.word() == word)
    }
}

/// The view that the address names, or the one that was chosen last.
pub fn view_of_address() -> Memo<BuilderView> {
    let query = use_query_map();
    Memo::new(move |_| {
        let named = query.read().get_str("view").and_then(BuilderView::of_word);
        if let Some(named) = named {
            storage::keep(KEY, Some(named.word()).filter(|_| named != BuilderView::List));
        }
        let kept = || storage::get(KEY).as_deref().and_then(BuilderView::of_word);
        named.or_else(kept).unwrap_or(BuilderView::List)
    })
}

/// List or canvas, by way of the address.
#[component]
pub fn ViewChoice(view: Memo<BuilderView>) -> impl IntoView {
    let navigate = use_navigate();
    let path = use_location().pathname;
    let choose = UnsyncCallback::new(move |to: BuilderView| {
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&format!("{}?view={}", path.get_untracked(), to.word()), options);
    });
    view! {
        <Segments
            label="View of the steps"
            choices=vec![(BuilderView::List, "List"), (BuilderView::Canvas, "Canvas")]
            chosen=view
            on_choose=move |to| choose.run(to)
        />
    }
}
