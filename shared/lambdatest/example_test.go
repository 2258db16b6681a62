package lambdatest_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"webhookintake/shared/lambdatest"
)

// A program is built, killed, and started again.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx := context.Background()
	path, err := lambdatest.Build(ctx, "./testdata/echo", dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := lambdatest.Start(ctx, lambdatest.Options{Path: path})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = p.Close() }()

	for range 2 {
		answer, err := p.Invoke(ctx, []byte(`"event"`), time.Minute)
		fmt.Println(string(answer.Payload), err)
		p.Kill()
		if err := p.Restart(); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// "event 1 " <nil>
	// "event 1 " <nil>
}
