package demo_test

import (
	"context"
	"fmt"
	"io"

	"webhookintake/functions/hookctl/demo"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
)

// A program learns from the problems whether all went as it should.
func Example() {
	problems, err := demo.Tell(context.Background(), demo.Options{
		Screen:   screen.New(io.Discard, func(string) string { return "" }),
		Logs:     screen.NewLogs(),
		Register: func(*hook.Registry, func(string) string) error { return nil }, // no handlers
	})
	fmt.Println(len(problems), err)
	// Output: 0 <nil>
}
