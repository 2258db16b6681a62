package upkeep

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

const (
	drainTime = 2 * time.Minute // a run sends some 10,000 messages in this time
	drainers  = 8               // how many objects are sent at once
	// largeObject is the size in bytes from which on objects are sent one at a time: the
	// largest takes about 60 MB of memory.
	largeObject = 256 << 10
	objectTime  = 20 * time.Second // the longest for one object
	// maxFailures is after how many failures a run stops, so that a queue that is down is not
	// asked for each. Those that are about one object do not count.
	maxFailures = 16
)

// A Spill is the part of [vault.Vault] that Drain uses.
type Spill interface {
	vault.Putter
	Get(ctx context.Context, key string) ([]byte, error)
	List(ctx context.Context, prefix, after string, limit int) ([]vault.Object, error)
	Delete(ctx context.Context, key string) error
}

// A Sender is the part of [queue.Queue] that sends messages.
type Sender interface {
	Send(ctx context.Context, m queue.Message, delay time.Duration) error
}

// A Drain sends the messages in [vault.Spill] to the queue, oldest first. All fields but
// Report are required.
type Drain struct {
	Vault Spill
	Queue Sender
	// Hashes returns what may have made the sums of the messages: of each version of the
	// sources' document that is in use.
	Hashes func(ctx context.Context) ([]webhook.Hasher, error)
	Report func(DrainReport) // called after a run; nil means no calls
}

// Task returns the task "drain".
func (d *Drain) Task() Task {
	return Task{Name: "drain", Time: drainTime, Run: func(ctx context.Context) (string, error) {
		report, err := d.Run(ctx)
		if d.Report != nil {
			d.Report(report)
		}
		if err != nil && report == (DrainReport{}) {
			return "", err // whether anything was spilled is not known
		}
		return report.String(), err
	}}
}

// A DrainReport says what a run of [Drain] did.
type DrainReport struct {
	Sent   int       // messages that the queue has now
	Left   int       // that are still in the vault, of those that were listed
	Oldest time.Time // when the oldest that is left arrived; zero if none is left
}

// String says it in words.
func (r DrainReport) String() string {
	if r.Sent+r.Left == 0 {
		return "nothing was spilled"
	}
	return fmt.Sprintf("%d sent, %d left", r.Sent, r.Left)
}

// errNotOurs is what happened to objects that are not messages of this stack.
var errNotOurs = errors.New("objects in spill/ are not messages of this stack, or their key is gone from the sources")

// errNotRead is what happened to objects that the vault has and does not give out.
var errNotRead = errors.New("objects in spill/ cannot be read")

// aboutOne reports whether an error is about one object, and must not hold up the others. A
// denied call is: even if every object is denied, the queue takes the messages of those that
// can be read, and S3's lifecycle would drop what waits behind them.
func aboutOne(err error) bool {
	return errors.Is(err, errNotOurs) || errors.Is(err, errNotRead) || errors.Is(err, vault.ErrDenied)
}

// Run sends all messages that there are, until ctx ends. An object is deleted after the
// queue has its message, so a message may be sent twice and is never lost. An object that
// is not a message of this stack, or that the vault denies to read or to delete, stays, and is
// an error. Run stops after some failures of the queue or the vault.
func (d *Drain) Run(ctx context.Context) (DrainReport, error) {
	var report DrainReport
	found, err := d.Vault.List(ctx, vault.Spill, "", vault.MaxList)
	if err != nil || len(found) == 0 { // as a rule there is nothing, and the sources are not read
		return report, wrap(err, "list what was spilled")
	}
	hashes, err := d.Hashes(ctx)
	if err != nil {
		return DrainReport{Left: len(found), Oldest: found[0].Put}, fmt.Errorf("read the sources: %w", err)
	}
	for len(found) > 0 {
		page := d.page(ctx, found, hashes)
		report.add(page.report)
		if page.err != nil {
			err = errors.Join(err, page.err)
		}
		if page.stop || ctx.Err() != nil || len(found) < vault.MaxList {
			break
		}
		var listErr error
		found, listErr = d.Vault.List(ctx, vault.Spill, found[len(found)-1].Key, vault.MaxList)
		if listErr != nil {
			return report, errors.Join(err, wrap(listErr, "list what was spilled"))
		}
	}
	return report, err
}

// add sums up the reports of pages, which are in the order of arrival.
func (r *DrainReport) add(page DrainReport) {
	r.Sent += page.Sent
	r.Left += page.Left
	if r.Oldest.IsZero() {
		r.Oldest = page.Oldest
	}
}

// A page is what was done with the objects of one list.
type page struct {
	report DrainReport
	err    error
	stop   bool // the queue or the vault failed too often
}

// page sends the objects' messages, several at once.
func (d *Drain) page(ctx context.Context, found []vault.Object, hashes []webhook.Hasher) page {
	errs := make([]error, len(found))
	var next, failures atomic.Int64
	var large sync.Mutex
	var group sync.WaitGroup
	for range min(drainers, len(found)) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(found); i = int(next.Add(1)) - 1 {
				if failures.Load() >= maxFailures || ctx.Err() != nil {
					errs[i] = errStopped
					continue
				}
				if found[i].Size >= largeObject {
					large.Lock()
				}
				errs[i] = d.one(ctx, found[i], hashes)
				if found[i].Size >= largeObject {
					large.Unlock()
				}
				if errs[i] != nil && !aboutOne(errs[i]) {
					failures.Add(1)
				}
			}
		})
	}
	group.Wait()
	p := page{stop: failures.Load() >= maxFailures}
	for i, err := range errs {
		if err == nil {
			p.report.Sent++
			continue
		}
		if p.report.Left++; p.report.Left == 1 {
			p.report.Oldest = found[i].Put
		}
		if !errors.Is(err, errStopped) && (p.err == nil || aboutOne(p.err)) {
			p.err = err // one of each kind says enough
		}
	}
	return p
}

// errStopped stands for an object that was not tried.
var errStopped = errors.New("stopped before")

// one sends the message of one object, then deletes the object. One that is gone was sent by
// another run.
func (d *Drain) one(ctx context.Context, o vault.Object, hashes []webhook.Hasher) error {
	key := o.Key
	if o.Size > vault.MaxSize {
		return fmt.Errorf("%w: %s: it has %d bytes", errNotOurs, key, o.Size)
	}
	ctx, cancel := context.WithTimeout(ctx, objectTime)
	defer cancel()
	data, err := d.Vault.Get(ctx, key)
	switch {
	case errors.Is(err, vault.ErrNotFound):
		return nil
	case errors.Is(err, vault.ErrDenied), errors.Is(err, vault.ErrInvalid): // such as by the key that encrypts it, or for a foreign name
		return fmt.Errorf("%w: %s: %w", errNotRead, key, err)
	case err != nil:
		return fmt.Errorf("read a spilled message: %w", err)
	}
	m, err := queue.Unpack(data, hashes...)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", errNotOurs, key, err)
	}
	if err := d.send(ctx, key, m); err != nil {
		return err
	}
	return wrap(d.Vault.Delete(ctx, key), "delete a spilled message, which the queue has")
}

// send sends the message of an object.
func (d *Drain) send(ctx context.Context, key string, m queue.Message) error {
	err := send(ctx, d.Queue, d.Vault, m)
	switch {
	case errors.Is(err, queue.ErrTooLarge), errors.Is(err, queue.ErrInvalid): // this one, and no other
		return fmt.Errorf("%w: %s: %w", errNotOurs, key, quiet{err})
	case errors.Is(err, vault.ErrDenied):
		return fmt.Errorf("the vault does not take the body of %s: %w", key, quiet{err})
	case err != nil:
		return fmt.Errorf("the queue does not take spilled messages: %w", quiet{err})
	}
	return nil
}

// send sends a message. It stores a body that is too large for the queue first, if there is
// a vault.
func send(ctx context.Context, q Sender, v vault.Putter, m queue.Message) error {
	err := q.Send(ctx, m, 0)
	if !errors.Is(err, queue.ErrTooLarge) || m.Origin.Stored != nil || v == nil {
		return err
	}
	var stored queue.Stored
	if stored.Key, stored.SHA256, err = vault.PutBody(ctx, v, m.Key(), m.Raw); err != nil {
		return err
	}
	m.Origin.Stored, m.Raw = &stored, nil
	return q.Send(ctx, m, 0)
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
