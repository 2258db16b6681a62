// Command process is the Lambda function behind the queue: it runs the handlers of each
// event once. It never receives an event that ingest has not verified.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	runtime.GOMAXPROCS(processors(os.Getenv))
	// A batch leaves little garbage, and the function has memory to spare: collecting half
	// as often saves a sixth of its CPU time (make bench).
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(memoryLimit(os.Getenv))
	handle, err := newHandler(context.Background(), os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "process:", err)
		os.Exit(1)
	}
	lambda.Start(handle)
}
