//! What happens when a template is used.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{WorkflowId, WorkflowTemplate};

use crate::api;
use crate::browser::signal::RwSignal;
use crate::components::Toasts;

/// Makes a workflow of a template and opens it, or hands the template to whoever asked for one.
#[derive(Clone, Copy)]
pub struct UseTemplate {
    /// The template that is being used now.
    busy: RwSignal<Option<WorkflowId>>,
    on_use: Option<Callback<WorkflowTemplate>>,
    open: UnsyncCallback<WorkflowId>,
    toasts: Toasts,
}

impl UseTemplate {
    /// `on_use` takes the template; without it a workflow is made of it.
    pub fn new(on_use: Option<Callback<WorkflowTemplate>>) -> Self {
        let navigate = use_navigate();
        Self {
            busy: RwSignal::new(None),
            on_use,
            open: UnsyncCallback::new(move |id: WorkflowId| {
                navigate(&format!("/workflows/{id}"), NavigateOptions::default());
            }),
            toasts: Toasts::from_context(),
        }
    }

    /// Whether a template is being used.
    pub fn is_busy(self, id: &WorkflowId) -> bool {
        self.busy.with(|busy| busy.as_ref() == Some(id))
    }

    /// Uses a template; one at a time.
    pub fn run(self, id: WorkflowId) {
        if self.busy.try_with_untracked(Option::is_none) != Some(true) {
            return;
        }
        self.busy.set(Some(id.clone()));
        spawn_local(async move {
            let failed = match self.on_use {
                Some(take) => api::templates::get(&id).await.map(|template| take.try_run(template)).err(),
                None => match api::templates::instantiate(&id).await {
                    Ok(workflow) => {
                        self.open.try_run(workflow.id);
                        None
                    }
                    Err(error) => Some(error),
                },
            };
            self.busy.try_set(None);
            if let Some(error) = failed {
                self.toasts.retry("The template could not be used", &error, move || self.run(id.clone()));
            }
        });
    }
}
