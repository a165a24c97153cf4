//! The canvas of a workflow: the picture of its definition. Positions are its layout and make no version; connections are its
//! definition, and are changed as by `connect_step`.

use actix_web::web::{Data, Json, Path};
use actix_web::{get, put};
use sluice_store::{LayoutChange, NodesChange};
use sluice_types::edit::{Connection, EditError, connect_all};
use sluice_types::{
    Canvas, CanvasNode, CanvasViewport, Definition, EdgeChange, ErrorCode, FieldError, Index, MoveNode, NodePosition,
    Position, StepId, UpdateCanvas, VersionOrigin, Workflow, WorkflowId, canvas_parts, layout_of, positions_of,
};

use super::on_newest;
use super::step_requests::wrong;
use super::workflow_saves::{save_with_layout, saved_by};
use super::workflows::find;
use crate::auth::{Caller, Editor, Viewer};
use crate::error::{ApiError, ApiResult};
use crate::etag::{IfMatch, WithETag};
use crate::extract::Body;
use crate::state::App;
use crate::validate::Check;

/// Returns the picture of a workflow: its steps with their positions and sizes, and their connections.
///
/// Steps that nobody placed have the positions of a layout, in which no two overlap. Each step tells the worst that the lint
/// finds at it. Positions in a container are those in its list; the lists are the `lanes`, with positions in the container.
#[utoipa::path(
    tag = "canvas", params(("workflow_id" = WorkflowId, Path, description = "The workflow")),
    responses((status = 200, description = "The picture; the `ETag` begins with the version of the workflow", body = Canvas)),
    extensions(("x-error-codes" = json!(["workflow_not_found"])))
)]
#[get("/workflows/{workflow_id}/canvas")]
pub async fn get_canvas(caller: Viewer, id: Path<WorkflowId>, app: Data<App>) -> ApiResult<WithETag<Canvas>> {
    Ok(WithETag::ok(canvas(&app, &caller, find_with_viewport(&app, &caller, &id).await?).await?))
}

/// Places the steps of a workflow, and changes their connections.
///
/// `nodes` are all positions: a step that is left out is placed by the layout again. They make no version, and of two requests
/// the last one wins. `edges` are the connections to change; they make one version together, unless they change nothing.
/// Either all is saved or nothing. Without `If-Match` the newest version is changed.
#[utoipa::path(
    tag = "canvas",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"),
        ("If-Match" = Option<String>, Header, description = "Change only this version", example = "\"3\"")),
    request_body(content = UpdateCanvas, example = json!({"nodes": [{"id": "research", "x": -320, "y": 40}],
        "edges": [{"source": "research", "target": "brief"}]})),
    responses((status = 200, description = "The picture as saved", body = Canvas)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "version_conflict", "invalid_header", "rate_limited"])))
)]
#[put("/workflows/{workflow_id}/canvas")]
pub async fn update_canvas(
    caller: Editor,
    id: Path<WorkflowId>,
    if_match: IfMatch,
    body: Body<UpdateCanvas>,
    app: Data<App>,
) -> ApiResult<WithETag<Canvas>> {
    app.limit_saves(caller.tenant())?;
    let UpdateCanvas { nodes, edges, viewport } = body.0;
    let edges = edges.unwrap_or_default();
    Check::default()
        .positions("/nodes", nodes.as_deref())
        .edges("/edges", &edges)
        .viewport("/viewport", viewport)
        .done()?;
    let connections = connections(&edges)?;
    let nodes = nodes.map_or(NodesChange::Keep, NodesChange::Replace);
    let change = LayoutChange { nodes, viewport };
    let by = || saved_by(&caller, VersionOrigin::Canvas);
    let saved = on_newest(if_match, async || {
        let (before, seen) = find_with_viewport(&app, &caller, &id).await?;
        if_match.check(before.version)?;
        let changed = changed(&before, &change.nodes, &connections)?;
        let saved = save_with_layout(&app, &caller, by(), before, changed, change.clone()).await?;
        Ok((saved, change.viewport.or(seen)))
    })
    .await?;
    Ok(WithETag::ok(canvas(&app, &caller, saved).await?))
}

/// Places one step of a workflow.
///
/// It makes no version; of two requests, the last one wins. A step in a container stays in its list: the answer has the position
/// in which it is drawn, and its size.
#[utoipa::path(
    tag = "canvas",
    params(("workflow_id" = WorkflowId, Path, description = "The workflow"), ("node_id" = StepId, Path, description = "The step")),
    request_body(content = MoveNode, example = json!({"x": 40, "y": 120})),
    responses((status = 200, description = "The step as it is drawn", body = CanvasNode)),
    extensions(("x-error-codes" = json!(["workflow_not_found", "step_not_found", "rate_limited"])))
)]
#[put("/workflows/{workflow_id}/nodes/{node_id}/position")]
pub async fn set_node_position(
    caller: Editor,
    path: Path<(WorkflowId, StepId)>,
    body: Body<MoveNode>,
    app: Data<App>,
) -> ApiResult<Json<CanvasNode>> {
    app.limit_saves(caller.tenant())?;
    let (id, node) = path.into_inner();
    let MoveNode { x, y } = body.0;
    Check::default().position("", Position { x, y }).done()?;
    let before = find(&app, &caller, &id).await?;
    let nodes = NodesChange::Move(NodePosition { id: node.clone(), x, y });
    let not_found = || ApiError::new(ErrorCode::StepNotFound, format!("The workflow has no step `{node}`."));
    before.definition.step(&node).ok_or_else(not_found)?;
    let changed = changed(&before, &nodes, &[])?;
    let by = saved_by(&caller, VersionOrigin::Canvas);
    let saved = save_with_layout(&app, &caller, by, before, changed, LayoutChange { nodes, viewport: None }).await?;
    let drawn = canvas(&app, &caller, (saved, None)).await?.nodes.into_iter().find(|drawn| drawn.id == node);
    Ok(Json(drawn.ok_or_else(not_found)?))
}

async fn find_with_viewport(
    app: &App,
    caller: &Caller,
    id: &WorkflowId,
) -> ApiResult<(Workflow, Option<CanvasViewport>)> {
    let found = app.engine.store().workflow_with_viewport(caller.tenant(), id).await?;
    Ok(found.ok_or(ErrorCode::WorkflowNotFound)?)
}

/// The picture of a workflow, with what the lint finds.
async fn canvas(
    app: &App,
    caller: &Caller,
    (workflow, viewport): (Workflow, Option<CanvasViewport>),
) -> ApiResult<Canvas> {
    let index = Index::of(&workflow.definition);
    let mut parts = canvas_parts(&index, &positions_of(&workflow.layout));
    let report = app.engine.check(caller.tenant(), &workflow.definition, None).await?;
    parts.mark_findings(&index, &report.findings);
    Ok(Canvas { nodes: parts.nodes, lanes: parts.lanes, edges: parts.edges, viewport, version: workflow.version })
}

/// The workflow with its steps placed and connected.
fn changed(before: &Workflow, nodes: &NodesChange, connections: &[Connection]) -> ApiResult<Workflow> {
    let mut positions = positions_of(&before.layout);
    match nodes {
        NodesChange::Keep => {}
        NodesChange::Replace(nodes) => {
            check_known(&before.definition, nodes)?;
            positions = positions_of(nodes);
        }
        NodesChange::Move(NodePosition { id, x, y }) => _ = positions.insert(id.clone(), Position { x: *x, y: *y }),
    }
    let definition = if connections.is_empty() {
        before.definition.clone()
    } else {
        connect_all(&before.definition, connections).map_err(|(at, error)| refused(at, &error))?
    };
    Ok(Workflow { layout: layout_of(&definition, &positions), definition, ..before.clone() })
}

/// Refuses positions of unknown steps.
fn check_known(definition: &Definition, nodes: &[NodePosition]) -> ApiResult<()> {
    let index = Index::of(definition);
    let unknown = nodes.iter().enumerate().filter(|(_, node)| index.place(&node.id).is_none());
    let errors: Vec<FieldError> = unknown
        .map(|(at, node)| FieldError::new(format!("/nodes/{at}/id"), format!("there is no step `{}`", node.id)))
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiError::fields(ErrorCode::InvalidRequest, errors)) }
}

/// The connections of a request.
fn connections(edges: &[EdgeChange]) -> ApiResult<Vec<Connection>> {
    let connection = |(at, edge): (usize, &EdgeChange)| {
        let port = edge.source_port.as_deref().unwrap_or("next");
        let port = port.parse().map_err(|message: String| wrong(&format!("/edges/{at}/source_port"), message))?;
        Ok(Connection { id: edge.source.clone(), port, target: edge.target.clone() })
    };
    edges.iter().enumerate().map(connection).collect()
}

/// A connection that was refused, with the field of the request that is the cause.
fn refused(at: usize, error: &EditError) -> ApiError {
    let field = match error {
        EditError::NoSuchStep(_) => "source",
        EditError::NotLater(_) => "target",
        _ => "source_port",
    };
    wrong(&format!("/edges/{at}/{field}"), error.to_string())
}
