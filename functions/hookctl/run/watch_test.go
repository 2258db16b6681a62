package run

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func newTestWatch() (*watch, *pipeline.Logs, *bytes.Buffer) {
	var out bytes.Buffer
	logs := pipeline.NewLogs()
	s := cli.NewWriter(&out, func(string) string { return "" })
	return newWatch(s, logs, func() time.Time { return clitest.Noon }), logs, &out
}

func accepted(id string) pipeline.Answered {
	return pipeline.Answered{
		Report: ingest.Report{Source: "shop", Type: "order.paid", ID: id, Status: 200, Took: 500 * time.Microsecond},
		Event:  webhook.Event{Raw: []byte(`{"n":1e3,"t":"a\u001bb"}`)},
	}
}

func result(id string, receives int, o process.Outcome, runs ...process.Run) pipeline.Worked {
	return pipeline.Worked{Result: process.Result{
		Message: queue.Message{
			Event: webhook.Event{Source: "shop", ID: id, Type: "order.paid"},
			Wire:  queue.Wire{Receives: receives},
		},
		Outcome: o, Acked: o == process.Handled || o == process.Duplicate, Runs: runs,
		Delay: 4 * time.Second,
	}}
}

var (
	done   = process.Run{Handler: "charge", End: process.RunDone, Took: time.Millisecond}
	failed = process.Run{Handler: "notify", End: process.RunFailed, Took: time.Millisecond, Err: errors.New("shop is closed")}
)

func TestWatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(l *watch, logs *pipeline.Logs)
		want []string
	}{
		{"answered, then handled", func(l *watch, logs *pipeline.Logs) {
			l.answered(accepted("evt_1"))
			slog.New(logs).Info("charged", "cents", 5)
			l.worked(result("evt_1", 1, process.Handled, done))
		}, []string{
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  handled by charge in 1.0 ms",
			"          evt_1  log: charged  cents=5",
		}},
		{"handled before it is answered", func(l *watch, _ *pipeline.Logs) {
			l.worked(result("evt_1", 1, process.Handled, done))
			l.answered(accepted("evt_1"))
		}, []string{
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  handled by charge in 1.0 ms",
		}},
		{"twice the same event, crossing", func(l *watch, _ *pipeline.Logs) {
			l.worked(result("evt_1", 1, process.Handled, done))
			l.worked(result("evt_1", 1, process.Duplicate))
			l.answered(accepted("evt_1"))
			l.answered(accepted("evt_1"))
		}, []string{
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  handled by charge in 1.0 ms",
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  is a duplicate, dropped",
		}},
		{"failed, and handled at the second try", func(l *watch, _ *pipeline.Logs) {
			l.answered(accepted("evt_1"))
			l.worked(result("evt_1", 1, process.Retried, done, failed))
			l.worked(result("evt_1", 2, process.Handled, done))
		}, []string{
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  failed, tried again in 4s",
			"          evt_1  charge done in 1.0 ms",
			"          evt_1  notify failed in 1.0 ms: shop is closed",
			"12:00:00  evt_1  again: handled by charge in 1.0 ms",
		}},
		{"refused", func(l *watch, _ *pipeline.Logs) {
			l.answered(pipeline.Answered{Report: ingest.Report{Source: ingest.UnknownSource, Status: 405, Code: webhook.ErrMethod}})
		}, []string{
			"12:00:00  405 refused  method",
			"          webhooks are sent by POST",
		}},
		{"errors and logs of several lines", func(l *watch, logs *pipeline.Logs) {
			forged := "\n12:00:00  evt_2  handled by charge"
			l.answered(accepted("evt_1"))
			slog.New(logs).Info("charged" + forged)
			l.worked(result("evt_1", 1, process.Retried, done,
				process.Run{Handler: "notify", End: process.RunFailed, Err: errors.New("closed" + forged)}))
		}, []string{
			"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
			"12:00:00  evt_1  failed, tried again in 4s",
			"          evt_1  charge done in 1.0 ms",
			"          evt_1  notify failed in 0.0 ms: closed",
			"          evt_1    12:00:00  evt_2  handled by charge",
			"          evt_1  log: charged",
			"          evt_1    12:00:00  evt_2  handled by charge",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, logs, out := newTestWatch()
			tt.do(l, logs)
			if diff := cmp.Diff(strings.Join(tt.want, "\n")+"\n", out.String()); diff != "" {
				t.Errorf("screen (-want +got):\n%s", diff)
			}
			if len(l.answers)+len(l.outcomes) != 0 {
				t.Errorf("it still holds %v and %v", l.answers, l.outcomes)
			}
		})
	}
}

// TestWatchShowsWhereAHandlerPanicked wants the place in the handler's file.
func TestWatchShowsWhereAHandlerPanicked(t *testing.T) {
	t.Parallel()
	l, _, out := newTestWatch()
	l.answered(accepted("evt_1"))
	l.worked(result("evt_1", 1, process.Retried, process.Run{
		Handler: "charge", End: process.RunFailed,
		Err: &hook.PanicError{Value: "boom", Frames: []hook.Frame{
			{Function: "handlers.price", File: "handlers/charge.go", Line: 12},
			{Function: "handlers.charge", File: "handlers/charge.go", Line: 7},
		}},
	}))
	for _, want := range []string{": panic: boom\n", "evt_1    at handlers.price (handlers/charge.go:12)\n", "evt_1    at handlers.charge (handlers/charge.go:7)\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestWatchShowsBodies wants what is not JSON shown as it is, with control characters
// escaped.
func TestWatchShowsBodies(t *testing.T) {
	t.Parallel()
	l, _, out := newTestWatch()
	l.showBody = true
	l.answered(accepted("evt_1"))
	odd := accepted("evt_2")
	odd.Event.Raw = []byte("no JSON \x1b[2J\nin two lines")
	l.answered(odd)
	want := strings.Join([]string{
		"12:00:00  evt_1  200 in 0.5 ms  shop order.paid",
		"          evt_1  body:",
		"            {",
		`              "n": 1e3,`,
		`              "t": "a\u001bb"`,
		"            }",
		"12:00:00  evt_2  200 in 0.5 ms  shop order.paid",
		"          evt_2  body:",
		`            no JSON \u001b[2J`,
		`            in two lines`,
	}, "\n") + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("ab", 32)
	for id, want := range map[string]string{
		"evt_1": "evt_1", "sha256:" + hash: "sha256:abababababab…", "key:" + hash: "key:abababababab…", "a:b": "a:b",
	} {
		if got := short(id); got != want {
			t.Errorf("short(%s) = %s, want %s", id, got, want)
		}
	}
}

// TestWatchSlowHandler names a handler that runs for long, while it runs.
func TestWatchSlowHandler(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		takes time.Duration
		want  string
	}{
		{slowAfter - time.Millisecond, ""},
		{slowAfter + time.Millisecond, "12:00:00  evt_1  charge still runs after 2s\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l, _, out := newTestWatch()
			failed := errors.New("no")
			err := l.around(result("evt_1", 1, process.Handled).Message, "charge", func() error {
				time.Sleep(tt.takes) // of the bubble
				return failed
			})
			if !errors.Is(err, failed) || out.String() != tt.want || l.running != 0 {
				t.Errorf("after %v: %v, %q, %d running, want %q", tt.takes, err, out, l.running, tt.want)
			}
		})
	}
}

// TestWatchNamesTheEventOfALogLine does not guess while several events run.
func TestWatchNamesTheEventOfALogLine(t *testing.T) {
	t.Parallel()
	l, logs, out := newTestWatch()
	l.answered(accepted("evt_1"))
	slog.New(logs).Info("charged", "id", "evt_2")
	slog.New(logs).Info("printed")
	l.running = 1 // of evt_2
	l.worked(result("evt_1", 1, process.Handled, done))
	for _, want := range []string{"evt_2  log: charged", "(one of several events)  log: printed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
