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
	if n <= fewItems {
		return e.Confirm(ctx, question, yes)
	}
	return e.ConfirmTyped(ctx, question, strconv.Itoa(n), yes)
}

// ConfirmTyped asks to type a word, for what cannot be undone. Anything else, in its letters'
// case too, is a no.
func (e *Env) ConfirmTyped(ctx context.Context, question, word string, yes bool) error {
	if yes || !isTerminal(e.Stdin) {
		return e.Confirm(ctx, question, yes)
	}
	fmt.Fprintf(e.Err, "%s Type %s: ", question, word)
	if answer(ctx, e.Stdin) != word {
		return ErrNotChanged
	}
	return nil
}

// isYes reads a line and reports whether it says yes.
func isYes(ctx context.Context, in io.Reader) bool {
	return slices.Contains([]string{"y", "yes"}, strings.ToLower(answer(ctx, in)))
}

// answer reads a line. When ctx ends it returns an empty one at once: Ctrl-C is an answer.
func answer(ctx context.Context, in io.Reader) string {
	answered := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n') // the end of input without an answer is a no
		answered <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		return ""
	case line := <-answered:
		if ctx.Err() != nil {
			return ""
		}
		return line
	}
}
