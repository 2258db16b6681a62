package quarantine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// An Outcome says what happened to a request, or what would happen.
type Outcome string

// The outcomes.
const (
	Verifies   Outcome = "verifies"    // it would be released
	Released   Outcome = "released"    // the queue has it, and it is deleted
	Dropped    Outcome = "dropped"     // it is deleted
	Refused    Outcome = "refused"     // it would not be accepted now; Code says why
	SourceGone Outcome = "source_gone" // no source of that name is configured now
	Unreadable Outcome = "unreadable"  // the object is not what ingest keeps
	Gone       Outcome = "gone"        // somebody else released or dropped it, or it expired
	NotDeleted Outcome = "not_deleted" // the queue has it, and it could not be deleted
	Failed     Outcome = "failed"      // something else failed
)

// A Result is what happened to one request.
type Result struct {
	Entry
	Outcome Outcome
	Now     webhook.Code  // why it would not be accepted now; empty unless Refused
	Event   webhook.Event // of a request that verifies
	Err     error         // the cause of what went wrong
}

// Text says what happened to the request, or would happen.
func (r Result) Text() string {
	switch r.Outcome {
	case Verifies:
		return "verifies: event " + r.Event.ID + " of type " + r.Event.Type
	case Refused:
		return "still refused: " + string(r.Now)
	case SourceGone:
		return "there is no source " + r.Source + " any more"
	case Gone:
		return "gone: it was released or dropped meanwhile, or it expired"
	}
	if r.Err != nil {
		return string(r.Outcome) + ": " + r.Err.Error()
	}
	return string(r.Outcome)
}

// maxSkew is how far the vault's time of an object may be from the arrival that it states.
// Signatures are verified as of the arrival, so who may write objects must not choose it.
const maxSkew = 5 * time.Minute

// A Releaser verifies, releases and drops requests.
type Releaser struct {
	Quarantine operate.Quarantine
	Queue      Sender // for Release
}

// A Sender is the part of [queue.Queue] that sends messages.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// Read returns the kept request, or the Result of one that cannot be read.
func (r Releaser) Read(ctx context.Context, e Entry) (quarantine.Request, *Result) {
	result := func(o Outcome, err error) (quarantine.Request, *Result) {
		return quarantine.Request{}, &Result{Entry: e, Outcome: o, Err: err}
	}
	data, err := r.Quarantine.Get(ctx, e.Key)
	if errors.Is(err, vault.ErrNotFound) {
		return result(Gone, nil)
	}
	if err != nil {
		return result(Failed, fmt.Errorf("read a kept request: %w", err))
	}
	request, err := quarantine.Decode(data)
	switch {
	case err != nil:
		return result(Unreadable, err)
	case request.Source != e.Source, request.Code != e.Code, request.At.UnixMilli() != e.At.UnixMilli():
		return result(Unreadable, errors.New("the object is another request than its key says"))
	case e.Put.Sub(e.At).Abs() > maxSkew:
		return result(Unreadable, errors.New("the object was not put when it says that the request arrived"))
	}
	return request, nil
}

// Verify says whether the request would be released now.
func (r Releaser) Verify(ctx context.Context, e Entry) Result {
	result, _ := r.verify(ctx, e)
	return result
}

func (r Releaser) verify(ctx context.Context, e Entry) (Result, queue.Message) {
	request, unread := r.Read(ctx, e)
	if unread != nil {
		return *unread, queue.Message{}
	}
	message, err := r.Quarantine.Verify(ctx, request)
	code, isCode := errors.AsType[webhook.Code](err)
	switch {
	case err == nil:
		return Result{Entry: e, Outcome: Verifies, Event: message.Event}, message
	case errors.Is(err, webhook.ErrUnknownSource):
		return Result{Entry: e, Outcome: SourceGone}, message
	case isCode && code != webhook.ErrSourcesUnavailable:
		return Result{Entry: e, Outcome: Refused, Now: code}, message
	}
	return Result{Entry: e, Outcome: Failed, Err: err}, message
}

// settle is how long the deletion of what was sent may take after the context ended.
const settle = 5 * time.Second

// release sends the request if it verifies, then deletes it.
func (r Releaser) release(ctx context.Context, e Entry) Result {
	result, message := r.verify(ctx, e)
	if result.Outcome != Verifies {
		return result
	}
	if err := r.Queue.Send(ctx, message, 0); err != nil {
		result.Outcome, result.Err = Failed, fmt.Errorf("send to the queue: %w", err)
		return result
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settle)
	defer cancel()
	result.Outcome = Released
	if err := r.Quarantine.Delete(ctx, e.Key); err != nil {
		result.Outcome, result.Err = NotDeleted, fmt.Errorf("delete a request that was sent: %w", err)
	}
	return result
}

func (r Releaser) drop(ctx context.Context, e Entry) Result {
	if err := r.Quarantine.Delete(ctx, e.Key); err != nil {
		return Result{Entry: e, Outcome: Failed, Err: fmt.Errorf("delete: %w", err)}
	}
	return Result{Entry: e, Outcome: Dropped}
}

// VerifyAll verifies the requests, and calls report with each result.
func (r Releaser) VerifyAll(ctx context.Context, entries []Entry, report func(Result)) error {
	return each(ctx, entries, r.Verify, report)
}

// ReleaseAll releases the requests that verify, and calls report with each result.
func (r Releaser) ReleaseAll(ctx context.Context, entries []Entry, report func(Result)) error {
	return each(ctx, entries, r.release, report)
}

// DropAll deletes the requests, and calls report with each result.
func (r Releaser) DropAll(ctx context.Context, entries []Entry, report func(Result)) error {
	return each(ctx, entries, r.drop, report)
}

// parallel is how many requests are worked on at once.
const parallel = 8

// each does something with each entry, the oldest first and some at once, until one fails or
// ctx ends: what fails once, such as a missing right, would fail for all. It never calls
// report concurrently. Its error is ctx's.
func each(ctx context.Context, entries []Entry, do func(context.Context, Entry) Result, report func(Result)) error {
	var next atomic.Int64
	var failed atomic.Bool
	var reporting sync.Mutex
	var workers sync.WaitGroup
	for range min(parallel, len(entries)) {
		workers.Go(func() {
			for !failed.Load() && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(entries) {
					return
				}
				result := do(ctx, entries[i])
				if result.Outcome == Failed || result.Outcome == NotDeleted {
					failed.Store(true)
				}
				reporting.Lock()
				report(result)
				reporting.Unlock()
			}
		})
	}
	workers.Wait()
	return ctx.Err()
}
