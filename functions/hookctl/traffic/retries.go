package traffic

import "time"

// tasks is a heap with the task that is due first on top; see package container/heap.
type tasks []task

// Len implements heap.Interface.
func (t tasks) Len() int { return len(t) }

// Less implements heap.Interface.
func (t tasks) Less(i, j int) bool { return t[i].at.Before(t[j].at) }

// Swap implements heap.Interface.
func (t tasks) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push implements heap.Interface.
func (t *tasks) Push(x any) { *t = append(*t, x.(task)) }

// Pop implements heap.Interface.
func (t *tasks) Pop() any {
	last := len(*t) - 1
	popped := (*t)[last]
	*t = (*t)[:last]
	return popped
}

// A stopper knows when the provider has stopped sending because too many tries failed.
type stopper struct {
	after  int           // failures in a row that stop it; 0 means that it never stops
	length time.Duration // how long it stops

	failures int
	until    time.Time
}

// tried counts a try. Answers that come while it is stopped belong to earlier tries.
func (s *stopper) tried(now time.Time, accepted bool) {
	if s.after == 0 || s.stopped(now) {
		return
	}
	if s.failures++; accepted {
		s.failures = 0
	}
	if s.failures >= s.after {
		s.failures, s.until = 0, now.Add(s.length)
	}
}

func (s *stopper) stopped(now time.Time) bool { return now.Before(s.until) }
