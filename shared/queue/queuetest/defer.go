package queuetest

import (
	"testing"
	"time"

	"webhookintake/shared/queue"
)

func deferCases() []testCase {
	return []testCase{
		{name: "defer to now", quote: "0 makes it visible at once", prove: deferToNow},
		{name: "defer to earlier", quote: "Defer hides received messages for the time given, counted from now.", prove: deferToEarlier},
		{name: "defer to later", quote: "Defer hides received messages for the time given, counted from now.", visibility: shortVisibility, prove: deferToLater},
		{name: "defer rounds up", quote: "rounded up to whole seconds", prove: deferRoundsUp},
		{name: "defer too late", quote: "To defer too late, when the message is visible again, received again or deleted, is an error or has no effect.", prove: deferTooLate},
		{name: "defer answers in place", quote: "It returns one error for each.", prove: deferInPlace},
	}
}

func deferToNow(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	m := receiveOne(t, h.Queue)
	wantAnswers(t, h.Queue.Defer(t.Context(), []queue.Deferral{{Receipt: m.Wire.Receipt}}), 1)
	again := receiveOne(t, h.Queue)
	wantEvent(t, again, m)
	if again.Wire.Receives != 2 {
		t.Errorf("receives = %d, want 2", again.Wire.Receives)
	}
}

func deferToEarlier(t *testing.T, h Harness) { proveDefer(t, h, 2*time.Second, 2*time.Second) }
func deferToLater(t *testing.T, h Harness)   { proveDefer(t, h, 4*time.Second, 4*time.Second) }
func deferRoundsUp(t *testing.T, h Harness)  { proveDefer(t, h, 1001*time.Millisecond, 2*time.Second) }

// proveDefer shows that a deferred message comes back, and not sooner.
func proveDefer(t *testing.T, h Harness, after, want time.Duration) {
	t.Helper()
	send(t, h.Queue, message(1))
	m := receiveOne(t, h.Queue)
	start := time.Now()
	wantAnswers(t, h.Queue.Defer(t.Context(), []queue.Deferral{{Receipt: m.Wire.Receipt, After: after}}), 1)
	wantEvent(t, receiveOne(t, h.Queue), m)
	if took := time.Since(start); took < want {
		t.Errorf("deferred for %v, it came back after %v, want %v", after, took, want)
	}
}

// deferTooLate omits a message that is only visible again, which ElasticMQ hides once more.
func deferTooLate(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	late := []queue.Deferral{{Receipt: receiveOne(t, h.Queue).Wire.Receipt}}
	wantAnswers(t, h.Queue.Defer(t.Context(), late), 1)
	again := receiveOne(t, h.Queue)
	if errs := h.Queue.Defer(t.Context(), late); len(errs) != 1 {
		t.Errorf("Defer after another receive gave %d answers", len(errs))
	}
	wantNone(t, h.Queue, 0)

	late[0].Receipt = again.Wire.Receipt
	wantAnswers(t, h.Queue.Delete(t.Context(), []string{late[0].Receipt}), 1)
	if errs := h.Queue.Defer(t.Context(), late); len(errs) != 1 {
		t.Errorf("Defer after Delete gave %d answers", len(errs))
	}
	wantNone(t, h.Queue, 0)
}

func deferInPlace(t *testing.T, h Harness) {
	sendMany(t, h.Queue, 12)
	var deferrals []queue.Deferral
	for _, receipt := range receipts(receive(t, h.Queue, 12)) {
		deferrals = append(deferrals, queue.Deferral{Receipt: receipt})
	}
	deferrals[0].Receipt, deferrals[11].Receipt = strange, strange
	wantAnswers(t, h.Queue.Defer(t.Context(), deferrals), 12, 0, 11)
	receive(t, h.Queue, 10)
	wantNone(t, h.Queue, 0)
}
