package pipeline_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

// While processing is paused, webhooks are received and none is handled, not even by a worker
// that waited for a message already; what is being handled is finished. After it all are.
func TestPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		handled := 0
		var handlers hook.Registry
		hook.On(&handlers, contiguity.TextIncomingSMS, "count", func(context.Context, hook.Event[contiguity.Text]) error {
			time.Sleep(time.Second)
			handled++
			return nil
		})
		p := pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
		in := p.Intake()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- p.Work(ctx, func(pipeline.Worked) {}) }()
		set := func(want operate.ProcessingState) {
			t.Helper()
			if err := operate.SwitchProcessing(t.Context(), in, want, func(string) {}); err != nil {
				t.Fatal(err)
			}
		}
		if code := post(t, p, text); code != http.StatusOK {
			t.Fatalf("answered %d", code)
		}
		synctest.Wait()
		set(operate.Paused)
		time.Sleep(time.Hour)
		if left := p.Queue.Counts(); handled != 1 || left != (memory.Counts{}) {
			t.Fatalf("handled %d, left %+v; want what had begun to be finished", handled, left)
		}
		if code := post(t, p, "contiguity.text.incoming.mms"); code != http.StatusOK {
			t.Fatalf("answered %d", code)
		}
		time.Sleep(time.Hour)
		if left := p.Queue.Counts(); left != (memory.Counts{Visible: 1}) {
			t.Errorf("left %+v, want one message that waits", left)
		}
		set(operate.Running)
		if err := operate.Drain(t.Context(), in, func(string) {}); err != nil {
			t.Fatal(err)
		}
		if left := p.Queue.Counts(); left != (memory.Counts{}) {
			t.Errorf("left %+v", left)
		}
		set(operate.Paused)
		stop() // also while it is paused
		if err := <-ended; err != nil {
			t.Errorf("Work = %v", err)
		}
		if err := in.SetProcessing(t.Context(), "asleep"); err == nil {
			t.Error("it is set to a state that does not exist")
		}
	})
}
