import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import sluice.client.ApiClient;
import sluice.client.api.ExecutionsApi;
import sluice.client.api.StepsApi;
import sluice.client.api.WorkflowsApi;
import sluice.client.model.*;

/** Steps of a workflow: put in, moved, connected and deleted one by one; and what has changed between two versions. */
final class StepEdits {
  static final String WORKFLOW = Support.MARK + "-steps";

  private final ApiClient client;
  private final StepsApi steps;

  StepEdits(ApiClient client) {
    this.client = client;
    steps = new StepsApi(client);
  }

  void run() throws Exception {
    var left = new Branch().name("left").steps(List.of(Support.llm("Draft", "Draft")));
    var right = new Branch().name("right").steps(List.of(Support.llm("Sketch", "Sketch")));
    var both = new ParallelStep().type(ParallelStepType.PARALLEL).label("Both").branches(List.of(left, right));
    var last = Support.llm("Check", "Check {{steps.Draft.content}}");
    Support.create(client, WORKFLOW, Support.llm("Plan", "Plan"), new Step(both), last);
    insert();
    move();
    connect();
    tryOne();
    delete();
    compare();
  }

  /** The same key inserts one step. */
  private void insert() throws Exception {
    var body = new InsertStep().step(Support.llm("Shorten", "Shorten {{steps.Plan.content}}"));
    body.parent("both").slot("branch:left").after("draft");
    var request = StepsApi.APIInsertStepRequest.newBuilder().workflowId(WORKFLOW).insertStep(body);
    var edit = steps.insertStep(request.idempotencyKey(Support.MARK + "-insert").build());
    var placed = "both".equals(edit.getParent()) && "branch:left".equals(edit.getSlot()) && edit.getPosition() == 1;
    Support.check(placed && edit.getVersion() == 2, "the step is at another place: " + edit);
    var id = edit.getStep().getLlmStep().getId();
    Support.check(id.equals("shorten") && edit.getFindings().isEmpty(), "the step is " + id);
    var again = steps.insertStep(request.build());
    Support.check(again.getVersion() == 2, "the key has inserted a second step");
  }

  private void move() throws Exception {
    var request = StepsApi.APIMoveStepRequest.newBuilder().workflowId(WORKFLOW).stepId("shorten");
    request.moveStep(new MoveStep().position(1));
    var problem = Support.refused(() -> steps.moveStep(request.ifMatch("\"1\"").build()), 409, "version_conflict");
    Support.check(problem.getCurrentVersion() == 2, "the current version is " + problem.getCurrentVersion());
    var edit = steps.moveStep(request.ifMatch("\"2\"").build());
    var placed = edit.getParent() == null && edit.getSlot() == null && edit.getPosition() == 1;
    Support.check(placed && edit.getVersion() == 3, "the step is at another place: " + edit);
  }

  /** A connection skips a step, and the answer says so. `null` takes it away. */
  private void connect() throws Exception {
    var skipping = steps.connectStep(connection("plan", "both"));
    Support.check(skipping.getStep().getLlmStep().getNext().equals("both"), "the step goes on elsewhere");
    var finding = skipping.getFindings().get(0);
    var found = finding.getCode().equals("unreachable_step") && finding.getPointer().equals("/steps/1");
    Support.check(found && skipping.getVersion() == 4, "the finding is " + finding);
    var problem = Support.refused(() -> steps.connectStep(connection("check", "plan")), 422, "invalid_request");
    var pointer = problem.getErrors().get(0).getPointer();
    Support.check(pointer.equals("/target"), "the pointer is " + pointer);
    var following = steps.connectStep(connection("plan", null));
    Support.check(following.getStep().getLlmStep().getNext() == null, "the connection is still there");
    Support.check(following.getVersion() == 5 && following.getFindings().isEmpty(), "the answer is " + following);
  }

  private static StepsApi.APIConnectStepRequest connection(String source, String target) {
    var request = StepsApi.APIConnectStepRequest.newBuilder().workflowId(WORKFLOW).stepId(source);
    return request.connectStep(new ConnectStep().target(target)).build();
  }

  /** One step runs alone, with an output that is given for the step that it reads. */
  private void tryOne() throws Exception {
    var request = StepsApi.APITryStepRequest.newBuilder().workflowId(WORKFLOW).stepId("shorten");
    var bare = request.tryStep(new TryStep()).build();
    var missing = Support.refused(() -> steps.tryStep(bare), 422, "invalid_input");
    var pointer = missing.getErrors().get(0).getPointer();
    Support.check(pointer.equals("/outputs/plan"), "the pointer is " + pointer);
    var body = new TryStep().outputs(Map.of("plan", "A text"));
    var tried = Support.settled(new ExecutionsApi(client), steps.tryStep(request.tryStep(body).build()));
    var isTry = "shorten".equals(tried.getTriedStep()) && tried.getNumber() == null;
    Support.check(isTry && tried.getStatus() == ExecutionStatus.COMPLETED, "it is another run: " + tried);
  }

  private void delete() throws Exception {
    var request = StepsApi.APIDeleteStepRequest.newBuilder().workflowId(WORKFLOW).stepId("both");
    var edit = steps.deleteStep(request.references("remove").build());
    var gone = edit.getStep() == null && edit.getPosition() == null && edit.getReferences().isEmpty();
    Support.check(gone && edit.getVersion() == 6, "the answer is " + edit);
    var address = StepsApi.APIGetStepRequest.newBuilder().workflowId(WORKFLOW);
    Support.refused(() -> steps.getStep(address.stepId("both").build()), 404, "step_not_found");
    var last = steps.getStep(address.stepId("check").build());
    var prompt = last.getStep().getLlmStep().getPrompt();
    Support.check(last.getPosition() == 2 && prompt.equals("Check "), "the prompt is " + prompt);
  }

  private void compare() throws Exception {
    var request = WorkflowsApi.APICompareVersionsRequest.newBuilder().workflowId(WORKFLOW).version(6L).against(1L);
    var difference = new WorkflowsApi(client).compareVersions(request.build());
    var compared = difference.getFromVersion() == 1 && difference.getToVersion() == 6;
    Support.check(compared && difference.getFields().isEmpty(), "the difference is " + difference);
    var changes = difference.getSteps().stream().map(it -> it.getKind() + " " + it.getStepId());
    var found = changes.collect(Collectors.toSet());
    var made = List.of("added shorten", "changed check", "removed both", "removed draft", "removed sketch");
    Support.check(found.containsAll(made), "the changes are " + found);
    var check = difference.getSteps().stream().filter(it -> it.getKind().equals("changed")).findFirst().orElseThrow();
    var prompts = check.getFields().stream().filter(it -> it.getPointer().equals("/prompt")).findFirst().orElseThrow();
    var same = prompts.getBefore().equals("Check {{steps.Draft.content}}") && prompts.getAfter().equals("Check ");
    Support.check(same, "the prompts are " + prompts);
  }
}
