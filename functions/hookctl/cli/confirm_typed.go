package cli

import (
	"bufio"
	"context"
	"fmt"
	"strings"
)

// ConfirmTyped asks on the terminal to type a word, unless yes is set: for what cannot be
// undone. It returns [ErrNotChanged] if anything else is typed, or ctx ends.
func (e *Env) ConfirmTyped(ctx context.Context, question, word string, yes bool) error {
	if yes || !isTerminal(e.Stdin) {
		return e.Confirm(ctx, question, yes)
	}
	fmt.Fprintf(e.Err, "%s Type %s: ", question, word)
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(e.Stdin).ReadString('\n') // the end of input is another word
		typed <- strings.TrimSpace(line)
	}()
	select {
	case line := <-typed:
		if line == word && ctx.Err() == nil {
			return nil
		}
	case <-ctx.Done():
	}
	return ErrNotChanged
}
