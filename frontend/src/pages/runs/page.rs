//! The page around the list of runs.

use leptos::prelude::*;

use super::bulk::{Bulk, BulkBar, BulkReportNote};
use super::filters::Filters;
use super::listing::Listing;
use super::names::Names;
use super::table::RunsList;
use super::waiting::WaitingForYou;
use crate::browser::focus::use_title;

/// All runs, newest first. What waits for a person stands above them.
#[component]
pub fn RunsPage() -> impl IntoView {
    use_title(|| "Runs".to_owned());
    let listing = Listing::provide();
    let names = Names::load(listing);
    let bulk = Bulk::new(listing, names);
    view! {
        <div class="page-head wide">
            <h1>"Runs"</h1>
        </div>
        <WaitingForYou />
        <section class="stack" aria-labelledby="all-runs">
            <h2 id="all-runs" class="visually-hidden">
                "All runs"
            </h2>
            <Filters listing names />
            <BulkReportNote bulk />
            <BulkBar bulk />
            <RunsList listing names bulk />
        </section>
    }
}
