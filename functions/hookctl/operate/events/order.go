package events

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// Why a waiting event is neither retried nor cancelled.
var (
	ErrEnded  = errors.New("it has ended; to handle it again, replay it")
	ErrNotNow = errors.New("it is being handled")
	// ErrNoBody says that an event cannot be sent again before the queue delivers it.
	ErrNoBody = errors.New("its body is not kept, so only the message in the queue can run it")
)

// An Order asks for an event that has not ended: to run it now, or to give it up. Ledger
// and Now are needed.
type Order struct {
	Ledger   Ledger
	Queue    Sender // nil: everything is done except sending
	Now      func() time.Time
	Provider string // of every source; empty: that of Providers, or the one the source is named after
	// Providers are those of sources by their names.
	Providers map[string]string
	Body      []byte // of the event to retry; nil means the kept one
	// AssumeDone are handlers that a retry takes as done.
	AssumeDone []string
	Handlers   operate.Handlers // for what a plan says; zero means that it does not say what runs
	// FormatTime writes times in errors; nil means RFC 3339 in UTC.
	FormatTime func(time.Time) string
}

// Retry returns the message that has e run now, before its time. It returns [ErrNoRecord],
// [ErrEnded], [ErrNotNow], [ErrNoBody], [ErrBody], [ErrProvider] and [ErrNotTaken].
func (o *Order) Retry(ctx context.Context, e Entry) (queue.Message, error) {
	if err := o.check(e); err != nil {
		return queue.Message{}, err
	}
	provider, err := ProviderOf(e.Source(), cmp.Or(o.Provider, o.Providers[e.Source()]))
	if err != nil {
		return queue.Message{}, err
	}
	body, which := o.Body, "the file"
	if body == nil {
		which = "the kept body"
		if body, err = o.Ledger.Payload(ctx, e.Key); errors.Is(err, ledger.ErrNoPayload) {
			return queue.Message{}, o.noBody(e)
		} else if err != nil {
			return queue.Message{}, err
		}
	}
	if err := (Plan{Entry: e, Provider: provider}).checkBody(body, which); err != nil {
		return queue.Message{}, err
	}
	m := operatorMessage(e, provider.Name(), queue.Failure{
		Reason: queue.ReasonRetry, AssumeDone: o.AssumeDone, At: o.Now().UnixMilli(),
	})
	setBody(&m, body)
	return m, o.mustClaim(e, m)
}

// Cancel returns the message that ends e without a run and without a dead letter. It needs
// neither a body nor the source's provider. It returns [ErrNoRecord], [ErrEnded] and
// [ErrNotNow].
func (o *Order) Cancel(e Entry) (queue.Message, error) {
	if err := o.check(e); err != nil {
		return queue.Message{}, err
	}
	m := operatorMessage(e, cmp.Or(o.Provider, o.Providers[e.Source()], e.Source()), queue.Failure{Reason: queue.ReasonCancel, At: o.Now().UnixMilli()})
	m.NoBody = true
	return m, o.mustClaim(e, m)
}

// Send sends a message of Retry or Cancel if the event has not changed since. Without a
// Queue it does everything except sending. It returns [ErrChanged].
func (o *Order) Send(ctx context.Context, m queue.Message) error {
	rec, ok, err := o.Ledger.Record(ctx, m.Key())
	switch {
	case err != nil:
		return err
	case !ok || rec.Fence != m.Failure.Fence || Entry{Record: rec}.Ended():
		return ErrChanged
	case o.Queue == nil:
		_, err = queue.Encode(m)
		return err
	}
	return send(ctx, o.Queue, m)
}

// check returns why nothing can be asked for e.
func (o *Order) check(e Entry) error {
	switch {
	case e.State == "":
		return ErrNoRecord
	case e.Ended():
		return ErrEnded
	case e.State == ledger.StateClaimed && o.Now().Before(e.Lease):
		return fmt.Errorf("%w, until %s at the latest: try again after that", ErrNotNow, o.formatTime(e.Lease))
	}
	return nil
}

// mustClaim asks the ledger's own judge whether m does what it says.
func (o *Order) mustClaim(e Entry, m queue.Message) error {
	r := process.RequestFor(m, true)
	r.Owner, r.At, r.Lease = "hookctl", o.Now(), o.Now()
	if answer, _ := ledger.Judge(&e.Record, r, 0); answer.Status != ledger.Claimed {
		return fmt.Errorf("%w: it would answer %v", ErrNotTaken, answer.Status)
	}
	return nil
}

func (o *Order) noBody(e Entry) error {
	if e.State == ledger.StateReleased {
		return fmt.Errorf("%w, at %s; %s", ErrNoBody, o.formatTime(e.NotBefore), HowToKeep)
	}
	return fmt.Errorf("%w, when its visibility timeout ends; %s", ErrNoBody, HowToKeep)
}

func (o *Order) formatTime(t time.Time) string {
	return (&Replay{FormatTime: o.FormatTime}).formatTime(t)
}
