package pipeline_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/source"
)

// newCounting returns a pipeline whose handler counts its runs.
func newCounting(runs *int) *pipeline.Pipeline {
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "count",
		func(context.Context, hook.Event[contiguity.Text]) error { *runs++; return nil })
	return pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})
}

// TestSnapshot stops a pipeline with one event handled and its duplicate waiting: the next
// one drops the duplicate, as it knows the event.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	runs := 0
	first := newCounting(&runs)
	post(t, first, text)
	if _, err := first.Step(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	if code := post(t, first, text); code != http.StatusOK {
		t.Fatalf("answered %d", code)
	}
	raw, err := first.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	second := newCounting(&runs)
	if err := second.Restore(raw); err != nil {
		t.Fatal(err)
	}
	if state, err := second.Intake().Processing(t.Context()); state != operate.Running {
		t.Errorf("processing is %s, %v", state, err)
	}
	worked, err := second.Step(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []process.Outcome
	for _, w := range worked {
		got = append(got, w.Outcome)
	}
	if diff := cmp.Diff([]process.Outcome{process.Duplicate}, got); diff != "" || runs != 1 {
		t.Errorf("%d runs, outcomes (-want +got):\n%s", runs, diff)
	}
}

func TestRestoreFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ raw, want string }{
		"empty":         {"", "unexpected end"},
		"cut":           {`{"format":1,"queue":[`, "unexpected end"},
		"other format":  {`{"format":2}`, "format 2, this program reads format 1"},
		"part missing":  {`{"format":1,"queue":[],"dead_letters":[]}`, "no ledger"},
		"part null":     {`{"format":1,"queue":null,"dead_letters":[],"ledger":{}}`, "no queue"},
		"vault null":    {`{"format":1,"queue":[],"dead_letters":[],"ledger":{},"vault":null}`, "no vault"},
		"part at fault": {`{"format":1,"queue":[],"dead_letters":7,"ledger":{}}`, "restore the queue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runs := 0
			if err := newCounting(&runs).Restore([]byte(tt.raw)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Restore = %v, want %q in it", err, tt.want)
			}
		})
	}
}
