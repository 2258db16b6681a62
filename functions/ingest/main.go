// Command ingest is the Lambda function behind the API: it verifies a webhook, puts it
// into the queue and acknowledges it.
//
// It never runs a handler of events, and it never starts with a wrong environment: it
// reports all faults and exits.
package main

import (
	"fmt"
	"os"
	"runtime"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	runtime.GOMAXPROCS(processors(os.Getenv))
	handle, err := newHandler(os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "ingest:", err)
		os.Exit(1)
	}
	lambda.Start(handle)
}
