//! Workflows and their versions.

use sluice_types::{
    CopyWorkflow, CreateWorkflow, Estimate, EstimateWorkflow, ExecutionPage, ListQuery, UpdateWorkflow, Workflow,
    WorkflowFacets, WorkflowId, WorkflowInclude, WorkflowPage, WorkflowStats, WorkflowVersion,
    WorkflowVersionDifference, WorkflowVersionPage,
};

use super::error::ApiResult;
use super::http::Call;

/// A page of workflows.
pub async fn list(query: &ListQuery) -> ApiResult<WorkflowPage> {
    let words = |words: Vec<&'static str>| (!words.is_empty()).then(|| words.join(","));
    let include = words(query.include.iter().map(|part| part.as_str()).collect());
    let status = query.status.as_ref().and_then(|all| words(all.iter().map(|status| status.as_str()).collect()));
    let parameters = [
        ("limit", query.limit.map(|limit| limit.to_string())),
        ("cursor", query.cursor.clone()),
        ("sort", query.sort.clone()),
        ("search", query.search.clone()),
        ("status", status),
        ("category", query.category.clone()),
        ("is_template", query.is_template.map(|is| is.to_string())),
        ("include", include),
    ];
    let tags = query.tag.iter().map(|tag| ("tag", Some(tag.clone())));
    Call::get("/workflows").query(parameters.into_iter().chain(tags)).answer().await
}

/// How many workflows fit a query, on all pages.
pub async fn count(query: ListQuery) -> ApiResult<Option<i64>> {
    let query = ListQuery { limit: Some(1), cursor: None, include: vec![WorkflowInclude::Total], ..query };
    Ok(list(&query).await?.total)
}

/// The tags and categories of the workflows that are no templates.
pub async fn facets() -> ApiResult<WorkflowFacets> {
    let include = vec![WorkflowInclude::Facets];
    let query = ListQuery { limit: Some(1), is_template: Some(false), include, ..ListQuery::default() };
    Ok(list(&query).await?.facets.unwrap_or_default())
}

/// One workflow.
pub async fn get(id: &WorkflowId) -> ApiResult<Workflow> {
    Call::get(&format!("/workflows/{id}")).answer().await
}

/// The name of a workflow, or its id when the name cannot be read.
pub async fn name_of(id: &WorkflowId) -> String {
    get(id).await.map_or_else(|_| id.to_string(), |workflow| workflow.name)
}

/// Creates a workflow.
pub async fn create(workflow: &CreateWorkflow) -> ApiResult<Workflow> {
    Call::post("/workflows").json(workflow).answer().await
}

/// Saves over `version`; a newer one on the server is a `version_conflict`.
pub async fn update(id: &WorkflowId, version: i64, workflow: &UpdateWorkflow) -> ApiResult<Workflow> {
    Call::put(&format!("/workflows/{id}")).if_match(version).json(workflow).answer().await
}

/// Removes a workflow with its executions.
pub async fn delete(id: &WorkflowId) -> ApiResult<()> {
    Call::delete(&format!("/workflows/{id}")).done().await
}

/// Copies a workflow.
pub async fn copy(id: &WorkflowId) -> ApiResult<Workflow> {
    Call::post(&format!("/workflows/{id}/copy")).json(&CopyWorkflow::default()).answer().await
}

/// The estimated cost of a run, based on earlier runs.
pub async fn estimate(id: &WorkflowId, request: &EstimateWorkflow) -> ApiResult<Estimate> {
    Call::post(&format!("/workflows/{id}/estimate")).json(request).answer().await
}

/// A version of a workflow.
pub async fn version(id: &WorkflowId, version: i64) -> ApiResult<WorkflowVersion> {
    Call::get(&format!("/workflows/{id}/versions/{version}")).answer().await
}

/// A page of a workflow's executions, newest first.
pub async fn executions(id: &WorkflowId, cursor: Option<String>) -> ApiResult<ExecutionPage> {
    Call::get(&format!("/workflows/{id}/executions")).query([("cursor", cursor)]).answer().await
}

/// Statistics of the last days.
pub async fn stats(id: &WorkflowId, days: u32) -> ApiResult<WorkflowStats> {
    Call::get(&format!("/workflows/{id}/stats")).query([("days", Some(days.to_string()))]).answer().await
}

/// A page of the versions, newest first.
pub async fn versions(id: &WorkflowId, cursor: Option<String>) -> ApiResult<WorkflowVersionPage> {
    Call::get(&format!("/workflows/{id}/versions")).query([("cursor", cursor)]).answer().await
}

/// What differs between two versions.
pub async fn difference(id: &WorkflowId, version: i64, against: i64) -> ApiResult<WorkflowVersionDifference> {
    let against = [("against", Some(against.to_string()))];
    Call::get(&format!("/workflows/{id}/versions/{version}/difference")).query(against).answer().await
}

/// Saves an older version again, over the version `current`.
pub async fn restore(id: &WorkflowId, version: i64, current: i64) -> ApiResult<Workflow> {
    Call::post(&format!("/workflows/{id}/versions/{version}/restore")).if_match(current).answer().await
}
