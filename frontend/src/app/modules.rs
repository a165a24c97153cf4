//! The WebAssembly modules that are loaded with the pages that need them, and what is in each. The bundler makes them.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use super::overlay::Overlays;
use crate::command_menu::{CommandMenu, KeysDialog};
use crate::components::canvas::{Canvas, CanvasSeat};
use crate::pages::builder::{BuilderPage, NewWorkflowPage};
use crate::pages::compare::ComparePage;
use crate::pages::generate::{GeneratePage, GenerationPage};
use crate::pages::reports::{StatisticsPage, VersionsPage};
use crate::pages::run::RunPage;
use crate::pages::runs::RunsPage;
use crate::pages::settings::{Agents, McpServers, Personas, Providers};
use crate::pages::start::StartPage;

/// Draws a page of a loaded module.
pub type Draw = fn() -> AnyView;

/// Declares functions that load a module and return a page in it: `name in module: Component`. No other code of the main
/// module may refer to the component: it would be in the main module, with all that it uses.
macro_rules! lazy_pages {
    ($($name:ident in $module:ident: $page:ident,)*) => {
        $(
            #[wasm_split($module, fallible)]
            pub fn $name() -> Result<Draw, SplitLoaderError> {
                Ok(|| $page().into_any())
            }
        )*
    };
}

lazy_pages! {
    new_workflow in builder: NewWorkflowPage,
    builder in builder: BuilderPage,
    statistics in reports: StatisticsPage,
    versions in reports: VersionsPage,
    generate in generate: GeneratePage,
    generation in generate: GenerationPage,
    start in run: StartPage,
    run in run: RunPage,
    runs in runs: RunsPage,
    compare in compare: ComparePage,
    providers in settings: Providers,
    personas in settings: Personas,
    agents in settings: Agents,
    mcp_servers in settings: McpServers,
}

/// Draws a canvas of the loaded module.
pub type DrawCanvas = fn(CanvasSeat) -> AnyView;

/// Declares a function that loads a module and returns what draws a part of a page: `name in module as Type: function`.
macro_rules! lazy_part {
    ($name:ident in $module:ident as $draw:ty: $function:expr) => {
        #[wasm_split($module, fallible)]
        pub fn $name() -> Result<$draw, SplitLoaderError> {
            Ok($function)
        }
    };
}

// Pages show it when a person chooses it.
lazy_part!(canvas in canvas as DrawCanvas: |seat| view! { <Canvas seat /> }.into_any());

/// Draws the dialogs of every page.
pub type DrawOverlays = fn(Overlays) -> AnyView;

// A key or a button opens them.
lazy_part!(overlays in commands as DrawOverlays: |overlays| {
    view! {
        <CommandMenu overlays />
        <KeysDialog overlays />
    }
    .into_any()
});

/// Loads the module of the page at an address before the page is opened. Ignores failure: opening the page tries again.
pub fn preload(path: &str) {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match segments.as_slice() {
        ["new"] | ["workflows", _] => begin(builder()),
        ["runs"] => begin(runs()),
        ["generate", ..] => begin(generate()),
        ["runs", "compare"] => begin(compare()),
        ["runs", _] | ["workflows", _, "run"] => begin(run()),
        ["workflows", _, "stats" | "versions"] => begin(statistics()),
        ["settings", ..] => begin(providers()),
        _ => {}
    }
}

fn begin(load: impl Future<Output = Result<Draw, SplitLoaderError>> + 'static) {
    spawn_local(async { drop(load.await) });
}
