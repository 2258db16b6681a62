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
	w.Receipt = payload // whoever holds it can delete the message
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
