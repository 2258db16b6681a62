package ingest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

const (
	// QuarantineTime is the longest time in which a refused request is kept. Its sender
	// waits for it, because on Lambda nothing runs after the answer.
	QuarantineTime = 300 * time.Millisecond

	// Of each class of refused requests of a source, burst are kept at once, and then one
	// per interval: a flood of forged requests writes no more.
	burst    = 100
	interval = time.Second

	// clockSet is how far the clock goes back only if somebody sets it.
	clockSet = time.Minute
)

// A Quarantine keeps the requests of configured sources that are refused for their signature,
// so that an operator can release them if the fault was ours, as a wrong secret is. It keeps
// only a share of a flood, which can crowd out real requests. It is safe for concurrent use.
type Quarantine struct {
	Vault vault.Putter // required

	mu         sync.Mutex
	allowances map[class]*allowance
}

// A class of refused requests has an allowance of its own: a wrong secret makes well-formed
// signatures that do not match, and who sends rubbish must not crowd those out.
type class struct {
	source     string
	wellFormed bool // the signature does not match
}

// An allowance is a token bucket.
type allowance struct {
	tokens  float64
	at      time.Time // when they were counted
	notKept int       // the number of requests since the last one that was kept
}

// A Quarantining says what happened to a refused request besides its answer.
type Quarantining string

// The outcomes. A request that is not for the quarantine has none.
const (
	Kept       Quarantining = "kept"
	OverLimit  Quarantining = "over_limit" // too many came at a time
	Oversized  Quarantining = "too_large"  // see [quarantine.MaxBody]
	NotWritten Quarantining = "failed"     // the vault did not confirm it within [QuarantineTime]
)

// keep keeps the request if it was refused for its signature, and not one that claims to be a
// probe, whose sender sends another. Nothing that fails here changes the answer.
func (h *Handler) keep(ctx context.Context, src source.Source, r webhook.Request, refused error, report *Report) {
	code, ok := errors.AsType[webhook.Code](refused)
	if h.Quarantine == nil || src.IsProbe() || !ok || !slices.Contains(quarantine.Codes(), code) {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			report.Quarantine, report.NotKept = NotWritten, newPanicError(value)
		}
	}()
	namer, ok := src.Verifier.(webhook.HeaderNamer)
	if !ok {
		return // what it verifies is not known, so it could not be verified later
	}
	header := http.Header{}
	for _, name := range namer.HeaderNames() {
		if values, ok := r.Header[name]; ok {
			header[name] = values
		}
	}
	r.Header = header
	report.Quarantine, report.NotKept = h.Quarantine.keep(ctx, quarantine.Request{Source: src.Name, Code: code, Request: r})
}

// keep keeps r within the allowance of its class, and within [QuarantineTime].
func (q *Quarantine) keep(ctx context.Context, r quarantine.Request) (Quarantining, error) {
	of := class{r.Source, r.Code == webhook.ErrSignatureMismatch}
	data, err := quarantine.Encode(r)
	if err != nil {
		q.count(of, r.At, 1)
		return Oversized, err
	}
	notKept, ok := q.take(of, r.At)
	if !ok {
		return OverLimit, nil
	}
	confirmed := false
	defer func() {
		if !confirmed { // even if the vault panics
			q.count(of, r.At, notKept+1)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, QuarantineTime)
	defer cancel()
	key := quarantine.NewKey(quarantine.Entry{At: r.At, Source: r.Source, Code: r.Code, NotKept: notKept})
	if err := q.Vault.Put(ctx, key, data); err != nil {
		return NotWritten, err
	}
	confirmed = true
	return Kept, nil
}

// take takes a token, and returns how many requests were not kept before. It counts one more
// and returns false if there is no token.
func (q *Quarantine) take(of class, now time.Time) (notKept int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	a := q.allowance(of, now)
	if a.tokens < 1 {
		a.notKept++
		return 0, false
	}
	a.tokens--
	notKept, a.notKept = a.notKept, 0
	return notKept, true
}

// count adds n requests that were not kept.
func (q *Quarantine) count(of class, now time.Time, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.allowance(of, now).notKept += n
}

// allowance returns that of a class, with its tokens counted. It goes by wall time, because
// the monotonic clock stands still while Lambda freezes the process.
func (q *Quarantine) allowance(of class, now time.Time) *allowance {
	now = now.Round(0)
	a := q.allowances[of]
	if a == nil {
		if q.allowances == nil {
			q.allowances = map[class]*allowance{}
		}
		a = &allowance{tokens: burst, at: now}
		q.allowances[of] = a
	}
	// Requests that arrive together are counted in any order, so the time must not go back and
	// be earned twice; unless the clock was set.
	if passed := now.Sub(a.at); passed > 0 || passed < -clockSet {
		earned := max(0, passed).Seconds() / interval.Seconds()
		a.tokens, a.at = min(burst, a.tokens+earned), now
	}
	return a
}
