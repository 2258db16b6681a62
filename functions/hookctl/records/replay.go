package records

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A Replay asks for events to be handled again. Ledger, Registry, Screen and Now are
// needed.
type Replay struct {
	Ledger   Ledger
	Queue    Sender         // nil: all is done but the sending
	Registry *hook.Registry // the handlers, with every setting there
	Sure     *hook.Registry // those with the settings that are known; nil means that Registry is right
	Screen   *screen.Screen
	Now      func() time.Time

	Provider string   // of the source; empty: its name is the provider's
	Handlers []string // run these again; empty means all
	Body     []byte   // of the one event; nil means what is kept

	// Confirm is asked before anything is sent, with what is to be done as a question.
	// Its error ends the replay. Nil means yes.
	Confirm func(question string) error
}

// ErrInPart says that some events were not sent.
var ErrInPart = errors.New("not every event was replayed")

// errKeep is what to do where there is no body.
var errKeep = errors.New("is not kept: give it with --file, byte for byte; " + HowToKeep)

// Read gives the entries of the keys, as they are now. Of a key without a record there
// is an entry of the key alone.
func (r *Replay) Read(ctx context.Context, keys []string) ([]Entry, error) {
	var entries []Entry
	for _, key := range ledger.Union(keys, nil) { // each once
		rec, _, err := r.Ledger.Record(ctx, key)
		if err != nil {
			return nil, err
		}
		entries = append(entries, Entry{Key: key, Record: rec})
	}
	return entries, nil
}

// Run says what a replay of the events does, asks, and does it. Its error is
// [ErrInPart], what Confirm returned, or the context's.
func (r *Replay) Run(ctx context.Context, entries []Entry) error {
	var plans []Plan
	refused := 0
	refuse := func(key string, err error) {
		refused++
		r.Screen.Print("%s %s: %v", r.Screen.Bad("not sent"), key, err)
	}
	for _, e := range entries {
		p, err := r.Plan(e)
		if err != nil {
			refuse(e.Key, err)
			continue
		}
		plans = append(plans, p)
	}
	if len(plans) > 0 {
		r.announce(plans)
		if err := r.confirm(len(plans)); err != nil {
			return err
		}
	}
	sent := 0
	for i, p := range plans {
		if err := ctx.Err(); err != nil {
			r.sum(sent, refused+len(plans)-i)
			return err
		}
		if err := r.Send(ctx, p); err != nil {
			refuse(p.Key, err)
		} else {
			sent++
			r.Screen.Print("%s %s: %s", r.Screen.Good(r.verb()), p.Key, p.names())
		}
	}
	r.sum(sent, refused)
	if refused > 0 {
		return fmt.Errorf("%w: %d of %d were not", ErrInPart, refused, len(entries))
	}
	return nil
}

func (r *Replay) confirm(n int) error {
	if r.Queue == nil || r.Confirm == nil {
		return nil
	}
	return r.Confirm(fmt.Sprintf("Have %s handled again?", events(n)))
}

func (r *Replay) verb() string {
	if r.Queue == nil {
		return "would send"
	}
	return "sent"
}

func (r *Replay) sum(sent, refused int) {
	text := events(sent) + " put into the queue"
	if r.Queue == nil {
		text = events(sent) + " could be replayed; none was"
	}
	if refused > 0 {
		text += fmt.Sprintf(", %d not", refused)
	}
	r.Screen.Print("%s.", text)
}

// announce says what runs, for how many of the events, and what is to be known first.
func (r *Replay) announce(plans []Plan) {
	counts := map[Run]int{}
	var order []Run
	width, unhandled := 0, 0
	for _, p := range plans {
		for _, run := range p.Runs {
			if counts[run]++; counts[run] == 1 {
				order = append(order, run)
				width = max(width, len(run.mark()))
			}
		}
		if len(p.Runs) == 0 {
			unhandled++
		}
	}
	unsure := slices.ContainsFunc(order, func(run Run) bool { return run.Unsure })
	slices.SortStableFunc(order, func(a, b Run) int { return counts[b] - counts[a] })
	r.Screen.Print("%s to be handled again. As the handlers are registered here, these run:", events(len(plans)))
	for _, run := range order {
		text := fmt.Sprintf("  %s  %6d times", screen.Pad(run.mark(), width), counts[run])
		if run.Warning != "" {
			text += "  " + r.Screen.Bad(run.Warning)
		}
		r.Screen.Print("%s", text)
	}
	if unsure {
		r.Screen.Print("%s", r.Screen.Dim("  "+screen.Unsure))
	}
	if unhandled > 0 {
		r.Screen.Print("  no handler is known here for %d of them; without one an event ends as unhandled", unhandled)
	}
}

// Send sends one replay, if the event is still as it was planned. Without a Queue it does
// all but that. It returns [ErrChanged] and [ErrBody].
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
	switch err = r.Queue.Send(ctx, m, 0); {
	case errors.Is(err, queue.ErrTooLarge), errors.Is(err, queue.ErrInvalid), err == nil:
		return err
	}
	return fmt.Errorf("it may have been sent or not; before another try look with hookctl events show whether its fence has grown: %w", err)
}

// message is what asks for the event again.
func (r *Replay) message(ctx context.Context, p Plan) (queue.Message, error) {
	body, err := r.body(ctx, p)
	if err != nil {
		return queue.Message{}, err
	}
	return queue.Message{
		Event: webhook.Event{
			Source: p.Source(), Provider: p.Provider.Name(), ID: p.ID(), Type: p.Type, Received: p.Received, Raw: body,
		},
		Failure: &queue.Failure{
			Reason: queue.ReasonReplay, Fence: p.Fence, Handlers: r.Handlers, At: r.Now().UnixMilli(),
		},
	}, nil
}

// body is the event's, of which the record and the provider have to know.
func (r *Replay) body(ctx context.Context, p Plan) ([]byte, error) {
	body, where := r.Body, "that file"
	if body == nil {
		var err error
		where = "what is kept"
		if body, err = r.Ledger.Payload(ctx, p.Key); errors.Is(err, dynamo.ErrNoPayload) {
			return nil, fmt.Errorf("%w %w", ErrBody, errKeep)
		} else if err != nil {
			return nil, err
		}
	}
	sum := sha256.Sum256(body)
	if hash := hex.EncodeToString(sum[:]); p.Hash != "" && hash != p.Hash {
		return nil, fmt.Errorf("%w is another: %s has the hash %s, and the event's had %s; every byte counts, a line break at the end too", ErrBody, where, hash, p.Hash)
	}
	if _, err := p.Provider.Open(body); err != nil {
		return nil, fmt.Errorf("%w is none of provider %s; is --provider right? %w", ErrBody, p.Provider.Name(), err)
	}
	return body, nil
}
