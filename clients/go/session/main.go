// One session with the client that openapi-generator makes for Go: a workflow from a sentence, step edits, the canvas,
// and the Deep Build Pipeline from its template to its end.
package main

import (
	"context"
	"fmt"
	"log"

	sluice "example.com/sluice/client"
)

// The longest wait that the server takes, in seconds.
const wait = 60

func main() {
	log.SetFlags(log.Lshortfile)
	ctx, client := context.Background(), newClient()
	lists(ctx, client)
	byCategory(ctx, client)
	generations(ctx, client)
	canvas(ctx, client)
	statistics(ctx, client, steps(ctx, client))
	id := instantiate(ctx, client)
	problems(ctx, client, id)
	run := start(ctx, client, id)
	for _, gate := range []string{"review-1", "review-2"} {
		run = settled(ctx, client, run)
		check(run.Status == sluice.EXECUTIONSTATUS_PAUSED, "the run is %s", run.Status)
		run = decide(ctx, client, run, gate)
	}
	run = settled(ctx, client, run)
	check(run.Status == sluice.EXECUTIONSTATUS_COMPLETED, "the run is %s", run.Status)
	retry(ctx, client, run)
	find(ctx, client, run)
	fmt.Println("  the Deep Build Pipeline has run to its end")
}

func lists(ctx context.Context, client *sluice.APIClient) {
	providers, _, err := client.ProvidersAPI.ListProviders(ctx).Execute()
	check(err == nil && len(providers.Items) > 0, "no providers: %v", err)
	models, _, err := client.ProvidersAPI.ListModels(ctx).Execute()
	check(err == nil && len(models.Items) > 0, "no models: %v", err)
	templates, _, err := client.TemplatesAPI.ListTemplates(ctx).Execute()
	check(err == nil && len(templates.Items) > 0, "no templates: %v", err)
	steps, _, err := client.TemplatesAPI.ListStepTemplates(ctx).Execute()
	check(err == nil && len(steps.Items) > 0, "no step templates: %v", err)
	_, _, err = client.PersonasAPI.ListPersonas(ctx).Execute()
	check(err == nil, "no personas: %v", err)
}

func byCategory(ctx context.Context, client *sluice.APIClient) {
	categories := must(client.TemplatesAPI.ListTemplateCategories(ctx).Execute())
	known := false
	for _, item := range categories.Items {
		known = known || item.GetCategory() == "build" && item.Count >= 1
	}
	check(known, "a category is missing")
	building := must(client.TemplatesAPI.ListTemplates(ctx).Category("build").Execute())
	check(len(building.Items) > 0, "the category has no template")
	for _, template := range building.Items {
		check(template.GetCategory() == "build", "%s is of another category", template.Id)
	}
}

// instantiate makes a workflow of the template, and lets it call nothing but the offline provider.
func instantiate(ctx context.Context, client *sluice.APIClient) string {
	body := sluice.NewInstantiateTemplate()
	body.SetName("Rehearsal planner " + mark)
	made := client.TemplatesAPI.InstantiateTemplate(ctx, "deep-build-pipeline").InstantiateTemplate(*body)
	workflow := must(made.Execute())
	read, tag := mustTagged(client.WorkflowsAPI.GetWorkflow(ctx, workflow.Id).Execute())
	definition := read.Definition
	definition.SetProvider("demo")
	definition.SetModel("demo-instant")
	change := sluice.NewUpdateWorkflow(read.Name, definition)
	save := client.WorkflowsAPI.UpdateWorkflow(ctx, workflow.Id).IfMatch(tag).UpdateWorkflow(*change)
	saved := must(save.Execute())
	check(len(saved.Definition.Steps) == len(read.Definition.Steps), "steps were lost")
	_, _, err := save.Execute()
	problem := refused(err, 409, "version_conflict")
	check(problem.GetCurrentVersion() == saved.Version, "the current version is %d", problem.GetCurrentVersion())
	return workflow.Id
}

func problems(ctx context.Context, client *sluice.APIClient, id string) {
	_, _, err := client.WorkflowsAPI.GetWorkflow(ctx, "nobody").Execute()
	refused(err, 404, "workflow_not_found")
	unnamed := sluice.NewCreateWorkflow("", *sluice.NewDefinition([]sluice.Step{}))
	_, _, err = client.WorkflowsAPI.CreateWorkflow(ctx).CreateWorkflow(*unnamed).Execute()
	problem := refused(err, 422, "invalid_request")
	check(problem.Errors[0].Pointer == "/name", "the pointer is %s", problem.Errors[0].Pointer)
	estimate := must(client.WorkflowsAPI.EstimateWorkflow(ctx, id).EstimateWorkflow(*sluice.NewEstimateWorkflow()).Execute())
	check(len(estimate.Steps) > 0, "no step is estimated")
	report := must(client.WorkflowsAPI.ValidateWorkflow(ctx, id).ValidateWorkflow(*sluice.NewValidateWorkflow()).Execute())
	check(report.Valid, "the workflow is not valid")
}

// start starts one run for one key, however often it is sent.
func start(ctx context.Context, client *sluice.APIClient, id string) *sluice.Execution {
	body := sluice.NewStartExecution()
	body.SetInput(map[string]any{"idea": "Rehearsals of small theatres", "constraints": "Three months"})
	call := client.ExecutionsAPI.StartExecution(ctx, id).IdempotencyKey(mark).StartExecution(*body)
	run := must(call.Execute())
	again := must(call.Execute())
	check(run.Id == again.Id, "the key has started a second run")
	check(run.GetNumber() == 1, "its number is %d", run.GetNumber())
	return run
}

// settled waits without a stream until the run has ended or waits for a person.
func settled(ctx context.Context, client *sluice.APIClient, run *sluice.Execution) *sluice.Execution {
	for run.Status == sluice.EXECUTIONSTATUS_PENDING || run.Status == sluice.EXECUTIONSTATUS_RUNNING {
		run = must(client.ExecutionsAPI.GetExecution(ctx, run.Id).Wait(wait).AfterSeq(run.LastSeq).Execute())
	}
	return run
}

// decide finds the gate in the inbox, and approves its text with a line more.
func decide(ctx context.Context, client *sluice.APIClient, run *sluice.Execution, path string) *sluice.Execution {
	inbox := must(client.ExecutionsAPI.ListGates(ctx).Limit(200).Execute())
	open := false
	for _, gate := range inbox.Items {
		open = open || gate.ExecutionId == run.Id && gate.Path == path
	}
	check(open, "%s is not in the inbox", path)
	step := must(client.ExecutionsAPI.GetStepRun(ctx, run.Id, path).Execute())
	gate := step.Run.Gate.Get()
	check(gate != nil && gate.Content.Get() != nil, "%s shows no text", path)
	body := sluice.NewDecideGate(sluice.REVIEWDECISION_APPROVE)
	body.SetOpenedSeq(gate.OpenedSeq)
	body.SetContent(*gate.Content.Get() + "And more.\n")
	return must(client.ExecutionsAPI.ReviewStep(ctx, run.Id, path).Wait(wait).DecideGate(*body).Execute())
}

// retry plans and runs the last step again.
func retry(ctx context.Context, client *sluice.APIClient, run *sluice.Execution) {
	const path = "implementation-prompts"
	body := sluice.NewPatchStep()
	body.SetModel("demo")
	plan := must(client.ExecutionsAPI.PlanRetry(ctx, run.Id, path).PatchStep(*body).Execute())
	check(len(plan.Kept) > 0 && plan.Repeated[0].Path == path, "the plan is %v", plan)
	again := must(client.ExecutionsAPI.RetryStep(ctx, run.Id, path).Wait(wait).PatchStep(*body).Execute())
	again = settled(ctx, client, again)
	check(again.Status == sluice.EXECUTIONSTATUS_COMPLETED, "the retry is %s", again.Status)
}

func find(ctx context.Context, client *sluice.APIClient, run *sluice.Execution) {
	page := must(client.ExecutionsAPI.ListWorkflowExecutions(ctx, run.WorkflowId).Execute())
	check(page.Items[0].Id == run.Id, "the run is not in the list")
	completed := []sluice.ExecutionStatus{sluice.EXECUTIONSTATUS_COMPLETED, sluice.EXECUTIONSTATUS_FAILED}
	every := must(client.ExecutionsAPI.ListExecutions(ctx).Status(completed).Execute())
	check(len(every.Items) > 0, "no run is found by its status")
	workflows := must(client.WorkflowsAPI.ListWorkflows(ctx).Search(mark).Execute())
	check(len(workflows.Items) > 0 && workflows.Items[0].LastExecution.Get() != nil, "the list shows no last run")
	must(client.ExecutionsAPI.GetExecutionDefinition(ctx, run.Id).Execute())
	versions := must(client.WorkflowsAPI.ListVersions(ctx, run.WorkflowId).Execute())
	check(len(versions.Items) >= 2, "a version is missing")
}
