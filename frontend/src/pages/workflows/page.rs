//! The page around the list.

use leptos::prelude::*;

use super::filters::Filters;
use super::import::{DropAnywhere, ImportButton, ImportFailures, Importer, choose_files};
use super::listing::Listing;
use super::rows::Rows;
use crate::browser::focus::use_title;
use crate::commands::{PageCommand, offer_commands};
use crate::components::{ButtonKind, DescribeField, LinkButton};

/// All workflows, with what can be done with each.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    use_title(|| "Workflows".to_owned());
    let listing = Listing::provide();
    let importer = Importer::provide(listing);
    offer_commands(|| {
        vec![
            PageCommand::link("New workflow", icondata_lu::LuPlus, "/new"),
            PageCommand::link("Describe a workflow", icondata_lu::LuSparkles, "/generate"),
            PageCommand::new("Import workflows", icondata_lu::LuUpload, choose_files),
            PageCommand::link("From template", icondata_lu::LuLayoutTemplate, "/templates"),
        ]
    });
    view! {
        <div class="page-head wide">
            <h1>"Workflows"</h1>
            <div class="row wrap list-actions">
                <ImportButton importer />
                <LinkButton icon=icondata_lu::LuLayoutTemplate href="/templates".to_owned()>
                    "From template"
                </LinkButton>
                <LinkButton kind=ButtonKind::Primary icon=icondata_lu::LuPlus href="/new".to_owned()>
                    "New workflow"
                </LinkButton>
            </div>
        </div>
        <ImportFailures importer />
        <DescribeField examples=Signal::derive(move || listing.is_bare()) />
        <Filters listing />
        <Rows listing />
        <DropAnywhere importer />
    }
}
