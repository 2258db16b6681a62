package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// errNotChanged says that nothing was done.
var errNotChanged = errors.New("nothing was changed")

// confirm asks, unless the answer was given with the command. Its error is [errNotChanged].
func (a *app) confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	if !isTerminal(a.stdin) {
		return fmt.Errorf("%w: standard input is no terminal to ask on; to do it, add --yes", errNotChanged)
	}
	fmt.Fprint(a.stderr, question+" [y/N] ")
	if !isYes(ctx, a.stdin) {
		return errNotChanged
	}
	return nil
}

// isYes reads a line, and reports whether it says yes. The end of ctx is a no at once: who
// presses Ctrl-C is not to be kept waiting, nor to be asked again.
func isYes(ctx context.Context, in io.Reader) bool {
	answered := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(in).ReadString('\n') // an end without an answer is a no
		answered <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case <-ctx.Done():
		return false
	case answer := <-answered:
		return ctx.Err() == nil && (answer == "y" || answer == "yes")
	}
}
