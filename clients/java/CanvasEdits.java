import java.util.List;
import java.util.stream.Collectors;
import sluice.client.ApiClient;
import sluice.client.api.CanvasApi;
import sluice.client.api.WorkflowsApi;
import sluice.client.model.*;

/** The canvas of a workflow: its picture, positions, and connections that are drawn. */
final class CanvasEdits {
  private static final String WORKFLOW = Support.MARK + "-canvas";

  private final ApiClient client;
  private final CanvasApi canvas;

  CanvasEdits(ApiClient client) {
    this.client = client;
    canvas = new CanvasApi(client);
  }

  void run() throws Exception {
    var last = Support.llm("Check", "Check");
    Support.create(client, WORKFLOW, Support.llm("Plan", "Plan"), Support.llm("Write", "Write"), last);
    var drawn = canvas.getCanvas(CanvasApi.APIGetCanvasRequest.newBuilder().workflowId(WORKFLOW).build());
    var unplaced = drawn.getNodes().stream().allMatch(it -> !it.getIsPlaced() && it.getWidth() > 0);
    Support.check(unplaced && drawn.getEdges().size() >= 2, "the canvas is " + drawn);
    place(drawn);
    var back = new UpdateCanvas().edges(List.of(new EdgeChange().source("check").target("plan")));
    var problem = Support.refused(() -> canvas.updateCanvas(change(back)), 422, "invalid_request");
    var pointer = problem.getErrors().get(0).getPointer();
    Support.check(pointer.equals("/edges/0/target"), "the pointer is " + pointer);
    var position = CanvasApi.APISetNodePositionRequest.newBuilder().workflowId(WORKFLOW).nodeId("write");
    var moved = canvas.setNodePosition(position.moveNode(new MoveNode().x(7.0).y(8.0)).build());
    Support.check(moved.getX() == 7 && moved.getY() == 8, "the node is " + moved);
    // Positions make no version.
    var address = WorkflowsApi.APIGetWorkflowRequest.newBuilder().workflowId(WORKFLOW).build();
    var read = new WorkflowsApi(client).getWorkflow(address);
    Support.check(read.getVersion() == 2 && read.getLayout().size() == 3, "the layout is " + read.getLayout());
  }

  /** Moves all nodes, and lets the first step skip the second. */
  private void place(Canvas drawn) throws Exception {
    var places = drawn.getNodes().stream()
        .map(it -> new NodePosition().id(it.getId()).x(it.getX() + 40).y(it.getY()))
        // The server of next year lists a node twice.
        .distinct()
        .collect(Collectors.toList());
    var edge = new EdgeChange().source("plan").sourcePort("next").target("check");
    var placed = canvas.updateCanvas(change(new UpdateCanvas().nodes(places).edges(List.of(edge))));
    for (var node : placed.getNodes()) {
      var wanted = places.stream().filter(it -> it.getId().equals(node.getId())).findFirst().orElseThrow();
      Support.check(node.getIsPlaced() && node.getX().equals(wanted.getX()), "a node is " + node);
    }
    var connected = placed.getEdges().stream().anyMatch(it -> it.getIsExplicit() && "check".equals(it.getTarget()));
    Support.check(connected && placed.getVersion() == 2, "the edges are " + placed.getEdges());
  }

  private static CanvasApi.APIUpdateCanvasRequest change(UpdateCanvas body) {
    return CanvasApi.APIUpdateCanvasRequest.newBuilder().workflowId(WORKFLOW).updateCanvas(body).build();
  }
}
