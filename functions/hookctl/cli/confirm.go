package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
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

// fewItems is up to how many items a y confirms. For more the number has to be typed, so that
// nobody acts on more than was read.
const fewItems = 10

// ConfirmMany asks the same about n items.
func (e *Env) ConfirmMany(ctx context.Context, question string, n int, yes bool) error {
	if yes || n <= fewItems || !isTerminal(e.Stdin) {
		return e.Confirm(ctx, question, yes)
	}
	fmt.Fprintf(e.Err, "%s Type %d: ", question, n)
	if !answers(ctx, e.Stdin, strconv.Itoa(n)) {
		return ErrNotChanged
	}
	return nil
}

// isYes reads a line and reports whether it says yes.
func isYes(ctx context.Context, in io.Reader) bool { return answers(ctx, in, "y", "yes") }

// answers reads a line and reports whether it is one of the wanted answers. When ctx ends it
// returns false at once: Ctrl-C is an answer.
func answers(ctx context.Context, in io.Reader, want ...string) bool {
	answered := make(chan string, 1)
	go func() {
		answer, _ := bufio.NewReader(in).ReadString('\n') // the end of input without an answer is a no
		answered <- strings.ToLower(strings.TrimSpace(answer))
	}()
	select {
	case <-ctx.Done():
		return false
	case answer := <-answered:
		return ctx.Err() == nil && slices.Contains(want, answer)
	}
}
