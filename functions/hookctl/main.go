// Command hookctl is the developer's and operator's program: it runs the whole intake
// on this machine, makes and sends signed webhooks, writes the sample events, and looks
// after a deployed stack: its sources, its events, its dead letters.
//
// It never takes a webhook secret or an API key as an argument, where other users of the
// machine and the shell's history could read it. It never prints one either, but for the
// secret that register made, once, to a terminal.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	// What handlers log when they are registered is for the function's log; run shows it.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := exec(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hookctl:", err)
	}
	os.Exit(exitCode(err))
}
