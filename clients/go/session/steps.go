package main

import (
	"context"
	"fmt"

	sluice "example.com/sluice/client"
)

// steps puts in, moves, connects and deletes steps one by one, and shows what has changed. It returns the workflow's id.
func steps(ctx context.Context, client *sluice.APIClient) string {
	branches := []sluice.Branch{
		*sluice.NewBranch("left", []sluice.Step{llm("Draft", "Draft")}),
		*sluice.NewBranch("right", []sluice.Step{llm("Sketch", "Sketch")}),
	}
	both := sluice.NewParallelStep("Both", sluice.PARALLELSTEPTYPE_PARALLEL)
	both.SetBranches(branches)
	id := mark + "-steps"
	last := llm("Check", "Check {{steps.Draft.content}}")
	create(ctx, client, id, llm("Plan", "Plan"), sluice.ParallelStepAsStep(both), last)
	insertAndMove(ctx, client, id)
	connect(ctx, client, id)
	tryOne(ctx, client, id)
	remove(ctx, client, id)
	compare(ctx, client, id)
	return id
}

func insertAndMove(ctx context.Context, client *sluice.APIClient, id string) {
	body := sluice.NewInsertStep(llm("Shorten", "Shorten {{steps.Plan.content}}"))
	body.SetParent("both")
	body.SetSlot("branch:left")
	body.SetAfter("draft")
	insert := client.StepsAPI.InsertStep(ctx, id).IdempotencyKey(mark + "-insert").InsertStep(*body)
	edit, again := must(insert.Execute()), must(insert.Execute())
	check(edit.Version == 2 && again.Version == 2, "the key has inserted a second step")
	check(edit.Step.Get().LlmStep.GetId() == "shorten" && len(edit.Findings) == 0, "the findings are %v", edit.Findings)
	check(edit.GetParent() == "both" && edit.GetSlot() == "branch:left" && edit.GetPosition() == 1, "it is at another place")
	place := sluice.NewMoveStep()
	place.SetPosition(1)
	move := client.StepsAPI.MoveStep(ctx, id, "shorten").MoveStep(*place)
	_, _, err := move.IfMatch(`"1"`).Execute()
	problem := refused(err, 409, "version_conflict")
	check(problem.GetCurrentVersion() == 2, "the current version is %d", problem.GetCurrentVersion())
	moved := must(move.IfMatch(`"2"`).Execute())
	check(moved.Version == 3 && moved.Parent.Get() == nil && moved.Slot.Get() == nil, "it is in %s", moved.GetParent())
	check(moved.Position.Get() != nil && moved.GetPosition() == 1, "its position is %d", moved.GetPosition())
}

// connect skips a step, which the answer says, and takes the connection away.
func connect(ctx context.Context, client *sluice.APIClient, id string) {
	target := func(name *string) sluice.ConnectStep { return *sluice.NewConnectStep(*sluice.NewNullableString(name)) }
	plan, both := "plan", "both"
	skipping := must(client.StepsAPI.ConnectStep(ctx, id, plan).ConnectStep(target(&both)).Execute())
	check(skipping.Step.Get().LlmStep.GetNext() == both && skipping.Version == 4, "it goes on elsewhere")
	finding := skipping.Findings[0]
	check(finding.Code == "unreachable_step" && finding.Pointer == "/steps/1", "the finding is %s", finding.Code)
	_, _, err := client.StepsAPI.ConnectStep(ctx, id, "check").ConnectStep(target(&plan)).Execute()
	problem := refused(err, 422, "invalid_request")
	check(problem.Errors[0].Pointer == "/target", "the pointer is %s", problem.Errors[0].Pointer)
	following := must(client.StepsAPI.ConnectStep(ctx, id, plan).ConnectStep(target(nil)).Execute())
	check(!following.Step.Get().LlmStep.HasNext() && following.Version == 5, "the connection is still there")
	check(len(following.Findings) == 0, "the findings are %v", following.Findings)
}

// tryOne runs one step alone, with an output that is given for the step that it reads.
func tryOne(ctx context.Context, client *sluice.APIClient, id string) {
	call := client.StepsAPI.TryStep(ctx, id, "shorten")
	_, _, err := call.TryStep(*sluice.NewTryStep()).Execute()
	missing := refused(err, 422, "invalid_input")
	check(missing.Errors[0].Pointer == "/outputs/plan", "the pointer is %s", missing.Errors[0].Pointer)
	body := sluice.NewTryStep()
	text := any("A text")
	body.SetOutputs(map[string]*any{"plan": &text})
	tried := settled(ctx, client, must(call.TryStep(*body).Execute()))
	check(tried.Status == sluice.EXECUTIONSTATUS_COMPLETED, "the try is %s", tried.Status)
	check(tried.GetTriedStep() == "shorten" && tried.Number.Get() == nil, "it is another run: %v", tried)
}

func remove(ctx context.Context, client *sluice.APIClient, id string) {
	edit := must(client.StepsAPI.DeleteStep(ctx, id, "both").References("remove").Execute())
	check(edit.Step.Get() == nil && edit.Version == 6 && len(edit.References) == 0, "the references are %v", edit.References)
	_, _, err := client.StepsAPI.GetStep(ctx, id, "both").Execute()
	refused(err, 404, "step_not_found")
	last := must(client.StepsAPI.GetStep(ctx, id, "check").Execute())
	check(last.Position == 2 && last.Step.LlmStep.Prompt == "Check ", "the prompt is %s", last.Step.LlmStep.Prompt)
}

func compare(ctx context.Context, client *sluice.APIClient, id string) {
	difference := must(client.WorkflowsAPI.CompareVersions(ctx, id, 6).Against(1).Execute())
	check(difference.FromVersion == 1 && difference.ToVersion == 6, "other versions are compared")
	check(len(difference.Fields) == 0, "the fields are %v", difference.Fields)
	found := map[string]bool{}
	for _, change := range difference.Steps {
		found[change.Kind+" "+change.StepId] = true
		for _, field := range change.Fields {
			if change.Kind == "changed" && field.Pointer == "/prompt" {
				values := fmt.Sprint(field.Before, " -> ", field.After)
				check(values == "Check {{steps.Draft.content}} -> Check ", "the prompts are %s", values)
			}
		}
	}
	for _, change := range []string{"added shorten", "changed check", "removed both", "removed draft", "removed sketch"} {
		check(found[change], "no change is: %s", change)
	}
}
