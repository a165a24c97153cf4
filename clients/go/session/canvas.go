package main

import (
	"context"

	sluice "example.com/sluice/client"
)

// canvas reads the picture of a workflow, and sets positions and a connection.
func canvas(ctx context.Context, client *sluice.APIClient) {
	id := mark + "-canvas"
	create(ctx, client, id, llm("Plan", "Plan"), llm("Write", "Write"), llm("Check", "Check"))
	drawn := must(client.CanvasAPI.GetCanvas(ctx, id).Execute())
	check(len(drawn.Nodes) >= 3 && len(drawn.Edges) >= 2, "the canvas has %d nodes", len(drawn.Nodes))
	nodes := map[string]sluice.NodePosition{}
	for _, node := range drawn.Nodes {
		check(!node.IsPlaced && node.Width > 0 && node.Height > 0, "%s is placed", node.Id)
		nodes[node.Id] = *sluice.NewNodePosition(node.Id, node.X+40, node.Y)
	}
	body := sluice.NewUpdateCanvas()
	body.SetNodes([]sluice.NodePosition{nodes["plan"], nodes["write"], nodes["check"]})
	body.SetEdges([]sluice.EdgeChange{edge("plan", "check")})
	placed := must(client.CanvasAPI.UpdateCanvas(ctx, id).UpdateCanvas(*body).Execute())
	check(placed.Version == 2, "the version is %d", placed.Version)
	for _, node := range placed.Nodes {
		check(node.IsPlaced && node.X == nodes[node.Id].X, "%s is at %f", node.Id, node.X)
	}
	connected := false
	for _, edge := range placed.Edges {
		connected = connected || edge.Source == "plan" && edge.GetTarget() == "check" && edge.IsExplicit
	}
	check(connected, "the steps are not connected")
	back := sluice.NewUpdateCanvas()
	back.SetEdges([]sluice.EdgeChange{edge("check", "plan")})
	_, _, err := client.CanvasAPI.UpdateCanvas(ctx, id).UpdateCanvas(*back).Execute()
	problem := refused(err, 422, "invalid_request")
	check(problem.Errors[0].Pointer == "/edges/0/target", "the pointer is %s", problem.Errors[0].Pointer)
	moved := must(client.CanvasAPI.SetNodePosition(ctx, id, "write").MoveNode(*sluice.NewMoveNode(7, 8)).Execute())
	check(moved.X == 7 && moved.Y == 8, "the node is at %f, %f", moved.X, moved.Y)
	// Positions make no version.
	read := must(client.WorkflowsAPI.GetWorkflow(ctx, id).Execute())
	check(read.Version == 2 && len(read.Layout) == 3, "version %d has %d positions", read.Version, len(read.Layout))
}

func edge(source, target string) sluice.EdgeChange {
	return *sluice.NewEdgeChange(source, *sluice.NewNullableString(&target))
}
