//! Beginning with a template.

use leptos::prelude::*;
use sluice_types::WorkflowTemplate;

use super::model::Builder;
use crate::browser::signal::RwSignal;
use crate::components::Dialog;
use crate::pages::templates::TemplateGallery;
use crate::state::editor::Draft;

/// The templates with their previews; the one that is used takes the place of the draft.
#[component]
pub fn TemplateDialog(builder: Builder, open: RwSignal<bool>) -> impl IntoView {
    let take = move |template: WorkflowTemplate| {
        open.set(false);
        builder.replace(Draft::from_template(&template));
    };
    view! {
        <Dialog open title="Begin with a template".to_owned() wide=true>
            <div class="body">
                <TemplateGallery on_use=take />
            </div>
        </Dialog>
    }
}
