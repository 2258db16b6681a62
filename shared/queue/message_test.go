package queue_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"webhookintake/shared/queue"
)

func TestPrintsWithoutPayload(t *testing.T) {
	t.Parallel()
	const payload = "PAYLOAD"
	w, err := queue.Encode(sms(payload))
	if err != nil {
		t.Fatal(err)
	}
	w.Receipt = payload // anybody who has it can delete the message
	m := queue.Decode(w)
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+verb+verb+verb+"\n", w, &w, m, []queue.Message{m})
	}
	log := slog.New(slog.NewJSONHandler(&b, nil))
	log.Info("x", "wire", w, "pointer", &w, "message", m)
	if out := b.String(); strings.Contains(out, payload) || strings.Contains(out, "5041594c4f4144") || !strings.Contains(out, "evt_1") {
		t.Errorf("printed:\n%s", out)
	}
}

// A cancel never runs a handler, with a body or without; nor does what has no body.
func TestNeverRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		noBody  bool
		failure *queue.Failure
		want    bool
	}{
		{name: "from ingest"},
		{name: "replay", failure: &queue.Failure{Reason: queue.ReasonReplay}},
		{name: "retry", failure: &queue.Failure{Reason: queue.ReasonRetry}},
		{name: "cancel with a body", failure: &queue.Failure{Reason: queue.ReasonCancel}, want: true},
		{name: "cancel", noBody: true, failure: &queue.Failure{Reason: queue.ReasonCancel}, want: true},
		{name: "retry without a body", noBody: true, failure: &queue.Failure{Reason: queue.ReasonRetry}, want: true},
		{name: "nothing but an event's name", noBody: true, want: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := sms("")
			m.NoBody, m.Failure = tt.noBody, tt.failure
			w, err := queue.Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if got := queue.Decode(w); got.Unreadable != nil || got.NeverRuns() != tt.want || got.NoBody != tt.noBody || len(got.Raw) > 0 {
				t.Errorf("decoded as %+v, never runs: %v, want %v", got, got.NeverRuns(), tt.want)
			}
		})
	}
}
