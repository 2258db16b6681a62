package events

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/standard"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// HowToKeep says how payloads of future events are kept.
const HowToKeep = "payloads are kept for the sources that the template's parameter KeepPayloads names (KEEP_PAYLOADS of process), up to 256 KiB compressed"

// A Replay sends events to be handled again. Ledger, Handlers and Now are needed.
type Replay struct {
	Ledger   Ledger
	Queue    Sender // nil: everything is done except sending
	Handlers operate.Handlers
	Now      func() time.Time

	Provider string // of every source; empty: that of Providers, or the one the source is named after
	// Providers are those of sources by their names.
	Providers map[string]string
	Only      []string // run these handlers again; empty means all
	// AssumeDone are handlers that are taken as done, and do not run.
	AssumeDone []string
	Body       []byte // of the only event; nil means the kept one

	// FormatTime writes times in errors; nil means RFC 3339 in UTC.
	FormatTime func(time.Time) string
}

func (r *Replay) formatTime(t time.Time) string {
	if r.FormatTime == nil {
		return t.UTC().Format(time.RFC3339)
	}
	return r.FormatTime(t)
}

// Send sends one replay if the event has not changed since it was planned. Without a
// Queue it does everything except sending. It returns [ErrChanged] and [ErrBody].
func (r *Replay) Send(ctx context.Context, p Plan) error {
	rec, ok, err := r.Ledger.Record(ctx, p.Key)
	switch {
	case err != nil:
		return err
	case !ok || rec.Fence != p.Fence || rec.State != p.State:
		return ErrChanged
	}
	m, err := r.message(ctx, p)
	if err != nil {
		return err
	}
	if r.Queue == nil {
		_, err = queue.Encode(m)
		return err
	}
	return send(ctx, r.Queue, m)
}

// send puts m into the queue. An error that is not the queue's own leaves the outcome open.
func send(ctx context.Context, q Sender, m queue.Message) error {
	switch err := q.Send(ctx, m, 0); {
	case errors.Is(err, queue.ErrTooLarge), errors.Is(err, queue.ErrInvalid), err == nil:
		return err
	default:
		return fmt.Errorf("it may or may not have been sent; before another try, check with hookctl events show whether its fence has grown: %w", err)
	}
}

// message returns the message that has the event handled again.
func (r *Replay) message(ctx context.Context, p Plan) (queue.Message, error) {
	body, err := r.body(ctx, p)
	if err != nil {
		return queue.Message{}, err
	}
	m := operatorMessage(p.Entry, p.Provider.Name(), queue.Failure{
		Reason: queue.ReasonReplay, Handlers: r.Only, AssumeDone: r.AssumeDone, At: r.Now().UnixMilli(),
	})
	setBody(&m, body)
	return m, nil
}

// setBody gives m a body, or says where it is if only that is kept.
func setBody(m *queue.Message, body []byte) {
	if stored, ok := queue.ParseReference(body); ok {
		m.Origin.Stored = &stored
		return
	}
	m.Raw = body
}

// operatorMessage returns a message about e, without a body, that asks for what f says. Its
// origin is the one that ingest gave the event, so that the ledger takes it for no other.
func operatorMessage(e Entry, provider string, f queue.Failure) queue.Message {
	f.Fence = e.Fence
	return queue.Message{
		Event: webhook.Event{
			Source: e.Source(), Provider: provider, ID: e.ID(), Type: e.Type, Received: e.Received,
			Identity: cmp.Or(e.Identity, queue.LegacyIdentity(provider, e.ID())),
		},
		Origin: process.OriginOf(e.Record), Failure: &f,
	}
}

// body returns the event's body, after checking it.
func (r *Replay) body(ctx context.Context, p Plan) ([]byte, error) {
	body, which := r.Body, "the file"
	if body == nil {
		var err error
		which = "the kept body"
		if body, err = r.Ledger.Payload(ctx, p.Key); errors.Is(err, ledger.ErrNoPayload) {
			return nil, fmt.Errorf("%w: the body is not kept; give it with --file, byte for byte; %s", ErrBody, HowToKeep)
		} else if err != nil {
			return nil, err
		}
	}
	return body, p.checkBody(body, which)
}

// checkBody compares a body with the record and the provider. Which says where it is from.
func (p Plan) checkBody(body []byte, which string) error {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	stored, isStored := queue.ParseReference(body)
	if isStored {
		hash = stored.SHA256
	}
	if ledger.OtherBody(hash, p.Hash) {
		return fmt.Errorf("%w: %s has the hash %s, the event's body had %s; every byte counts, including a line break at the end", ErrBody, which, hash, p.Hash)
	}
	if isStored {
		return nil // process compares the body with its hash when it reads it
	}
	opened, err := p.Provider.Open(body)
	if err != nil {
		return fmt.Errorf("%w: it is not a body of provider %s; is --provider right? %w", ErrBody, p.Provider.Name(), err)
	}
	// A hash that the sources' key made cannot be compared here, but most bodies have the id.
	keyed := strings.Contains(p.Hash, ":") && p.Provider.Name() != standard.Provider{}.Name()
	if keyed && opened.Identity == webhook.Given && opened.ID != p.ID() {
		return fmt.Errorf("%w: %s is that of event %s", ErrBody, which, opened.ID)
	}
	return nil
}
