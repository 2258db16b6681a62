package pipeline

import (
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLogs(t *testing.T) {
	t.Parallel()
	logs := NewLogs()
	log := slog.New(logs)
	log.Info("one", "a", 1, slog.Group("g", "b", "two words"))
	log.With("c", true).WithGroup("h").Warn("two", "d", 4)
	log.Debug("not shown")
	want := []string{"one  a=1  g.b=two words", "two  c=true  h.d=4"}
	if diff := cmp.Diff(want, logs.Take()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if got := logs.Take(); got != nil {
		t.Errorf("taken again: %v", got)
	}
}
