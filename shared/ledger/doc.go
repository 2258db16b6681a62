// Package ledger remembers which events have been handled: one record an event, with
// a lease while somebody works on it and a fence that grows with every claim.
//
// It promises, of every [Store], the following. Each line names what guards it: cases of
// the suite in package ledgertest, or tests of this package.
//
//  1. At most one claim of a record is in force, even when many callers ask at once.
//     (RaceForANewEvent, RaceForALapsedLease, RaceForALetter)
//  2. A claim that was lost changes nothing: neither the record nor the tables that
//     handlers write to. (StartFenced, CommitFenced, CommitWritesFenced, EndFenced,
//     BatchEndFenced)
//  3. Fences only grow, across releases and windows. (FencesGrowOverReleases,
//     TestPropertyLifeOfARecord)
//  4. A record that ended stays ended until its window is over, or an operator or a new
//     handler reopens it, each letter once. (RowCompleted, RowFailed,
//     RowLetterOfAnOlderFence, TestJudge, TestPropertyLifeOfARecord)
//  5. A handler that is recorded as done stays done through crashes, releases and retries.
//     (EndKeepsDone, RaceOfCommitAndClaim, TestPropertyLifeOfARecord)
//  6. The next claim knows that an at-most-once handler has begun. (StartNotes,
//     RowClaimedLapsed)
//  7. A handler's writes are applied together with the note that it is done, once: both or
//     neither. (CommitWrites, CommitTwice, RaceOfOneCommit, CommitImpossible)
//  8. A call whose reply was lost can be repeated. (ClaimNewLostAfter, StartLostAfter,
//     CommitWritesLostAfter, EndBatchLostAfter and the other cases of this kind)
//  9. In a batch, each item succeeds or fails on its own. (BatchClaim, BatchEnd)
//  10. An event that goes well costs two small writes and no read; one that moves a state
//     costs one read unit and four write units more. (TestEngineCost,
//     TestRecordFitsAWriteUnit, TestEngineStateCost)
//  11. Each event moves a state once, from the version that it read, in some serial order
//     for each state, and the result stays on its record. (StateMoves, StateMoved,
//     StateTwice, CommitStateLostAfter, RaceForAState)
//  12. A state that expired and is created again is never mistaken for the old one.
//     (StateExpires, TestStateVersions)
//  13. The record keeps, in bounded space, why the last runs left an event unfinished.
//     (TriesAreKept, TriesAreBounded, TestPropertyTries)
//  14. An event that failed and is neither done nor cancelled is in the index of what is
//     open; one that goes well writes nothing to it. (OpenSinceTheFirstFailure,
//     ClosedByCompletion, ClosedByCancelling, TestGoodEventDoesNotTouchTheIndex,
//     TestEngineIndexCost)
//
// [Judge] makes the whole decision on a claim, in one place, for every implementation;
// [JudgeStart], [JudgeCommit] and [JudgeEnd] decide on the calls that follow it.
//
// It never runs a handler, never sleeps, and never reads a clock: callers pass the time.
package ledger
