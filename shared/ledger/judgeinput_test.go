package ledger_test

import (
	"time"

	"webhookintake/shared/ledger"
)

const testKeep = 29 * 24 * time.Hour

var (
	now    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	opened = now.Add(-time.Minute) // when the record was claimed first
	closes = now.Add(time.Hour)    // the window's end
)

// failedTry returns a failed try that a record keeps.
var failedTry = ledger.Try{At: opened, Attempt: 3, Outcome: "failed", Handler: "c", Error: "no credit"}

// diedTry returns the try of a run that died.
func diedTry(run int, at time.Time) ledger.Try {
	return ledger.Try{At: at, Attempt: run, Outcome: ledger.OutcomeDied,
		Error: "the process died during this run, or could not record how it ended"}
}

func putBack(r *ledger.Record) { r.Tries = append(r.Tries, diedTry(r.Runs, r.Lease)) }

func untold(r *ledger.Record) { r.Tries = nil }

// record returns a record at its second attempt and fourth run, with a value in every field
// that a claim may keep or reset.
func record(s ledger.State, edits ...func(*ledger.Record)) *ledger.Record {
	r := &ledger.Record{
		State: s, Owner: "old", Fence: 7, Attempts: 2, Runs: 4, Hash: "h1", Type: "t1", Lease: now,
		Done: []string{"a", "b"}, Started: []string{"s"}, Tries: []ledger.Try{failedTry},
		Received: opened, DedupUntil: closes, FirstClaimed: opened, Expires: closes.Add(testKeep),
	}
	switch s {
	case ledger.StateReleased:
		r.NotBefore = now
	case ledger.StateCompleted:
		r.Finished = now
	case ledger.StateFailed:
		r.Finished, r.Reason = now, "permanent"
	}
	for _, edit := range edits {
		edit(r)
	}
	return r
}

func reason(why string) func(*ledger.Record) { return func(r *ledger.Record) { r.Reason = why } }

func ask(edits ...func(*ledger.Request)) ledger.Request {
	r := ledger.Request{
		Key: "a#1", Owner: "new", Type: "t2", Hash: "h1", At: now, Lease: now.Add(time.Minute),
		Received: opened, DedupUntil: closes,
	}
	for _, edit := range edits {
		edit(&r)
	}
	return r
}

func owner(name string) func(*ledger.Request)     { return func(r *ledger.Request) { r.Owner = name } }
func hash(sum string) func(*ledger.Request)       { return func(r *ledger.Request) { r.Hash = sum } }
func askedAt(t time.Time) func(*ledger.Request)   { return func(r *ledger.Request) { r.At = t } }
func arrivedAt(t time.Time) func(*ledger.Request) { return func(r *ledger.Request) { r.Received = t } }
func handled(r *ledger.Request)                   { r.Handled = true }

func letter(fence int64, assume ...string) func(*ledger.Request) {
	return func(r *ledger.Request) { r.Reopen = &ledger.Reopen{Fence: fence, AssumeDone: assume} }
}

func replay(fence int64, handlers ...string) func(*ledger.Request) {
	return func(r *ledger.Request) {
		r.Reopen = &ledger.Reopen{Fence: fence, Act: ledger.Replay, Handlers: handlers}
	}
}

// retry asks for a released event now, cancel for its end without a run.
func retry(fence int64) func(*ledger.Request) {
	return func(r *ledger.Request) { r.Reopen = &ledger.Reopen{Act: ledger.Retry, Fence: fence} }
}

func cancel(fence int64) func(*ledger.Request) {
	return func(r *ledger.Request) {
		r.NeverRuns, r.Reopen = true, &ledger.Reopen{Act: ledger.Cancel, Fence: fence}
	}
}

func neverRuns(r *ledger.Request) { r.NeverRuns = true }
