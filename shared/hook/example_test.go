package hook_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
)

// A handler is a function of the payload's type, and a test of it is a call.
func Example() {
	charge := func(_ context.Context, e hook.Event[order]) error {
		switch {
		case e.Data.Cents < 0:
			return hook.Permanent(errors.New("negative amount")) // no retry can fix it
		case e.Attempt == 1:
			return hook.RetryAfter(time.Minute, errors.New("bank is closed"))
		}
		return nil
	}
	var r hook.Registry
	hook.On(&r, paid, "charge", charge)

	e := hooktest.Event(paid, order{ID: "o-1", Cents: 500})
	err := charge(context.Background(), e)
	fmt.Println(err, hook.Hint(err).After)
	e.Attempt = 2
	fmt.Println(charge(context.Background(), e))
	// Output:
	// bank is closed 1m0s
	// <nil>
}
