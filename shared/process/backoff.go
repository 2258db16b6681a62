package process

import (
	"cmp"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
)

// MaxAttempts is how many attempts may fail before an event is dead-lettered, unless
// hook.Attempts says otherwise. A run in which every failed handler asked to wait is not an
// attempt.
const MaxAttempts = 12

// attempts returns the attempt in which a failure of the handler ends the event.
func attempts(h hook.Handler) int { return cmp.Or(h.Attempts, MaxAttempts) }

// AttemptsOf returns the last attempt of an event with these handlers: whichever of them
// fails, the event is not run again after it.
func AttemptsOf(handlers []hook.Handler) int {
	most := 0
	for _, h := range handlers {
		most = max(most, attempts(h))
	}
	return cmp.Or(most, MaxAttempts)
}

const (
	// agePart is the part of its message's age that an event waits at least if its handlers
	// ask to wait. Within the event's six days that makes fewer than 430 receives; at one
	// second each it would reach SQS's limit of 1,000 within 20 minutes.
	agePart = 40
	// After manyReceives a message waits at least longWait, for whatever reason: 500
	// receives and six days of 20 minutes make 932, and after 1,000 SQS itself removes the
	// message from the queue. In a queue that retains messages for longer than the default
	// the wait is longer in proportion.
	manyReceives = 500
	longWait     = 20 * time.Minute
	longWaits    = 7 * 24 * time.Hour / longWait // in the default retention
)

// longWait returns how long a message that was received too often waits at least.
func (t Timing) longWait() time.Duration {
	return max(longWait, t.QueueRetention/longWaits)
}

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

// handlerBackoff returns how long an event waits after its nth run that counts, before
// jitter: min(5 s·3^(n−1), 1 h).
func handlerBackoff(n int) time.Duration {
	return grow(5*time.Second, 3, n, time.Hour)
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
