package queuetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/queue"
)

// A Harness is one queue under test.
type Harness struct {
	Queue queue.Queue // empty, and used by nothing else
	// Put sends the Body and Attributes of w as another program would, without Encode.
	Put func(ctx context.Context, w queue.Wire) error
	// ForgetsReceipts says that the service refuses a receipt once its message is
	// deleted, as ElasticMQ does and SQS does not.
	ForgetsReceipts bool
}

// Open makes the queue for one case, with the given visibility timeout in whole seconds,
// and cleans up with t.Cleanup.
type Open func(t *testing.T, visibility time.Duration) Harness

// Run runs the suite in real time, with its cases in parallel.
func Run(t *testing.T, open Open) {
	run(t, func(t *testing.T, c testCase) { c.run(t, open) })
}

// RunInBubble runs each case of the suite in a synctest bubble, where waiting takes no
// time. It calls open in the bubble too.
func RunInBubble(t *testing.T, open Open) {
	run(t, func(t *testing.T, c testCase) {
		synctest.Test(t, func(t *testing.T) { c.run(t, open) })
	})
}

func run(t *testing.T, one func(*testing.T, testCase)) {
	t.Helper()
	for _, c := range allCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			t.Cleanup(func() {
				if t.Failed() {
					t.Logf("the contract says: %s", c.quote)
				}
			})
			one(t, c)
		})
	}
}

// A testCase proves the quoted sentence of the contract.
type testCase struct {
	name       string
	quote      string
	visibility time.Duration // 0 means long: nothing comes back during the case
	prove      func(t *testing.T, h Harness)
}

// longVisibility is longer than any case takes, even on a slow machine.
const longVisibility = 10 * time.Minute

func (c testCase) run(t *testing.T, open Open) {
	t.Helper()
	visibility := c.visibility
	if visibility == 0 {
		visibility = longVisibility
	}
	c.prove(t, open(t, visibility))
}

func allCases() []testCase {
	var all []testCase
	all = append(all, sendCases()...)
	all = append(all, receiveCases()...)
	all = append(all, deleteCases()...)
	all = append(all, deferCases()...)
	all = append(all, bodyCases()...)
	return append(all, callCases()...)
}
