package main

import (
	"context"

	sluice "example.com/sluice/client"
)

// statistics runs a workflow of three steps once, and finds the run in its statistics.
func statistics(ctx context.Context, client *sluice.APIClient, id string) {
	body := *sluice.NewStartExecution()
	run := must(client.ExecutionsAPI.StartExecution(ctx, id).Wait(wait).StartExecution(body).Execute())
	run = settled(ctx, client, run)
	check(run.Status == sluice.EXECUTIONSTATUS_COMPLETED, "the run is %s", run.Status)
	stats := must(client.WorkflowsAPI.GetWorkflowStats(ctx, id).Days(7).Execute())
	check(stats.Executions == 1 && stats.Completed == 1 && stats.Failed == 0, "%d runs have completed", stats.Completed)
	check(stats.TokenUsage.OutputTokens == run.TokenUsage.OutputTokens, "other tokens are counted")
	check(stats.P50DurationMs.Get() != nil && stats.P95DurationMs.Get() != nil, "no time is shown")
	today, counted := run.GetCompletedAt().UTC().Format("2006-01-02"), false
	for _, day := range stats.Days {
		counted = counted || day.Day == today && day.Completed == 1
	}
	check(len(stats.Days) >= 7 && counted, "the run is not counted on its day")
	model := stats.Models[0]
	check(model.Provider == "demo" && model.Model == "demo-instant" && model.Calls == 3, "the model is %s", model.Model)
	ran := map[string]bool{}
	for _, step := range stats.Steps {
		check(step.Runs == 1 && step.Failures == 0 && step.CostUsd == 0, "%s has run %d times", step.StepId, step.Runs)
		ran[step.StepId] = true
	}
	check(ran["plan"] && ran["shorten"] && ran["check"] && len(ran) == 3, "the steps are %v", ran)
}
