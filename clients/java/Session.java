import java.util.List;
import java.util.Map;
import sluice.client.ApiClient;
import sluice.client.ApiException;
import sluice.client.api.ExecutionsApi;
import sluice.client.api.PersonasApi;
import sluice.client.api.ProvidersApi;
import sluice.client.api.TemplatesApi;
import sluice.client.api.WorkflowsApi;
import sluice.client.model.*;

/** One session with the client that openapi-generator makes for Java: the Deep Build Pipeline from template to end. */
public final class Session {
  /** A server of next year gives each 404 a code that is not known yet. */
  private static final boolean NEXT_YEAR = "1".equals(System.getenv("NEXT_YEAR"));

  private static final String MARK = "java-" + ProcessHandle.current().pid();

  /** The longest wait that the server takes, in seconds. */
  private static final int WAIT = 60;

  private final ApiClient client = new ApiClient();
  private final ExecutionsApi executions;
  private final WorkflowsApi workflows;
  private final TemplatesApi templates;

  private Session() {
    client.updateBaseUri(System.getenv("SLUICE"));
    executions = new ExecutionsApi(client);
    workflows = new WorkflowsApi(client);
    templates = new TemplatesApi(client);
  }

  public static void main(String[] arguments) throws Exception {
    var session = new Session();
    session.lists();
    var id = session.instantiate();
    var run = session.start(id);
    for (var gate : List.of("review-1", "review-2")) {
      run = session.settled(run);
      check(run.getStatus() == ExecutionStatus.PAUSED, "the run is " + run.getStatus());
      run = session.decide(run, gate);
    }
    run = session.settled(run);
    check(run.getStatus() == ExecutionStatus.COMPLETED, "the run is " + run.getStatus());
    session.retry(run);
    session.find(run);
    System.out.println("  the Deep Build Pipeline has run to its end");
  }

  private void lists() throws Exception {
    check(!new ProvidersApi(client).listProviders().getItems().isEmpty(), "no providers");
    check(!new ProvidersApi(client).listModels().getItems().isEmpty(), "no models");
    new PersonasApi(client).listPersonas(PersonasApi.APIListPersonasRequest.newBuilder().build());
    var listed = templates.listTemplates(TemplatesApi.APIListTemplatesRequest.newBuilder().build());
    check(!listed.getItems().isEmpty(), "no templates");
    check(!templates.listStepTemplates().getItems().isEmpty(), "no step templates");
    var nobody = WorkflowsApi.APIGetWorkflowRequest.newBuilder().workflowId("nobody").build();
    refused(() -> workflows.getWorkflow(nobody), 404, "workflow_not_found");
  }

  /** Makes a workflow of the template, and lets it call nothing but the offline provider. */
  private String instantiate() throws Exception {
    var body = new InstantiateTemplate().name("Rehearsal planner " + MARK);
    var template = TemplatesApi.APIInstantiateTemplateRequest.newBuilder().templateId("deep-build-pipeline");
    var made = templates.instantiateTemplate(template.instantiateTemplate(body).build());
    var address = WorkflowsApi.APIGetWorkflowRequest.newBuilder().workflowId(made.getId()).build();
    var read = workflows.getWorkflowWithHttpInfo(address);
    var tag = read.getHeaders().get("etag").get(0);
    var definition = read.getData().getDefinition().provider("demo").model("demo-instant");
    var change = new UpdateWorkflow().name(made.getName()).definition(definition);
    var save = WorkflowsApi.APIUpdateWorkflowRequest.newBuilder().workflowId(made.getId()).ifMatch(tag);
    var saved = workflows.updateWorkflow(save.updateWorkflow(change).build());
    check(saved.getDefinition().getSteps().size() == definition.getSteps().size(), "steps were lost");
    var problem = refused(() -> workflows.updateWorkflow(save.build()), 409, "version_conflict");
    check(saved.getVersion().equals(problem.getCurrentVersion()), "another version is current");
    return made.getId();
  }

  /** Starts one run for one key, however often it is sent. */
  private Execution start(String id) throws Exception {
    var body = new StartExecution().input(Map.of("idea", "Rehearsals of small theatres"));
    var request = ExecutionsApi.APIStartExecutionRequest.newBuilder().workflowId(id).idempotencyKey(MARK);
    var run = executions.startExecution(request.startExecution(body).build());
    var again = executions.startExecution(request.build());
    check(run.getId().equals(again.getId()), "the key has started a second run");
    return run;
  }

  /** Waits without a stream until the run has ended or waits for a person. */
  private Execution settled(Execution run) throws Exception {
    while (run.getStatus() == ExecutionStatus.PENDING || run.getStatus() == ExecutionStatus.RUNNING) {
      var request = ExecutionsApi.APIGetExecutionRequest.newBuilder().executionId(run.getId());
      run = executions.getExecution(request.waitSeconds(WAIT).afterSeq(run.getLastSeq()).build());
    }
    return run;
  }

  /** Finds the gate in the inbox, and approves its text with a line more. */
  private Execution decide(Execution run, String path) throws Exception {
    var inbox = executions.listGates(ExecutionsApi.APIListGatesRequest.newBuilder().limit(200).build());
    var found = inbox.getItems().stream().anyMatch(it -> it.getPath().equals(path));
    check(found, path + " is not in the inbox");
    var address = ExecutionsApi.APIGetStepRunRequest.newBuilder().executionId(run.getId()).stepPath(path);
    var gate = executions.getStepRun(address.build()).getRun().getGate();
    var body = new DecideGate().decision(ReviewDecision.APPROVE).openedSeq(gate.getOpenedSeq());
    body.setContent(gate.getContent() + "And more.\n");
    var request = ExecutionsApi.APIReviewStepRequest.newBuilder().executionId(run.getId()).stepPath(path);
    return executions.reviewStep(request.waitSeconds(WAIT).decideGate(body).build());
  }

  /** Plans the last step's retry, and runs it. */
  private void retry(Execution run) throws Exception {
    var path = "implementation-prompts";
    var body = new PatchStep().model("demo");
    var plan = ExecutionsApi.APIPlanRetryRequest.newBuilder().executionId(run.getId()).stepPath(path).patchStep(body);
    check(executions.planRetry(plan.build()).getRepeated().get(0).getPath().equals(path), "another step is repeated");
    var request = ExecutionsApi.APIRetryStepRequest.newBuilder().executionId(run.getId()).stepPath(path);
    var again = settled(executions.retryStep(request.waitSeconds(WAIT).patchStep(body).build()));
    check(again.getStatus() == ExecutionStatus.COMPLETED, "the retry is " + again.getStatus());
  }

  private void find(Execution run) throws Exception {
    var own = ExecutionsApi.APIListWorkflowExecutionsRequest.newBuilder().workflowId(run.getWorkflowId());
    var page = executions.listWorkflowExecutions(own.build());
    check(page.getItems().get(0).getId().equals(run.getId()), "the run is not in the list");
    var status = List.of(ExecutionStatus.COMPLETED, ExecutionStatus.FAILED);
    var every = ExecutionsApi.APIListExecutionsRequest.newBuilder().status(status);
    check(!executions.listExecutions(every.build()).getItems().isEmpty(), "no run is found by its status");
    var search = WorkflowsApi.APIListWorkflowsRequest.newBuilder().search(MARK).build();
    check(workflows.listWorkflows(search).getItems().get(0).getLastExecution() != null, "the list shows no last run");
  }

  private interface Call {
    void run() throws ApiException;
  }

  /** The problem of a request that must have been refused. */
  private Problem refused(Call call, int status, String code) throws Exception {
    try {
      call.run();
    } catch (ApiException refusal) {
      // The generated client hands on the text of a problem.
      var problem = client.getObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
      var known = problem.getCode().equals(code) || NEXT_YEAR && status == 404;
      check(refusal.getCode() == status && known, code + " was expected: " + refusal.getResponseBody());
      return problem;
    }
    throw new AssertionError("a problem " + code + " was expected");
  }

  private static void check(boolean holds, String message) {
    if (!holds) throw new AssertionError(message);
  }
}
