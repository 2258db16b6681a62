package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotChanged reports that a command changed nothing.
var ErrNotChanged = errors.New("nothing was changed")

// Confirm asks a question on the terminal, unless yes is set. It returns [ErrNotChanged]
// if the answer is not yes.
func (e *Env) Confirm(ctx context.Context, question string, yes bool) error {
	if yes {
		return nil
	}
	if !isTerminal(e.Stdin) {
		return fmt.Errorf("%w: standard input is not a terminal, so nobody can confirm; add --yes to do it anyway", ErrNotChanged)
	}
	fmt.Fprint(e.Err, question+" [y/N] ")
	if !isYes(ctx, e.Stdin) {
		return ErrNotChanged
	}
	return nil
}

// isYes reads a line and reports whether it says yes. When ctx ends it returns false at
// once: Ctrl-C is an answer.
func isYes(ctx context.Context, in io.Reader) bool {
	answered := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(in).ReadString('\n') // the end of input without an answer is a no
		answered <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case <-ctx.Done():
		return false
	case answer := <-answered:
		return ctx.Err() == nil && (answer == "y" || answer == "yes")
	}
}
