package main

import (
	"context"
	"reflect"

	sluice "example.com/sluice/client"
)

// generations goes from a sentence to a workflow, and changes that by another sentence.
func generations(ctx context.Context, client *sluice.APIClient) {
	prompt := "Collect facts about owls for " + mark + ", have a person review them, then write a summary"
	generation := generate(ctx, client, sluice.NewGenerateWorkflow(prompt))
	check(generation.Simulated && len(generation.Findings) == 0, "the findings are %v", generation.Findings)
	check(len(generation.Reuse) > 0 && generation.Explanation != "", "nothing is explained")
	// Edited before it is created: the workflow and its agents go back as they came.
	workflow := generation.Workflow.Get()
	workflow.Name = "Owls " + mark
	body := sluice.NewApplyGeneration()
	body.SetGenerationId(generation.Id)
	body.SetWorkflow(*workflow)
	body.SetAgents(generation.AgentsToCreate)
	apply := client.GenerationsAPI.ApplyGeneration(ctx).IdempotencyKey(mark + "-apply").ApplyGeneration(*body)
	applied, again := must(apply.Execute()), must(apply.Execute())
	check(applied.Workflow.Name == workflow.Name, "the name is %s", applied.Workflow.Name)
	check(again.Workflow.Id == applied.Workflow.Id, "the key has created a second workflow")
	refine(ctx, client, applied.Workflow.Id)
	cancel(ctx, client)
}

func refine(ctx context.Context, client *sluice.APIClient, id string) {
	asked := sluice.NewGenerateWorkflow("Add a review at the end")
	asked.SetWorkflowId(id)
	generation := generate(ctx, client, asked)
	check(generation.GetWorkflowId() == id && generation.GetWorkflowVersion() == 1, "another workflow is changed")
	check(len(generation.Changes) > 0, "no change is shown")
	body := sluice.NewApplyGeneration()
	body.SetGenerationId(generation.Id)
	applied := must(client.GenerationsAPI.ApplyGeneration(ctx).ApplyGeneration(*body).Execute())
	check(applied.Workflow.Id == id && applied.Workflow.Version == 2, "the version is %d", applied.Workflow.Version)
}

func cancel(ctx context.Context, client *sluice.APIClient) {
	asked := sluice.NewGenerateWorkflow("Write about owls")
	asked.SetProvider("demo")
	asked.SetModel("demo-slow")
	started := must(client.GenerationsAPI.GenerateWorkflow(ctx).GenerateWorkflow(*asked).Execute())
	ended := must(client.GenerationsAPI.CancelGeneration(ctx, started.Id).Execute())
	check(ended.Status == sluice.GENERATIONSTATUS_CANCELLED, "the generation is %s", ended.Status)
	body := sluice.NewApplyGeneration()
	body.SetGenerationId(started.Id)
	_, _, err := client.GenerationsAPI.ApplyGeneration(ctx).ApplyGeneration(*body).Execute()
	refused(err, 409, "generation_not_completed")
}

// generate lets the offline provider design a workflow, and waits for it.
func generate(ctx context.Context, client *sluice.APIClient, asked *sluice.GenerateWorkflow) *sluice.Generation {
	asked.SetProvider("demo")
	asked.SetModel("demo-instant")
	generation := must(client.GenerationsAPI.GenerateWorkflow(ctx).Wait(wait).GenerateWorkflow(*asked).Execute())
	check(generation.Status == sluice.GENERATIONSTATUS_COMPLETED, "the generation is %s", generation.Status)
	read := must(client.GenerationsAPI.GetGeneration(ctx, generation.Id).Wait(wait).Execute())
	check(reflect.DeepEqual(read.Workflow, generation.Workflow), "another workflow is read")
	return generation
}
