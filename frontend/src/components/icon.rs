//! Icons of the Lucide set, drawn in the colour of the text around them.

use icondata_core::IconData;
use leptos::prelude::*;

/// An icon. It says nothing to screen readers: what it stands for is written beside it or on its button.
#[component]
pub fn Icon(#[prop(into)] icon: Signal<&'static IconData>) -> impl IntoView {
    view! {
        <svg
            class="icon"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="2"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=move || icon.get().data
        ></svg>
    }
}

/// The icon that a step template names; a plain one for names that this app does not draw.
pub fn lucide(name: &str) -> &'static IconData {
    match name {
        "badge-check" => icondata_lu::LuBadgeCheck,
        "book-open" => icondata_lu::LuBookOpen,
        "braces" => icondata_lu::LuBraces,
        "clipboard-check" => icondata_lu::LuClipboardCheck,
        "file-check" => icondata_lu::LuFileCheck,
        "git-branch" => icondata_lu::LuGitBranch,
        "lightbulb" => icondata_lu::LuLightbulb,
        "list-checks" => icondata_lu::LuListChecks,
        "message-square" => icondata_lu::LuMessageSquare,
        "microscope" => icondata_lu::LuMicroscope,
        "pen-line" => icondata_lu::LuPenLine,
        "puzzle" => icondata_lu::LuPuzzle,
        "repeat" => icondata_lu::LuRepeat,
        "scroll-text" => icondata_lu::LuScrollText,
        "search" => icondata_lu::LuSearch,
        "split" => icondata_lu::LuSplit,
        "telescope" => icondata_lu::LuTelescope,
        "terminal" => icondata_lu::LuTerminal,
        "user-check" => icondata_lu::LuUserCheck,
        _ => icondata_lu::LuSparkles,
    }
}
