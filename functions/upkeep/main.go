// Command upkeep is the Lambda function that runs every few minutes and does what no webhook
// starts, such as sending the events that the queue did not take. It never receives a
// webhook, and never runs a handler of events.
package main

import (
	"fmt"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	handle, err := newHandler(os.Getenv, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "upkeep:", err)
		os.Exit(1)
	}
	lambda.StartHandlerFunc(handle)
}
