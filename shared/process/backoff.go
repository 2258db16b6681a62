package process

import "time"

// MaxAttempts is how often the handlers of an event are run before it is dead-lettered.
const MaxAttempts = 12

// halfJitter spreads d over [d/2, d].
func (b *batch) halfJitter(d time.Duration) time.Duration {
	return d - b.Jitter(d/2+1)
}

// handlerBackoff is how long an event waits after its nth run failed, before jitter:
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
