package demo_test

import (
	"context"
	"fmt"
	"io"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/run/demo"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
)

// A program learns from the problems whether all went as it should.
func Example() {
	problems, err := demo.Show(context.Background(), demo.Options{
		Out:      clitest.NewWriter(io.Discard),
		Logs:     pipeline.NewLogs(),
		Register: func(*hook.Registry, func(string) string) error { return nil }, // no handlers
	})
	fmt.Println(len(problems), err)
	// Output: 0 <nil>
}
