"""The canvas of a workflow: its picture, positions, and connections that are drawn."""

from sluice_client.api.canvas import get_canvas, set_node_position, update_canvas
from sluice_client.api.workflows import create_workflow, get_workflow, update_workflow
from sluice_client.models import (
    CreateWorkflow,
    EdgeChange,
    MoveNode,
    NodePosition,
    UpdateCanvas,
    UpdateWorkflow,
)
from sluice_client.types import Unset

from .support import MARK, client, definition, etag, llm, ok, refused

ID = f"{MARK}-canvas"


def canvas() -> None:
    steps = (llm(label, label) for label in ("Plan", "Write", "Check"))
    body = CreateWorkflow(id=ID, name="Drawn", definition=definition(*steps))
    ok(create_workflow.sync_detailed(client=client, body=body), 201)
    drawn = ok(get_canvas.sync_detailed(ID, client=client))
    assert all(not node.is_placed and node.width > 0 for node in drawn.nodes) and len(drawn.edges) >= 2
    # By its id: the server of next year lists a node twice.
    nodes = {node.id: NodePosition(id=node.id, x=node.x + 40, y=node.y) for node in drawn.nodes}
    edges = [EdgeChange(source="plan", source_port="next", target="check")]
    change = UpdateCanvas(nodes=list(nodes.values()), edges=edges)
    placed = ok(update_canvas.sync_detailed(ID, client=client, body=change))
    assert placed.version == 2
    assert any(edge.is_explicit and edge.target == "check" for edge in placed.edges)
    back = UpdateCanvas(edges=[EdgeChange(source="check", target="plan")])
    backwards = refused(update_canvas.sync_detailed(ID, client=client, body=back), 422, "invalid_request")
    assert not isinstance(backwards.errors, Unset) and backwards.errors[0].pointer == "/edges/0/target"
    moved = ok(set_node_position.sync_detailed(ID, "write", client=client, body=MoveNode(x=7.0, y=8.0)))
    assert moved.x == 7
    # Positions make no version: what was read with them is saved over the version in its tag.
    read = get_workflow.sync_detailed(ID, client=client)
    assert ok(read).version == 2 and len(ok(read).layout) == 3
    body_back = UpdateWorkflow.from_dict(ok(read).to_dict())
    saved = ok(update_workflow.sync_detailed(ID, client=client, body=body_back, if_match=etag(read)))
    assert saved.layout == ok(read).layout
