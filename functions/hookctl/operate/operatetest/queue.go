package operatetest

import (
	"errors"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/queue"
)

func (b *bench) queues() map[string]queue.Queue {
	b.Helper()
	events, err := b.Intake.Queue()
	if err != nil {
		b.Fatal(err)
	}
	dead, err := b.Intake.DeadLetters()
	if err != nil {
		b.Fatal(err)
	}
	return map[string]queue.Queue{"queue": events, "dead letters": dead}
}

// receive receives the only message.
func (b *bench) receive(q queue.Queue) queue.Message {
	b.Helper()
	got, err := q.Receive(b.Context(), 1, time.Second)
	if err != nil || len(got) != 1 {
		b.Fatalf("received %d messages: %v", len(got), err)
	}
	return got[0]
}

func (b *bench) ok(errs ...error) {
	b.Helper()
	if err := errors.Join(errs...); err != nil {
		b.Fatal(err)
	}
}

func queues(b *bench) {
	for name, q := range b.queues() {
		want := message(strings.ReplaceAll(name, " ", "-"))
		b.ok(q.Send(b.Context(), want, 0))
		b.equal("count of "+name, b.count(name), 1)
		got := b.receive(q)
		if got.Wire.MessageID == "" || got.Wire.Receipt == "" || got.Wire.Receives != 1 {
			b.Fatalf("received %+v", got.Wire)
		}
		receipt := got.Wire.Receipt
		got.Wire = queue.Wire{}
		b.equal(name, got, want)
		b.ok(q.Defer(b.Context(), []queue.Deferral{{Receipt: receipt, After: 0}})...)
		again := b.receive(q)
		b.equal("receives", again.Wire.Receives, 2)
		b.ok(q.Delete(b.Context(), []string{again.Wire.Receipt})...)
		b.equal("count of "+name, b.count(name), 0)
	}
}

func (b *bench) count(name string) int {
	b.Helper()
	counts, err := b.Intake.Counts(b.Context())
	b.ok(err)
	return map[string]operate.QueueCounts{"queue": counts.Queue, "dead letters": counts.DeadLetters}[name].All()
}

func unreadable(b *bench) {
	q := b.queues()["dead letters"]
	foreign := queue.Decode(queue.Wire{Body: "not <an> event\nfür", Attributes: map[string]string{"source": "?"}})
	b.ok(q.Send(b.Context(), foreign, 0))
	got := b.receive(q)
	if got.Unreadable == nil {
		b.Fatal("it could be read")
	}
	b.equal("body", got.Wire.Body, foreign.Wire.Body)
}

func namedErrors(b *bench) {
	q := b.queues()["queue"]
	if err := q.Send(b.Context(), queue.Message{}, 0); !errors.Is(err, queue.ErrInvalid) {
		b.Errorf("send nothing: %v, want %v", err, queue.ErrInvalid)
	}
	tooLarge := queue.Decode(queue.Wire{Body: strings.Repeat("x", queue.MaxBytes+1)})
	if err := q.Send(b.Context(), tooLarge, 0); !errors.Is(err, queue.ErrTooLarge) {
		b.Errorf("send too much: %v, want %v", err, queue.ErrTooLarge)
	}
	if errs := q.Delete(b.Context(), []string{"no receipt of ours"}); len(errs) != 1 || errs[0] == nil {
		b.Errorf("delete with another's receipt: %v", errs)
	}
}
