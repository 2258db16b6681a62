// Package handlers takes the place of functions/process/handlers in programs that are measured:
// its one handler does nothing, so that what is measured is ours.
package handlers

import (
	"context"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// Register enters the handler.
func Register(r *hook.Registry, _ func(string) string) error {
	hook.On(r, contiguity.TextIncomingSMS, "idle", func(context.Context, hook.Event[contiguity.Text]) error { return nil })
	return nil
}
