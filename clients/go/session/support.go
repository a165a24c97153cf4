package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"strconv"

	sluice "example.com/sluice/client"
)

// A server of next year has more items in its lists than this year's, and codes of problems that are not known yet.
var nextYear = os.Getenv("NEXT_YEAR") == "1"

// Different in each session, so that sessions can share a server.
var mark = "go-" + strconv.Itoa(os.Getpid())

func newClient() *sluice.APIClient {
	configuration := sluice.NewConfiguration()
	configuration.Servers = sluice.ServerConfigurations{{URL: os.Getenv("SLUICE")}}
	return sluice.NewAPIClient(configuration)
}

// create makes a workflow that calls nothing but the offline provider.
func create(ctx context.Context, client *sluice.APIClient, id string, steps ...sluice.Step) {
	definition := sluice.NewDefinition(steps)
	definition.SetProvider("demo")
	definition.SetModel("demo-instant")
	body := sluice.NewCreateWorkflow(id, *definition)
	body.SetId(id)
	must(client.WorkflowsAPI.CreateWorkflow(ctx).CreateWorkflow(*body).Execute())
}

func llm(label, prompt string) sluice.Step {
	return sluice.LlmStepAsStep(sluice.NewLlmStep(label, sluice.LLMSTEPTYPE_LLM, prompt))
}

// must returns the value of an answer that is no problem.
func must[T any](value T, response *http.Response, err error) T {
	if err != nil {
		log.Fatalf("%v: %s", err, bodyOf(err))
	}
	return value
}

// mustTagged returns the ETag, too.
func mustTagged[T any](value T, response *http.Response, err error) (T, string) {
	tag := response.Header.Get("ETag")
	check(tag != "", "an answer has no ETag")
	return must(value, response, err), tag
}

// refused returns the problem of a request that must have been refused.
func refused(err error, status int32, code string) sluice.Problem {
	var failed *sluice.GenericOpenAPIError
	check(errors.As(err, &failed), "a problem %s was expected, and not %v", code, err)
	problem, typed := failed.Model().(sluice.Problem)
	check(typed, "the problem is not typed: %s", bodyOf(err))
	// The proxy gives each 404 a code of next year.
	known := problem.Code == code || nextYear && status == 404
	check(problem.Status == status && known, "%s was expected: %s", code, bodyOf(err))
	return problem
}

func bodyOf(err error) []byte {
	var failed *sluice.GenericOpenAPIError
	if errors.As(err, &failed) {
		return failed.Body()
	}
	return nil
}

func check(holds bool, format string, values ...any) {
	if !holds {
		log.Fatalf(format, values...)
	}
}
