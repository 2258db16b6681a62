package cli

import (
	"context"
	"io"
	"strings"
	"testing"
)

func TestIsYes(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"y\n": true, "YES \n": true, "y": true, "\n": false, "": false, "n\n": false, "yy\n": false, "\ny\n": false,
	} {
		if got := isYes(t.Context(), strings.NewReader(answer)); got != want {
			t.Errorf("isYes(%q) = %v", answer, got)
		}
	}
}

// Ctrl-C at a question ends it, though nothing was typed, and is a no whatever was.
func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() }) // never fails
	if isYes(ctx, in) {
		t.Error("silence is a yes")
	}
	if isYes(ctx, strings.NewReader("y\n")) {
		t.Error("what was typed beside Ctrl-C is a yes")
	}
}
