//! Making a workflow of a template, one at a time.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use sluice_types::{WorkflowId, WorkflowTemplate};

use crate::api;
use crate::components::Toasts;

/// Makes a workflow of a template and opens it, or hands the template to a callback. One at a time.
#[derive(Clone, Copy)]
pub struct UseTemplate {
    take: Action<WorkflowId, ()>,
}

impl UseTemplate {
    /// `on_use` takes the template; without it a workflow is made of it.
    pub fn new(on_use: Option<Callback<WorkflowTemplate>>) -> Self {
        let navigate = use_navigate();
        let toasts = expect_context::<Toasts>();
        let take = Action::new_unsync(move |id: &WorkflowId| {
            let (id, navigate) = (id.clone(), navigate.clone());
            async move {
                let taken = match on_use {
                    Some(on_use) => api::templates::get(&id).await.map(|template| _ = on_use.try_run(template)),
                    None => api::templates::instantiate(&id).await.map(|workflow| {
                        navigate(&format!("/workflows/{}", workflow.id), NavigateOptions::default());
                    }),
                };
                if let Err(error) = taken {
                    toasts.call_failed("The template could not be used", &error);
                }
            }
        });
        Self { take }
    }

    /// Whether a template is being used.
    pub fn is_busy(self, id: &WorkflowId) -> bool {
        self.take.input().with(|taken| taken.as_ref() == Some(id))
    }

    /// Uses a template.
    pub fn run(self, id: WorkflowId) {
        if !self.take.pending().get_untracked() {
            self.take.dispatch_local(id);
        }
    }
}
