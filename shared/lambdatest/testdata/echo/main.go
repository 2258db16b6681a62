// Command echo is a Lambda program for lambdatest's own tests: its event says what it
// does.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	if fault := os.Getenv("FAULT"); fault != "" {
		fmt.Fprintln(os.Stderr, "echo:", fault)
		os.Exit(3)
	}
	calls := 0
	lambda.StartHandlerFunc(func(ctx context.Context, do string) (string, error) {
		calls++
		fmt.Println("do", do)
		switch do {
		case "fail":
			return "", errors.New("failed")
		case "exit":
			os.Exit(4)
		case "panic":
			panic("panicked")
		case "hang":
			select {}
		case "deadline":
			deadline, _ := ctx.Deadline()
			return time.Until(deadline).Round(time.Minute).String(), nil
		}
		return fmt.Sprint(do, " ", calls, " ", os.Getenv("GREETING"), os.Getenv("HOME")), nil
	})
}
