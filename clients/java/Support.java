import java.util.List;
import sluice.client.ApiClient;
import sluice.client.ApiException;
import sluice.client.api.ExecutionsApi;
import sluice.client.api.WorkflowsApi;
import sluice.client.model.*;

/** The client, and what all parts of the session need. */
final class Support {
  /** A server of next year gives each 404 a code that is not known yet. */
  private static final boolean NEXT_YEAR = "1".equals(System.getenv("NEXT_YEAR"));

  /** Different in each session, so that sessions can share a server. */
  static final String MARK = "java-" + ProcessHandle.current().pid();

  /** The longest wait that the server takes, in seconds. */
  static final int WAIT = 60;

  private Support() {}

  static ApiClient client() {
    var client = new ApiClient();
    client.updateBaseUri(System.getenv("SLUICE"));
    return client;
  }

  /** Makes a workflow that calls nothing but the offline provider. */
  static void create(ApiClient client, String id, Step... steps) throws Exception {
    var definition = new Definition().provider("demo").model("demo-instant").steps(List.of(steps));
    var body = new CreateWorkflow().id(id).name(id).definition(definition);
    var request = WorkflowsApi.APICreateWorkflowRequest.newBuilder().createWorkflow(body);
    new WorkflowsApi(client).createWorkflow(request.build());
  }

  static Step llm(String label, String prompt) {
    return new Step(new LlmStep().type(LlmStepType.LLM).label(label).prompt(prompt));
  }

  /** Waits without a stream until the run has ended or waits for a person. */
  static Execution settled(ExecutionsApi executions, Execution run) throws Exception {
    while (run.getStatus() == ExecutionStatus.PENDING || run.getStatus() == ExecutionStatus.RUNNING) {
      var request = ExecutionsApi.APIGetExecutionRequest.newBuilder().executionId(run.getId());
      run = executions.getExecution(request.waitSeconds(WAIT).afterSeq(run.getLastSeq()).build());
    }
    return run;
  }

  interface Call {
    void run() throws ApiException;
  }

  /** The problem of a request that must have been refused. */
  static Problem refused(Call call, int status, String code) throws Exception {
    try {
      call.run();
    } catch (ApiException refusal) {
      // The generated client hands on the text of a problem.
      var problem = ApiClient.createDefaultObjectMapper().readValue(refusal.getResponseBody(), Problem.class);
      var known = problem.getCode().equals(code) || NEXT_YEAR && status == 404;
      check(refusal.getCode() == status && known, code + " was expected: " + refusal.getResponseBody());
      return problem;
    }
    throw new AssertionError("a problem " + code + " was expected");
  }

  static void check(boolean holds, String message) {
    if (!holds) throw new AssertionError(message);
  }
}
