//! Templates to copy workflows and steps from.

use sluice_types::{
    InstantiateTemplate, StepTemplatePage, TemplateCategoryPage, TemplatePage, Workflow, WorkflowId, WorkflowTemplate,
};

use super::error::ApiResult;
use super::http::Call;

/// A page of templates, of a category or of all: built-in ones first.
pub async fn list(category: Option<String>, cursor: Option<String>) -> ApiResult<TemplatePage> {
    Call::get("/workflows/templates").query([("category", category), ("cursor", cursor)]).answer().await
}

/// The categories with the numbers of their templates.
pub async fn categories() -> ApiResult<TemplateCategoryPage> {
    Call::get("/workflows/templates/categories").answer().await
}

/// One template with its definition and inputs.
pub async fn get(id: &WorkflowId) -> ApiResult<WorkflowTemplate> {
    Call::get(&format!("/workflows/templates/{id}")).answer().await
}

/// Makes a workflow of a template.
pub async fn instantiate(id: &WorkflowId) -> ApiResult<Workflow> {
    Call::post(&format!("/workflows/templates/{id}/instantiate")).json(&InstantiateTemplate::default()).answer().await
}

/// Removes a template of the tenant's own.
pub async fn delete(id: &WorkflowId) -> ApiResult<()> {
    Call::delete(&format!("/workflows/templates/{id}")).done().await
}

/// Steps to add to a workflow.
pub async fn step_templates() -> ApiResult<StepTemplatePage> {
    Call::get("/workflows/step-templates").answer().await
}
