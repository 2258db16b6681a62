package handlers

import (
	"webhookintake/functions/process/handlers/samples"
	"webhookintake/shared/hook"
)

// Register adds every handler to r. Settings come through getenv: the handlers' secret
// first, then the environment of the process function. An error stops the program at start.
func Register(r *hook.Registry, getenv func(string) string) (err error) {
	// Your own handlers, one line each:

	// The samples; to remove them, delete the line below and the folder samples.
	err = samples.Register(r, getenv)
	return err
}
