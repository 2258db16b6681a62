package queuetest

import (
	"testing"
	"time"

	"webhookintake/shared/queue"
)

func receiveCases() []testCase {
	return []testCase{
		{name: "up to max", quote: "Receive takes up to max (1 to MaxBatch) visible messages", prove: upToMax},
		{name: "wait for the first", quote: "waiting up to wait, and no longer than MaxWait, for the first", prove: waitForFirst},
		{name: "nothing there", quote: "not an error if there is no message.", prove: nothingThere},
		{name: "hidden", quote: "It hides them for the queue's visibility timeout.", prove: hidden},
		{name: "visible again", quote: "It hides them for the queue's visibility timeout.", visibility: shortVisibility, prove: visibleAgain},
		{name: "unreadable", quote: "A message that Decode cannot read has Unreadable set.", prove: unreadable},
	}
}

// shortVisibility is for cases in which a message becomes visible again.
const shortVisibility = 2 * time.Second

func upToMax(t *testing.T, h Harness) {
	sendMany(t, h.Queue, 12)
	seen := map[string]bool{}
	for len(seen) < 12 {
		batch, err := h.Queue.Receive(t.Context(), 3, queue.MaxWait)
		if err != nil || len(batch) < 1 || len(batch) > 3 {
			t.Fatalf("Receive(3) = %d messages, %v", len(batch), err)
		}
		for _, m := range batch {
			seen[m.ID] = true
		}
	}
	wantNone(t, h.Queue, 0)
}

func waitForFirst(t *testing.T, h Harness) {
	type answer struct {
		ms  []queue.Message
		err error
	}
	answers := make(chan answer)
	go func() {
		ms, err := h.Queue.Receive(t.Context(), queue.MaxBatch, queue.MaxWait)
		answers <- answer{ms, err}
	}()
	send(t, h.Queue, message(1))
	if got := <-answers; got.err != nil || len(got.ms) != 1 {
		t.Errorf("Receive while a message arrives = %v, %v, want it", got.ms, got.err)
	}
}

func nothingThere(t *testing.T, h Harness) {
	wantNone(t, h.Queue, 0)
	wantNone(t, h.Queue, time.Second)
}

func hidden(t *testing.T, h Harness) {
	sendMany(t, h.Queue, 2)
	receive(t, h.Queue, 2)
	wantNone(t, h.Queue, time.Second)
}

func visibleAgain(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	start := time.Now()
	first := receiveOne(t, h.Queue)
	second := receiveOne(t, h.Queue)
	if took := time.Since(start); took < shortVisibility {
		t.Errorf("visible again after %v, want %v", took, shortVisibility)
	}
	wantEvent(t, second, message(1))
	if first.Wire.MessageID != second.Wire.MessageID {
		t.Errorf("message ids %q and %q, want one", first.Wire.MessageID, second.Wire.MessageID)
	}
	if first.Wire.Receipt == second.Wire.Receipt {
		t.Error("both receives have one receipt")
	}
	if first.Wire.Receives != 1 || second.Wire.Receives != 2 {
		t.Errorf("receives %d, then %d, want 1, then 2", first.Wire.Receives, second.Wire.Receives)
	}
	if !first.Wire.Sent.Equal(second.Wire.Sent) {
		t.Errorf("sent %v, then %v, want one time", first.Wire.Sent, second.Wire.Sent)
	}
}

// unreadable follows a foreign message to the dead-letter queue, which is the same queue
// here.
func unreadable(t *testing.T, h Harness) {
	const body = "not \"ours\": <&>\r\n\tü \U0001F4A9"
	attributes := map[string]string{queue.AttrSource: "contiguity", "trace.id": "x", "z": "last", "A": "first"}
	for _, name := range []string{"b", "c", "d", "e", "f", "g"} {
		attributes[name] = "foreign"
	}
	if err := h.Put(t.Context(), queue.Wire{Body: body, Attributes: attributes}); err != nil {
		t.Fatalf("Put = %v", err)
	}
	m := receiveOne(t, h.Queue)
	if m.Unreadable == nil || m.Wire.Body != body || len(m.Wire.Attributes) != queue.MaxAttributes {
		t.Fatalf("unreadable: %v, body %q, attributes %v", m.Unreadable, m.Wire.Body, m.Wire.Attributes)
	}
	m.Failure = &queue.Failure{Reason: queue.ReasonUnreadable, Error: m.Unreadable.Error()}
	send(t, h.Queue, m)
	letter := receiveOne(t, h.Queue)
	if letter.Unreadable == nil || letter.Wire.Body != body || letter.Source != "contiguity" {
		t.Errorf("it became: unreadable %v, source %q, body %q", letter.Unreadable, letter.Source, letter.Wire.Body)
	}
	if letter.Failure == nil || letter.Failure.Reason != queue.ReasonUnreadable {
		t.Errorf("its failure is %v", letter.Failure)
	}
	if n := len(letter.Wire.Attributes); n != queue.MaxAttributes {
		t.Errorf("%d attributes, want the failure and as many foreign ones as fit: %d", n, queue.MaxAttributes)
	}
}
