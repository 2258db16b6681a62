// Package ledger remembers which events have been handled: one record an event, with
// a lease while somebody works on it and a fence that grows with every claim.
//
// It promises, of every [Store], what follows. Each line names the cases of the suite in
// package ledgertest, or the tests beside it, that would fail if it were not so.
//
//  1. At most one claim of a record is in force, however many ask at once.
//     (RaceForANewEvent, RaceForALapsedLease, RaceForALetter)
//  2. A claim that was lost changes nothing any more: not the record, not the tables that
//     handlers write to. (StartFenced, CommitFenced, CommitWritesFenced, EndFenced,
//     BatchEndFenced)
//  3. Fences only grow, over releases and windows. (FencesGrowOverReleases,
//     TestPropertyLifeOfARecord)
//  4. A record that ended stays ended until its window is over, or an operator or a new
//     handler reopens it, each letter once. (RowCompleted, RowFailed,
//     RowLetterOfAnOlderFence, TestJudge, TestPropertyLifeOfARecord)
//  5. A handler that was noted as done stays so through crashes, releases and retries.
//     (EndKeepsDone, RaceOfCommitAndClaim, TestPropertyLifeOfARecord)
//  6. That an at-most-once handler has begun is known to whoever comes next. (StartNotes,
//     RowClaimedLapsed)
//  7. A handler's writes are applied with the note that it is done, both or neither, and
//     once. (CommitWrites, CommitTwice, RaceOfOneCommit, CommitImpossible)
//  8. A call whose reply was lost can be made again. (ClaimNewLostAfter, StartLostAfter,
//     CommitWritesLostAfter, EndBatchLostAfter and the others of their kind)
//  9. In a batch each item succeeds or fails alone. (BatchClaim, BatchEnd)
//  10. An event that goes well costs two small writes and no read; one that moves a state
//     costs one read and four write units more. (TestEngineCost, TestRecordFitsAWriteUnit,
//     TestEngineStateCost)
//  11. Each event moves a state once, from the version that it read, in some serial order
//     per state, and the result stays on its record. (StateMoves, StateMoved, StateTwice,
//     CommitStateLostAfter, RaceForAState)
//  12. A state that was forgotten and comes again is never taken for the old one.
//     (StateExpires, TestStateVersions)
//  13. Why the last runs left an event unfinished is kept with it, in a bounded space.
//     (TriesAreKept, TriesAreBounded, TestPropertyTries)
//
// [Judge] is the whole decision on a claim, in one place, for every implementation;
// [JudgeStart], [JudgeCommit] and [JudgeEnd] are those on what follows it.
//
// It never runs a handler, never sleeps, and never reads a clock: callers bring theirs.
package ledger
