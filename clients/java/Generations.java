import sluice.client.ApiClient;
import sluice.client.api.GenerationsApi;
import sluice.client.model.*;

/** From a sentence to a workflow: generated, cancelled, applied, and changed by another sentence. */
final class Generations {
  private final GenerationsApi generations;

  Generations(ApiClient client) {
    generations = new GenerationsApi(client);
  }

  void run() throws Exception {
    var prompt = "Collect facts about owls for " + Support.MARK + ", have a person review them, then write a summary";
    var generation = generate(new GenerateWorkflow().prompt(prompt));
    Support.check(generation.getSimulated() && generation.getFindings().isEmpty(), "the lint finds something");
    Support.check(!generation.getReuse().isEmpty() && !generation.getExplanation().isEmpty(), "nothing is explained");
    // Edited before it is created: the workflow and its agents go back as they came.
    var workflow = generation.getWorkflow().name("Owls " + Support.MARK);
    var body = new ApplyGeneration().generationId(generation.getId()).workflow(workflow);
    body.setAgents(generation.getAgentsToCreate());
    var request = apply(body).idempotencyKey(Support.MARK + "-apply").build();
    var applied = generations.applyGeneration(request).getWorkflow();
    Support.check(applied.getName().equals(workflow.getName()), "the name is " + applied.getName());
    var again = generations.applyGeneration(request).getWorkflow();
    Support.check(again.getId().equals(applied.getId()), "the key has created a second workflow");
    refine(applied.getId());
    cancel();
  }

  private void refine(String id) throws Exception {
    var generation = generate(new GenerateWorkflow().prompt("Add a review at the end").workflowId(id));
    var changed = id.equals(generation.getWorkflowId()) && generation.getWorkflowVersion() == 1;
    Support.check(changed && !generation.getChanges().isEmpty(), "no change of the workflow is shown");
    var body = new ApplyGeneration().generationId(generation.getId());
    var applied = generations.applyGeneration(apply(body).build()).getWorkflow();
    Support.check(applied.getId().equals(id) && applied.getVersion() == 2, "the version is " + applied.getVersion());
  }

  private void cancel() throws Exception {
    var body = new GenerateWorkflow().prompt("Write about owls").provider("demo").model("demo-slow");
    var request = GenerationsApi.APIGenerateWorkflowRequest.newBuilder().generateWorkflow(body);
    var started = generations.generateWorkflow(request.build());
    var address = GenerationsApi.APICancelGenerationRequest.newBuilder().generationId(started.getId());
    var ended = generations.cancelGeneration(address.build());
    Support.check(ended.getStatus() == GenerationStatus.CANCELLED, "the generation is " + ended.getStatus());
    var unfinished = apply(new ApplyGeneration().generationId(started.getId())).build();
    Support.refused(() -> generations.applyGeneration(unfinished), 409, "generation_not_completed");
  }

  /** Lets the offline provider design a workflow, and waits for it. */
  private Generation generate(GenerateWorkflow asked) throws Exception {
    var request = GenerationsApi.APIGenerateWorkflowRequest.newBuilder().waitSeconds(Support.WAIT);
    var body = asked.provider("demo").model("demo-instant");
    var generation = generations.generateWorkflow(request.generateWorkflow(body).build());
    Support.check(generation.getStatus() == GenerationStatus.COMPLETED, "the generation is " + generation.getStatus());
    var address = GenerationsApi.APIGetGenerationRequest.newBuilder().generationId(generation.getId());
    var read = generations.getGeneration(address.waitSeconds(Support.WAIT).build());
    Support.check(read.getWorkflow().equals(generation.getWorkflow()), "another workflow is read");
    return generation;
  }

  private static GenerationsApi.APIApplyGenerationRequest.Builder apply(ApplyGeneration body) {
    return GenerationsApi.APIApplyGenerationRequest.newBuilder().applyGeneration(body);
  }
}
