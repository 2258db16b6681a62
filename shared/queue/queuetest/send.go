package queuetest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/queue"
)

func sendCases() []testCase {
	return []testCase{
		{name: "sent is received", quote: "Send appends m", prove: sentIsReceived},
		{name: "send with delay", quote: "to be received after the delay", prove: sendWithDelay},
		{name: "only what Encode writes", quote: "Only what Encode writes is sent.", prove: onlyEncoded},
		{name: "dead letter", quote: "Only what Encode writes is sent.", prove: deadLetter},
		{name: "no message", quote: "ErrInvalid if it is not a message; then nothing is sent.", prove: noMessage},
		{name: "too large", quote: "It returns ErrTooLarge if m can never fit", prove: tooLarge},
	}
}

func sentIsReceived(t *testing.T, h Harness) {
	want := message(1)
	send(t, h.Queue, want)
	got := receiveOne(t, h.Queue)
	wantEvent(t, got, want)
	if got.Wire.MessageID == "" || got.Wire.Receipt == "" || got.Wire.Receives != 1 || got.Wire.Sent.IsZero() {
		t.Errorf("id %q, receipt %q, receives %d, sent %v: want all four, and one receive",
			got.Wire.MessageID, got.Wire.Receipt, got.Wire.Receives, got.Wire.Sent)
	}
}

func sendWithDelay(t *testing.T, h Harness) {
	const delay = 2 * time.Second
	start := time.Now()
	if err := h.Queue.Send(t.Context(), message(1), delay); err != nil {
		t.Fatalf("Send = %v", err)
	}
	wantNone(t, h.Queue, 0)
	receiveOne(t, h.Queue)
	if took := time.Since(start); took < delay {
		t.Errorf("received %v after sending with a delay of %v", took, delay)
	}
}

func onlyEncoded(t *testing.T, h Harness) {
	m := message(1)
	m.Time = time.Now()
	m.Wire = queue.Wire{Body: "other", Attributes: map[string]string{"foreign": "x"}, Receives: 7}
	send(t, h.Queue, m)
	got := receiveOne(t, h.Queue)
	wantEvent(t, got, message(1))
	if got.Wire.Attributes["foreign"] != "" || got.Wire.Receives != 1 {
		t.Errorf("attributes %v, receives %d, want nothing of the old message", got.Wire.Attributes, got.Wire.Receives)
	}
}

func deadLetter(t *testing.T, h Harness) {
	m := message(1)
	m.Failure = &queue.Failure{
		Reason: queue.ReasonReplay, Error: "<&> \"handler\" said ü", Attempts: 12, At: 1772366400007, Fence: 3,
		Handlers: []string{"auto-reply"}, AssumeDone: []string{"log", "store"},
	}
	send(t, h.Queue, m)
	wantEvent(t, receiveOne(t, h.Queue), m)
}

func noMessage(t *testing.T, h Harness) {
	m := message(1)
	m.ID = ""
	if err := h.Queue.Send(t.Context(), m, 0); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("Send without an id = %v, want ErrInvalid", err)
	}
	wantNone(t, h.Queue, 0)
}

func tooLarge(t *testing.T, h Harness) {
	m := message(1)
	m.Raw = noise(queue.MaxBytes)
	if err := h.Queue.Send(t.Context(), m, 0); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("Send of 1 MiB of noise = %v, want ErrTooLarge", err)
	}
	m = message(2)
	m.Raw = []byte(strings.Repeat("x", queue.MaxBytes-8<<10))
	m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: slices.Repeat([]string{strings.Repeat("h", 200)}, queue.MaxHandlers), AssumeDone: slices.Repeat([]string{strings.Repeat("h", 200)}, queue.MaxHandlers)}
	if err := h.Queue.Send(t.Context(), m, 0); !errors.Is(err, queue.ErrTooLarge) {
		t.Errorf("Send of the longest body with the longest failure = %v, want ErrTooLarge", err)
	}
	wantNone(t, h.Queue, 0)
}
