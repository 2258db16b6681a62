package ledgertest

import (
	"time"

	"webhookintake/shared/ledger"
)

// The promises of Claim; each has one or more rows below.
const (
	rowOwn       = "A claim under the request's own owner is Claimed as it stands, nothing counted."
	rowReset     = "An ended event that arrives after its window is Claimed as a new one: everything but the fence is reset."
	rowConflict  = "Another body under the id, within the window, is a Conflict."
	rowKinds     = "Digests of different kinds (the prefix before the colon; sha256 without a prefix) are not compared."
	rowOrder     = "For all others, judged first, in this order:"
	rowCancel    = "A released event, and a claimed one whose lease has passed, is Claimed by the cancel that carries its fence; the same write sets the reason to ReasonCancelled."
	rowStale     = "Anything else, no record included, is a Duplicate."
	rowLease     = "A claimed event is InProgress within its lease."
	rowOwnCancel = "A claim under its own owner is Claimed as it stands."
	rowNew       = "A new event is Claimed."
	rowReleased  = "A released event is InProgress before its NotBefore, and Claimed from then on; a retry that carries its fence claims it at once."
	rowClaimed   = "A claimed event is InProgress within its lease; from its end on it is Claimed, and the claim is Lapsed, as is the next one if nothing ran under it."
	rowResetOpen = "If one of these two may be claimed and arrives after its window, it is Claimed as a new one, as an ended event is."
	rowUnhandled = "An event completed as unhandled is Claimed once a handler is registered."
	rowLetter    = "A failed event is Claimed by the letter that carries its fence: done is kept, started cleared, attempts counted from zero."
	rowReplay    = "A completed or failed event is Claimed by a replay that carries its fence: done, started and results are cleared, or only the named handlers in them, and attempts counted from zero."
	rowDuplicate = "Any other ended event is a Duplicate."
	rowRuns      = "Every claim counts a run; only an arrival after the window counts runs from zero."
	rowElse      = "Unless stated otherwise, a claim counts an attempt and returns the done, started and results that are kept."
	rowReopened  = "It reports as Reopened whether an operator's request changed what it does."
	rowAssume    = "It marks as done the handlers that an operator assumes done."
)

func firstRows() []row {
	own := func(r *ledger.Request, last ledger.Claim) { r.Owner = last.Owner }
	completed := ended(ledger.StateCompleted, ran, done("a", "b", "c"))
	failed := ended(ledger.StateFailed, because("permanent"))
	replay := reopening(ledger.Reopen{Act: ledger.Replay}, 0)
	return []row{
		{name: "Own", promise: rowOwn, found: left, ask: own, want: ledger.Claimed,
			attempts: 2, done: []string{"a", "b"}, started: []string{"s"}, lapsed: true},
		{name: "OwnBeforeConflict", promise: rowOrder, found: left, ask: all(own, anotherBody), want: ledger.Claimed,
			attempts: 2, done: []string{"a", "b"}, started: []string{"s"}, lapsed: true},
		{name: "OwnButEnded", promise: rowOwn, found: completed, ask: own, want: ledger.Duplicate},
		{name: "PastWindowAfterCompleted", promise: rowReset, found: completed, ask: arriving(time.Millisecond), want: ledger.Claimed, attempts: 1},
		{name: "PastWindowAfterFailed", promise: rowReset, found: failed, ask: arriving(time.Millisecond), want: ledger.Claimed, attempts: 1},
		{name: "PastWindowAfterUnhandled", promise: rowReset, found: ended(ledger.StateCompleted, because(ledger.ReasonUnhandled)),
			ask: arriving(time.Millisecond), want: ledger.Claimed, attempts: 1},
		{name: "PastWindowWithAnotherBody", promise: rowReset, found: completed,
			ask: all(arriving(time.Millisecond), anotherBody), want: ledger.Claimed, attempts: 1},
		{name: "PastWindowBeforeReplay", promise: rowReset, found: completed,
			ask:  all(arriving(time.Millisecond), reopening(ledger.Reopen{Act: ledger.Replay, Handlers: []string{"a"}}, 0)),
			want: ledger.Claimed, attempts: 1},
		{name: "DuplicateAtTheWindowsEnd", promise: rowDuplicate, found: completed, ask: arriving(0), want: ledger.Duplicate},
		{name: "ConflictCompleted", promise: rowConflict, found: completed, ask: anotherBody, want: ledger.Conflict},
		{name: "ConflictFailed", promise: rowConflict, found: failed, ask: anotherBody, want: ledger.Conflict},
		{name: "ConflictWithinLease", promise: rowConflict, found: left, ask: anotherBody, want: ledger.Conflict},
		{name: "ConflictAfterLease", promise: rowConflict, found: left, ask: all(later(lease), anotherBody), want: ledger.Conflict},
		{name: "ConflictReleased", promise: rowConflict, found: ended(ledger.StateReleased, after(0)), ask: anotherBody, want: ledger.Conflict},
		{name: "ConflictBeforeReplay", promise: rowOrder, found: completed, ask: all(replay, anotherBody), want: ledger.Conflict},
		{name: "NoConflictWithoutHash", promise: rowConflict, found: completed,
			ask: func(r *ledger.Request, _ ledger.Claim) { r.Hash = "" }, want: ledger.Duplicate},
		{name: "NoConflictOfAnotherKind", promise: rowKinds, found: completed,
			ask: func(r *ledger.Request, _ ledger.Claim) { r.Hash = "hmac-0a1b2c:hash-2" }, want: ledger.Duplicate},
		{name: "ConflictOfTheSameKind", promise: rowKinds, found: completed,
			ask: func(r *ledger.Request, _ ledger.Claim) { r.Hash = "sha256:hash-2" }, want: ledger.Conflict},
	}
}

// openRows are the rows of events that have not ended.
func openRows() []row {
	names := []string{"a", "b"}
	began := []string{"s"}
	waiting := ended(ledger.StateReleased, after(10*time.Second), done(names...))
	return []row{
		{name: "New", promise: rowNew, want: ledger.Claimed, attempts: 1},
		{name: "NewAssumed", promise: rowAssume, want: ledger.Claimed, attempts: 1, done: []string{"x", "y"},
			ask: func(r *ledger.Request, _ ledger.Claim) {
				r.Reopen = &ledger.Reopen{Fence: 7, AssumeDone: []string{"y", "x"}}
			}, reopened: true},
		{name: "ReleasedWaits", promise: rowReleased, found: waiting, ask: later(10*time.Second - time.Millisecond),
			want: ledger.InProgress, until: 10 * time.Second},
		{name: "ReleasedIsDue", promise: rowReleased, found: waiting, ask: later(10 * time.Second),
			want: ledger.Claimed, attempts: 3, done: names, started: began},
		{name: "ReleasedUnrun", promise: rowElse,
			found: ended(ledger.StateReleased, func(e *ledger.End) { e.Ran = false }),
			want:  ledger.Claimed, attempts: 2, done: names, started: began},
		{name: "ReleasedUncounted", promise: rowRuns, found: ended(ledger.StateReleased, uncounted),
			want: ledger.Claimed, attempts: 2, done: names, started: began},
		{name: "ReleasedWithReason", promise: rowElse, found: ended(ledger.StateReleased, after(0), because("permanent")),
			want: ledger.Claimed, attempts: 3, done: names, started: began, reason: "permanent"},
		{name: "ReleasedAssumed", promise: rowAssume, found: ended(ledger.StateReleased, after(0)),
			ask:  reopening(ledger.Reopen{AssumeDone: []string{"s"}}, 0),
			want: ledger.Claimed, attempts: 3, done: []string{"a", "b", "s"}, started: began, reopened: true},
		{name: "ClaimedWithinLease", promise: rowClaimed, found: left, ask: later(lease - time.Millisecond),
			want: ledger.InProgress, until: lease},
		{name: "ClaimedLapsed", promise: rowClaimed, found: left, ask: later(lease),
			want: ledger.Claimed, attempts: 3, done: names, started: began, lapsed: true},
		{name: "ReleasedPastWindow", promise: rowResetOpen, found: ended(ledger.StateReleased, after(0), because("permanent")),
			ask: arriving(time.Millisecond), want: ledger.Claimed, attempts: 1},
		{name: "LapsedPastWindow", promise: rowResetOpen, found: left, ask: all(arriving(time.Millisecond), later(lease)),
			want: ledger.Claimed, attempts: 1, lapsed: true},
	}
}

// endedRows are the rows of ended events that no operator asks for.
func endedRows() []row {
	handled := func(r *ledger.Request, _ ledger.Claim) { r.Handled = true }
	unhandled := ended(ledger.StateCompleted, because(ledger.ReasonUnhandled))
	return []row{
		{name: "UnhandledIsHandledNow", promise: rowUnhandled, found: unhandled, ask: handled,
			want: ledger.Claimed, attempts: 2, done: []string{"a", "b"}, started: []string{"s"}},
		{name: "UnhandledStill", promise: rowDuplicate, found: unhandled, want: ledger.Duplicate},
		{name: "Completed", promise: rowDuplicate, found: ended(ledger.StateCompleted), ask: handled, want: ledger.Duplicate},
		{name: "Failed", promise: rowDuplicate, found: ended(ledger.StateFailed, because("permanent")), ask: handled, want: ledger.Duplicate},
		{name: "FailedAsUnhandled", promise: rowDuplicate, found: ended(ledger.StateFailed, because(ledger.ReasonUnhandled)),
			ask: handled, want: ledger.Duplicate},
	}
}

// operatorRows are the rows of dead letters and replays.
func operatorRows() []row {
	completed, failed := ended(ledger.StateCompleted, ran), ended(ledger.StateFailed, because("permanent"))
	letter := reopening(ledger.Reopen{}, 0)
	replay := reopening(ledger.Reopen{Act: ledger.Replay}, 0)
	return []row{
		{name: "Letter", promise: rowLetter, found: failed, ask: letter, want: ledger.Claimed, attempts: 1, done: []string{"a", "b"}, reopened: true},
		{name: "LetterAssumed", promise: rowAssume, found: failed, ask: reopening(ledger.Reopen{AssumeDone: []string{"s"}}, 0),
			want: ledger.Claimed, attempts: 1, done: []string{"a", "b", "s"}, reopened: true},
		{name: "LetterCountsRunsOn", promise: rowRuns, found: ended(ledger.StateFailed, ran, because("attempts")), ask: letter,
			want: ledger.Claimed, attempts: 1, done: []string{"a", "b"}, reopened: true},
		{name: "LetterOfAnOlderFence", promise: rowLetter, found: failed, ask: reopening(ledger.Reopen{}, -1), want: ledger.Duplicate},
		{name: "LetterOfANewerFence", promise: rowLetter, found: failed, ask: reopening(ledger.Reopen{}, 1), want: ledger.Duplicate},
		{name: "LetterOfACompleted", promise: rowLetter, found: completed, ask: letter, want: ledger.Duplicate},
		{name: "LetterWithinLease", promise: rowClaimed, found: left, ask: letter, want: ledger.InProgress, until: lease},
		{name: "ReplayCompleted", promise: rowReplay, found: completed, ask: replay, want: ledger.Claimed, attempts: 1, reopened: true},
		{name: "ReplayFailed", promise: rowReplay, found: failed, ask: replay, want: ledger.Claimed, attempts: 1, reopened: true},
		{name: "ReplaySome", promise: rowReplay, found: completed, ask: reopening(ledger.Reopen{Act: ledger.Replay, Handlers: []string{"b", "z"}}, 0),
			want: ledger.Claimed, attempts: 1, done: []string{"a"}, started: []string{"s"}, reopened: true},
		{name: "ReplaySomeStarted", promise: rowReplay, found: failed, ask: reopening(ledger.Reopen{Act: ledger.Replay, Handlers: []string{"s"}}, 0),
			want: ledger.Claimed, attempts: 1, done: []string{"a", "b"}, reopened: true},
		{name: "ReplayOfAnOlderFence", promise: rowReplay, found: completed, ask: reopening(ledger.Reopen{Act: ledger.Replay}, -1), want: ledger.Duplicate},
		{name: "ReplayWaits", promise: rowReleased, found: ended(ledger.StateReleased, after(time.Second)), ask: replay,
			want: ledger.InProgress, until: time.Second},
	}
}

// retryRows are those of retries.
func retryRows() []row {
	names, began := []string{"a", "b"}, []string{"s"}
	waiting := ended(ledger.StateReleased, after(time.Second))
	retry := reopening(ledger.Reopen{Act: ledger.Retry}, 0)
	return []row{
		{name: "RetryNow", promise: rowReleased, found: waiting, ask: retry, want: ledger.Claimed,
			attempts: 3, done: names, started: began, reopened: true},
		{name: "RetryWhenDue", promise: rowReopened, found: waiting, ask: all(retry, later(time.Second)), want: ledger.Claimed,
			attempts: 3, done: names, started: began},
		{name: "RetryOfAnOlderFence", promise: rowReleased, found: waiting, ask: reopening(ledger.Reopen{Act: ledger.Retry}, -1),
			want: ledger.InProgress, until: time.Second},
		{name: "RetryWithinLease", promise: rowClaimed, found: left, ask: retry, want: ledger.InProgress, until: lease},
		{name: "RetryOfAnotherBody", promise: rowConflict, found: waiting, ask: all(retry, anotherBody), want: ledger.Conflict},
		{name: "RetryFailed", promise: rowDuplicate, found: ended(ledger.StateFailed, because("permanent")), ask: retry, want: ledger.Duplicate},
		{name: "RetryCompleted", promise: rowDuplicate, found: ended(ledger.StateCompleted), ask: retry, want: ledger.Duplicate},
	}
}

// neverRuns is asked for a message for which no handler may run.
func neverRuns(r *ledger.Request, _ ledger.Claim) { r.NeverRuns = true }

// cancelRows are those of requests that never run a handler.
func cancelRows() []row {
	names, began := []string{"a", "b"}, []string{"s"}
	waiting := ended(ledger.StateReleased, after(time.Second))
	cancelling := func(fenceOff int64) func(*ledger.Request, ledger.Claim) {
		return all(neverRuns, reopening(ledger.Reopen{Act: ledger.Cancel}, fenceOff))
	}
	cancel := cancelling(0)
	return []row{
		{name: "CancelReleased", promise: rowCancel, found: waiting, ask: cancel, want: ledger.Claimed,
			attempts: 3, done: names, started: began, reason: ledger.ReasonCancelled, reopened: true},
		{name: "CancelUnsent", promise: rowCancel, found: ended(ledger.StateReleased, after(0), because("permanent")), ask: cancel,
			want: ledger.Claimed, attempts: 3, done: names, started: began, reason: ledger.ReasonCancelled, reopened: true},
		{name: "CancelLapsed", promise: rowCancel, found: left, ask: all(cancel, later(lease)), want: ledger.Claimed,
			attempts: 3, done: names, started: began, reason: ledger.ReasonCancelled, lapsed: true, reopened: true},
		{name: "CancelFirstReceive", promise: rowCancel, found: waiting,
			ask:  all(cancel, func(r *ledger.Request, _ ledger.Claim) { r.FirstReceive = true }),
			want: ledger.Claimed, attempts: 3, done: names, started: began, reason: ledger.ReasonCancelled, reopened: true},
		{name: "CancelOwn", promise: rowOwnCancel, found: left,
			ask:  all(cancelling(-1), func(r *ledger.Request, last ledger.Claim) { r.Owner = last.Owner }),
			want: ledger.Claimed, attempts: 2, done: names, started: began, lapsed: true, reopened: true},
		{name: "CancelWithinLease", promise: rowLease, found: left, ask: cancel, want: ledger.InProgress, until: lease},
		{name: "CancelOfAnOlderFence", promise: rowStale, found: waiting, ask: cancelling(-1), want: ledger.Duplicate},
		{name: "CancelOfANewerFence", promise: rowStale, found: waiting, ask: cancelling(1), want: ledger.Duplicate},
		{name: "CancelOfALapsedOlderFence", promise: rowStale, found: left, ask: all(cancelling(-1), later(lease)), want: ledger.Duplicate},
		{name: "CancelCompleted", promise: rowStale, found: ended(ledger.StateCompleted), ask: cancel, want: ledger.Duplicate},
		{name: "CancelFailed", promise: rowStale, found: ended(ledger.StateFailed, because("permanent")), ask: cancel, want: ledger.Duplicate},
		{name: "CancelAnew", promise: rowStale, found: ended(ledger.StateCompleted), ask: all(cancel, arriving(time.Millisecond)), want: ledger.Duplicate},
		{name: "CancelNothing", promise: rowStale, ask: all(neverRuns, func(r *ledger.Request, _ ledger.Claim) {
			r.Reopen = &ledger.Reopen{Act: ledger.Cancel, Fence: 1}
		}), want: ledger.Duplicate},
		{name: "NoBody", promise: rowStale, found: waiting, ask: neverRuns, want: ledger.Duplicate},
		{name: "NoBodyWithALetter", promise: rowStale, found: ended(ledger.StateFailed, because("permanent")),
			ask: all(neverRuns, reopening(ledger.Reopen{}, 0)), want: ledger.Duplicate},
	}
}
