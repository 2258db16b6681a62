package source

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"webhookintake/shared/webhook"
)

// ReadBudget is the longest time that a call spends reading the sources, both versions
// included.
const ReadBudget = time.Second

const (
	maxAge           = 5 * time.Minute  // an older copy is read again
	maxAgeOnMismatch = 30 * time.Second // the same, if a signature does not match
	// maxStale is the age up to which a copy serves that cannot be read again. Beyond it,
	// taking the right to read away stops the sources.
	maxStale = 24 * time.Hour
	pause    = 30 * time.Second // after a failed read, while a copy serves
	// coldPause is the pause while there is no copy. Until there is one, every request is
	// refused, so it is just long enough that waiting requests do not read one by one.
	coldPause = time.Second
)

// errUnread is the cause if the caller that was reading did not return.
var errUnread = errors.New("the read was broken off")

// RefreshOptions configure [Refreshing] sources.
type RefreshOptions struct {
	Parse  ParseOptions
	Logger *slog.Logger     // nil logs nothing
	Report func(Status)     // called after every read, never concurrently; nil means no reports
	Now    func() time.Time // nil means time.Now; only its wall time is used
}

// Status is the outcome of a read.
type Status struct {
	Age         time.Duration // of the copy in use; 0 after a read that returned one
	Unavailable bool          // there is no copy, so the answer is [webhook.ErrSourcesUnavailable]
	Invalid     bool          // the current version is not a valid sources document
	Err         error         // why the current version is not in use; nil if it is
	Faults      error         // what is wrong with the version that was read and is in use; see [Set.Faults]
}

// A snapshot is a set, with the time when its read began.
type snapshot struct {
	set  Set
	hash webhook.Hasher // of the document; makes the secret of probes
	at   time.Time
}

// verify is [Sources.Verify] for sources that do not change. A name that no source has is
// compared with the probe's, so that other webhooks do not pay for it.
func (s *snapshot) verify(name string, r webhook.Request) (Source, webhook.Verified, error) {
	src, ok := s.set[name]
	if !ok && name == webhook.Probe {
		probe, err := probeOf(s.hash)
		src, ok = probe, err == nil
	}
	if !ok {
		return Source{}, webhook.Verified{}, webhook.ErrUnknownSource
	}
	verified, err := src.Verifier.Verify(r)
	return src, verified, err
}

// A refresher keeps a copy of the sources, and reads it again if a caller finds it too
// old. It reads in that caller's goroutine; other callers wait for it.
type refresher struct {
	fetcher Fetcher
	o       RefreshOptions

	mu     sync.Mutex
	held   *snapshot     // nil until a read succeeds
	cause  error         // why the last read failed; nil if it did not
	failed time.Time     // when it failed
	flight chan struct{} // closed when the current read ends; nil if there is none
}

func newRefresher(f Fetcher, o RefreshOptions) *refresher {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &refresher{fetcher: f, o: o}
}

// now is the wall time. The monotonic clock stands still while Lambda freezes the process
// between two invocations, so by that clock a copy could be in use for days.
func (r *refresher) now() time.Time { return r.o.Now().Round(0) }

// get returns a copy of at most the given age, or the one there is if a newer one cannot
// be read. It waits for another caller's read until ctx ends at most.
func (r *refresher) get(ctx context.Context, oldest time.Duration) (*snapshot, error) {
	r.mu.Lock()
	if !r.due(oldest) || ctx.Err() != nil {
		defer r.mu.Unlock()
		return r.answer(ctx)
	}
	flight := r.flight
	leads := flight == nil
	if leads {
		flight = make(chan struct{})
		r.flight = flight
	}
	r.mu.Unlock()

	if leads {
		r.refresh(ctx)
	} else {
		select {
		case <-flight:
		case <-ctx.Done():
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.answer(ctx)
}

// due reports whether the copy must be read again. A negative age means that the clock was
// set back, so that the age is unknown. Callers hold mu.
func (r *refresher) due(oldest time.Duration) bool {
	now := r.now()
	if r.cause != nil {
		wait := pause
		if !r.serves(now) {
			wait = coldPause
		}
		if since := now.Sub(r.failed); since >= 0 && since < wait {
			return false
		}
	}
	if r.held == nil {
		return true
	}
	age := now.Sub(r.held.at)
	return age < 0 || age > oldest
}

// serves reports whether there is a copy that is not too old. Callers hold mu.
func (r *refresher) serves(now time.Time) bool {
	return r.held != nil && now.Sub(r.held.at) <= maxStale
}

// answer returns the copy that serves, or why there is none. Callers hold mu.
func (r *refresher) answer(ctx context.Context) (*snapshot, error) {
	if r.serves(r.now()) {
		return r.held, nil
	}
	cause := cmp.Or(r.cause, context.Cause(ctx), errUnread)
	return nil, fmt.Errorf("%w: %w", webhook.ErrSourcesUnavailable, cause)
}

// refresh reads the sources, keeps the outcome, and wakes the callers that wait. The end
// of ctx does not end the read: others wait for it, and a client that hangs up must not
// count as a failure to read the secret.
func (r *refresher) refresh(ctx context.Context) {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		close(r.flight)
		r.flight = nil
	}()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ReadBudget)
	defer cancel()
	began := r.now()
	read, invalid, err := r.read(ctx)
	read.at = began
	status := r.keep(read, invalid, err)
	r.log(status, err == nil)
	if r.o.Report != nil {
		r.o.Report(status)
	}
}

// read fetches the current version, and the previous one if the current one is invalid.
// The error invalid says what is wrong with the current version.
func (r *refresher) read(ctx context.Context) (s snapshot, invalid, err error) {
	doc, err := r.fetcher.Fetch(ctx, Current)
	if errors.Is(err, ErrNoVersion) {
		return snapshot{set: Set{}}, nil, nil
	}
	if err != nil {
		return s, nil, err
	}
	s.set, s.hash, err = parse(doc, r.o.Parse)
	if err == nil {
		return s, nil, nil
	}
	invalid = fmt.Errorf("version %s: %w", Current, err)
	doc, err = r.fetcher.Fetch(ctx, Previous)
	if err != nil {
		return s, invalid, errors.Join(invalid, err)
	}
	s.set, s.hash, err = parse(doc, r.o.Parse)
	if err != nil {
		return s, invalid, errors.Join(invalid, fmt.Errorf("version %s: %w", Previous, err))
	}
	return s, invalid, nil
}

// keep stores the outcome of a read and returns the status that follows.
func (r *refresher) keep(read snapshot, invalid, err error) Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cause = err
	if err == nil {
		r.held = &read
		return Status{Invalid: invalid != nil, Err: invalid, Faults: read.set.Faults()}
	}
	r.failed = r.now()
	status := Status{Unavailable: !r.serves(r.failed), Invalid: invalid != nil, Err: err}
	if r.held != nil {
		status.Age = max(0, r.failed.Sub(r.held.at))
	}
	return status
}

// log reports what needs attention. Fresh says that the read returned a copy.
func (r *refresher) log(s Status, fresh bool) {
	if s.Faults != nil {
		r.o.Logger.Error("the sources in use have faults, which hookctl sources would refuse", "error", s.Faults)
	}
	switch {
	case s.Err == nil:
	case fresh:
		r.o.Logger.Error("the current version of the sources is invalid; the previous one is in use", "error", s.Err)
	case s.Unavailable:
		r.o.Logger.Error("the sources cannot be read; every webhook is answered with 503", "error", s.Err)
	default:
		r.o.Logger.Error("the sources cannot be read; the old copy is in use", "age", s.Age, "error", s.Err)
	}
}
