import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import sluice.client.ApiClient;
import sluice.client.api.ExecutionsApi;
import sluice.client.api.PersonasApi;
import sluice.client.api.ProvidersApi;
import sluice.client.api.TemplatesApi;
import sluice.client.api.WorkflowsApi;
import sluice.client.model.*;

/**
 * One session with the client that openapi-generator makes for Java: a workflow from a sentence, step edits,
 * the canvas, and the Deep Build Pipeline from template to end.
 */
public final class Session {
  private final ApiClient client = Support.client();
  private final ExecutionsApi executions;
  private final WorkflowsApi workflows;
  private final TemplatesApi templates;

  private Session() {
    executions = new ExecutionsApi(client);
    workflows = new WorkflowsApi(client);
    templates = new TemplatesApi(client);
  }

  public static void main(String[] arguments) throws Exception {
    var session = new Session();
    session.lists();
    session.byCategory();
    new Generations(session.client).run();
    new CanvasEdits(session.client).run();
    new StepEdits(session.client).run();
    session.statistics(StepEdits.WORKFLOW);
    var id = session.instantiate();
    var run = session.start(id);
    for (var gate : List.of("review-1", "review-2")) {
      run = Support.settled(session.executions, run);
      Support.check(run.getStatus() == ExecutionStatus.PAUSED, "the run is " + run.getStatus());
      run = session.decide(run, gate);
    }
    run = Support.settled(session.executions, run);
    Support.check(run.getStatus() == ExecutionStatus.COMPLETED, "the run is " + run.getStatus());
    session.retry(run);
    session.find(run);
    System.out.println("  the Deep Build Pipeline has run to its end");
  }

  private void lists() throws Exception {
    Support.check(!new ProvidersApi(client).listProviders().getItems().isEmpty(), "no providers");
    Support.check(!new ProvidersApi(client).listModels().getItems().isEmpty(), "no models");
    new PersonasApi(client).listPersonas(PersonasApi.APIListPersonasRequest.newBuilder().build());
    var listed = templates.listTemplates(TemplatesApi.APIListTemplatesRequest.newBuilder().build());
    Support.check(!listed.getItems().isEmpty(), "no templates");
    Support.check(!templates.listStepTemplates().getItems().isEmpty(), "no step templates");
    var nobody = WorkflowsApi.APIGetWorkflowRequest.newBuilder().workflowId("nobody").build();
    Support.refused(() -> workflows.getWorkflow(nobody), 404, "workflow_not_found");
  }

  private void byCategory() throws Exception {
    var categories = templates.listTemplateCategories().getItems();
    var known = categories.stream().anyMatch(it -> "build".equals(it.getCategory()) && it.getCount() >= 1);
    Support.check(known, "the categories are " + categories);
    var request = TemplatesApi.APIListTemplatesRequest.newBuilder().category("build").build();
    var building = templates.listTemplates(request).getItems();
    Support.check(!building.isEmpty(), "the category has no template");
    Support.check(building.stream().allMatch(it -> "build".equals(it.getCategory())), "one is of another category");
  }

  /** Runs a workflow of three steps once, and finds the run in its statistics. */
  private void statistics(String id) throws Exception {
    var request = ExecutionsApi.APIStartExecutionRequest.newBuilder().workflowId(id).waitSeconds(Support.WAIT);
    var run = Support.settled(executions, executions.startExecution(request.startExecution(new StartExecution()).build()));
    Support.check(run.getStatus() == ExecutionStatus.COMPLETED, "the run is " + run.getStatus());
    var asked = WorkflowsApi.APIGetWorkflowStatsRequest.newBuilder().workflowId(id).days(7).build();
    var stats = workflows.getWorkflowStats(asked);
    var counted = stats.getExecutions() == 1 && stats.getCompleted() == 1 && stats.getFailed() == 0;
    Support.check(counted && stats.getP50DurationMs() != null, "the statistics are " + stats);
    var tokens = stats.getTokenUsage().getOutputTokens();
    Support.check(tokens.equals(run.getTokenUsage().getOutputTokens()), tokens + " tokens are counted");
    var day = run.getCompletedAt().toLocalDate();
    var today = stats.getDays().stream().anyMatch(it -> it.getDay().equals(day) && it.getCompleted() == 1);
    Support.check(today && stats.getDays().size() >= 7, "the days are " + stats.getDays());
    var model = stats.getModels().get(0);
    Support.check(model.getModel().equals("demo-instant") && model.getCalls() == 3, "the model is " + model);
    var steps = stats.getSteps();
    var ran = steps.stream().map(WorkflowStepStats::getStepId).collect(Collectors.toSet());
    Support.check(ran.equals(Set.of("plan", "shorten", "check")), "the steps are " + ran);
    var once = steps.stream().allMatch(it -> it.getRuns() == 1 && it.getFailures() == 0 && it.getCostUsd() == 0);
    Support.check(once, "the steps are " + steps);
  }

  /** Makes a workflow of the template, and lets it call nothing but the offline provider. */
  private String instantiate() throws Exception {
    var body = new InstantiateTemplate().name("Rehearsal planner " + Support.MARK);
    var template = TemplatesApi.APIInstantiateTemplateRequest.newBuilder().templateId("deep-build-pipeline");
    var made = templates.instantiateTemplate(template.instantiateTemplate(body).build());
    var address = WorkflowsApi.APIGetWorkflowRequest.newBuilder().workflowId(made.getId()).build();
    var read = workflows.getWorkflowWithHttpInfo(address);
    var tag = read.getHeaders().get("etag").get(0);
    var definition = read.getData().getDefinition().provider("demo").model("demo-instant");
    var change = new UpdateWorkflow().name(made.getName()).definition(definition);
    var save = WorkflowsApi.APIUpdateWorkflowRequest.newBuilder().workflowId(made.getId()).ifMatch(tag);
    var saved = workflows.updateWorkflow(save.updateWorkflow(change).build());
    Support.check(saved.getDefinition().getSteps().size() == definition.getSteps().size(), "steps were lost");
    var problem = Support.refused(() -> workflows.updateWorkflow(save.build()), 409, "version_conflict");
    Support.check(saved.getVersion().equals(problem.getCurrentVersion()), "another version is current");
    return made.getId();
  }

  /** Starts one run for one key, however often it is sent. */
  private Execution start(String id) throws Exception {
    var body = new StartExecution().input(Map.of("idea", "Rehearsals of small theatres"));
    var request = ExecutionsApi.APIStartExecutionRequest.newBuilder().workflowId(id).idempotencyKey(Support.MARK);
    var run = executions.startExecution(request.startExecution(body).build());
    var again = executions.startExecution(request.build());
    Support.check(run.getId().equals(again.getId()), "the key has started a second run");
    Support.check(run.getNumber() == 1, "its number is " + run.getNumber());
    return run;
  }

  /** Finds the gate in the inbox, and approves its text with a line more. */
  private Execution decide(Execution run, String path) throws Exception {
    var inbox = executions.listGates(ExecutionsApi.APIListGatesRequest.newBuilder().limit(200).build());
    var found = inbox.getItems().stream().anyMatch(it -> it.getPath().equals(path));
    Support.check(found, path + " is not in the inbox");
    var address = ExecutionsApi.APIGetStepRunRequest.newBuilder().executionId(run.getId()).stepPath(path);
    var gate = executions.getStepRun(address.build()).getRun().getGate();
    var body = new DecideGate().decision(ReviewDecision.APPROVE).openedSeq(gate.getOpenedSeq());
    body.setContent(gate.getContent() + "And more.\n");
    var request = ExecutionsApi.APIReviewStepRequest.newBuilder().executionId(run.getId()).stepPath(path);
    return executions.reviewStep(request.waitSeconds(Support.WAIT).decideGate(body).build());
  }

  /** Plans the last step's retry, and runs it. */
  private void retry(Execution run) throws Exception {
    var path = "implementation-prompts";
    var body = new PatchStep().model("demo");
    var plan = ExecutionsApi.APIPlanRetryRequest.newBuilder().executionId(run.getId()).stepPath(path).patchStep(body);
    var repeated = executions.planRetry(plan.build()).getRepeated();
    Support.check(repeated.get(0).getPath().equals(path), "another step is repeated");
    var request = ExecutionsApi.APIRetryStepRequest.newBuilder().executionId(run.getId()).stepPath(path);
    var again = Support.settled(executions, executions.retryStep(request.waitSeconds(Support.WAIT).patchStep(body).build()));
    Support.check(again.getStatus() == ExecutionStatus.COMPLETED, "the retry is " + again.getStatus());
  }

  private void find(Execution run) throws Exception {
    var own = ExecutionsApi.APIListWorkflowExecutionsRequest.newBuilder().workflowId(run.getWorkflowId());
    var page = executions.listWorkflowExecutions(own.build());
    Support.check(page.getItems().get(0).getId().equals(run.getId()), "the run is not in the list");
    var status = List.of(ExecutionStatus.COMPLETED, ExecutionStatus.FAILED);
    var every = ExecutionsApi.APIListExecutionsRequest.newBuilder().status(status);
    Support.check(!executions.listExecutions(every.build()).getItems().isEmpty(), "no run is found by its status");
    var search = WorkflowsApi.APIListWorkflowsRequest.newBuilder().search(Support.MARK).build();
    var last = workflows.listWorkflows(search).getItems().get(0).getLastExecution();
    Support.check(last != null, "the list shows no last run");
  }
}
