// Command ingest is the Lambda function behind the API: it verifies a webhook, puts it
// into the queue and acknowledges it.
//
// It never runs a handler of events, and never starts with an environment that is not
// right: it says everything that is wrong with it and ends.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	handle, err := newHandler(os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
	lambda.StartHandlerFunc(handle)
}
