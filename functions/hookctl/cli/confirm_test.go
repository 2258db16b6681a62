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

// TestInterruptedQuestion wants Ctrl-C to mean no, whether or not something was typed.
func TestInterruptedQuestion(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	in, typing := io.Pipe()
	t.Cleanup(func() { _ = typing.Close() }) // never fails
	if isYes(ctx, in) {
		t.Error("no answer counts as yes")
	}
	if isYes(ctx, strings.NewReader("y\n")) {
		t.Error("yes before Ctrl-C counts as yes")
	}
}
