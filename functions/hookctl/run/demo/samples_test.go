package demo

import (
	"context"
	"errors"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue/memory"
)

// An event that would come again is shown once: while a later sample's handler takes its
// time, a second try would be taken for that sample.
func TestFollowShowsOneTry(t *testing.T) {
	t.Parallel()
	handlers, err := hook.NewRegistry(func(r *hook.Registry) error {
		hook.On(r, contiguity.TextIncomingSMS, "busy",
			func(context.Context, hook.Event[contiguity.Text]) error { return errors.New("busy") })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := open(t.Context(), handlers)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	_, sample, err := textSample()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	shown := &show{Options: Options{Out: clitest.NewWriter(&out), Logs: pipeline.NewLogs()}}
	if err := shown.follow(t.Context(), s, sample, true); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "retried") {
		t.Errorf("it shows no retry:\n%s", out.String())
	}
	if left := s.Queue.Counts(); left != (memory.Counts{}) {
		t.Errorf("left in the queue: %+v", left)
	}
}
