// Command hookctl is the program for developers and operators: it runs the whole intake on
// this machine, sends signed webhooks, writes the sample events, and looks after a deployed
// stack: its sources, its events and its dead letters.
//
// It never takes a webhook secret or an API key as an argument, where other users of the
// machine and the shell's history could read it. It never prints one, except for the secret
// that register made, once, to a terminal.
package main

import (
	"log/slog"
	"os"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/process/handlers"
)

func main() {
	// What handlers log when they are registered is for the function's log. Run shows it.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(cli.Main(newRoot, os.Getenv, handlers.Register))
}
