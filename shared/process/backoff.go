package process

import (
	"cmp"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
)

// MaxAttempts is in how many attempts the handlers of an event may fail before it is
// dead-lettered, where hook.Attempts does not say otherwise. A run in which all that
// failed asked to wait is none.
const MaxAttempts = 12

// attempts is the attempt in which a failure of the handler ends the event.
func attempts(h hook.Handler) int { return cmp.Or(h.Attempts, MaxAttempts) }

// AttemptsOf is the last attempt of an event with these handlers: whichever fails, it is
// not run again after that.
func AttemptsOf(handlers []hook.Handler) int {
	most := 0
	for _, h := range handlers {
		most = max(most, attempts(h))
	}
	return cmp.Or(most, MaxAttempts)
}

const (
	// agePart is the part of its message's age that an event waits at least whose handlers
	// ask to wait. Within the six days of such an event that makes under 430 receives;
	// at one second each it would reach SQS's limit of 1,000 within 20 minutes.
	agePart = 40
	// After manyReceives a message waits for longWait at least, whatever it waits for:
	// 500 receives and six days of 20 minutes are 932, and past 1,000 SQS takes the message
	// out of the queue itself.
	manyReceives = 500
	longWait     = 20 * time.Minute
)

// askedWait bounds a wait that a handler asked for.
func (b *batch) askedWait(wish time.Duration, m queue.Message) time.Duration {
	if sent := m.Wire.Sent; !sent.IsZero() {
		wish = max(wish, b.Now().Sub(sent)/agePart)
	}
	return min(max(wish, hook.MinRetryAfter), hook.MaxRetryAfter)
}

// halfJitter spreads d over [d/2, d].
func (b *batch) halfJitter(d time.Duration) time.Duration {
	return d - b.Jitter(d/2+1)
}

// handlerBackoff is how long an event waits after its nth run that counts, before jitter:
// min(5 s·3^(n−1), 1 h).
func handlerBackoff(n int) time.Duration {
	return grow(5*time.Second, 3, n, time.Hour)
}

// engineBackoff is how long a message waits after ledger or queue failed at its nth
// receive, before jitter: min(5 s·2^(n−1), 15 min).
func engineBackoff(n int) time.Duration {
	return grow(5*time.Second, 2, n, 15*time.Minute)
}

func grow(first time.Duration, factor, n int, limit time.Duration) time.Duration {
	d := first
	for range n - 1 {
		if d *= time.Duration(factor); d >= limit {
			return limit
		}
	}
	return d
}
