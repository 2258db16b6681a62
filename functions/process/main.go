// Command process is the Lambda function behind the queue: it runs the handlers of each
// event, once. It never sees an event that ingest has not verified.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	handle, err := newHandler(context.Background(), os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "process:", err)
		os.Exit(1)
	}
	lambda.StartHandlerFunc(handle)
}
