// Package process handles batches of queued events: it claims each event in the ledger,
// runs the handlers that have not finished, and ends the claim.
//
// It promises the following. Each line names the tests that guard it.
//
//  1. A message is acknowledged only when its event is recorded as ended, is a duplicate of
//     such an event, or is in the dead-letter queue with a reason. (TestHandled,
//     TestDeadLetters, TestUnreadable, TestLedgerOutage)
//  2. A handler that is recorded as done is not run again, whatever happens to the event's
//     other handlers. (TestRetryRunsTheRest, TestPermanentAfterAllRan)
//  3. One handler's error, panic or exit neither stops the next nor affects another event,
//     even if it occurs in one of the handler's goroutines or in a method of its payload.
//     (TestRetryRunsTheRest, TestHandlerFailures, TestPanicWhileDecoding,
//     TestGoroutinesArePartOfTheRun)
//  4. Every call to the ledger may be lost, before or after it is applied. (TestLostOnce,
//     TestLedgerOutage)
//  5. An at-most-once handler is not run twice unless an operator asks for it.
//     (TestAtMostOnceFailures, TestAtMostOnceCrash)
//  6. A handler's writes are applied once, and those of a stale event not at all.
//     (TestWritesHappenOnce, TestSkipStale, TestSkipStaleAtCommit)
//  7. A failed event comes again after longer and longer waits, until the 12th attempt. A
//     run whose handlers ask to wait is not an attempt: then only the message's age ends
//     the event. (TestBackoffAndLastAttempt, TestAttemptsOfRunsThatDied,
//     TestWhatCounts, TestWaitsUntilTheMessageIsOld)
//  8. A dead letter is in its queue before the record says so, and reopens the event once.
//     (TestFailedAfterLetter, TestLetterCannotBeSent, TestLetterReopensOnce)
//  9. An event whose handler hangs is never released, and delays the recording of its
//     neighbours by at most 50 ms. (TestHangingNeighbour)
//  10. An event whose process died runs alone. (TestLapsedRunsAloneAfterItWasPutBack)
//  11. Nothing is started for which the function has too little time left. (TestNoTimeLeft,
//     TestNoTimeLeftAfterClaim, TestHandlersEndBeforeTheFunction)
//  12. A worker that lost its claim records nothing. (TestFenced)
//  13. Each event moves a state once, even if others move it meanwhile, and a handler reads
//     the result of its own event. (TestStateMovesOnce, TestStateLostRaces,
//     TestResultIsThisEvents)
//  14. A stored state that does not fit its Go type gives a dead letter that names the
//     field; a state that cannot be stored gives one that says so. (TestStateRefused)
//  15. The record says why the last runs failed, and every letter why it was sent.
//     (TestTries, TestLetterCarriesItsCause, TestAttemptsOfRunsThatDied)
//  16. An operator's retry runs a waiting event now. A cancel, and what has no body, never
//     runs a handler; it changes nothing but the record that it names, and whatever an
//     operator's message changes is reported. (TestRetryRunsNow, TestCancel,
//     TestCancelWhoseProcessDied, TestNoBodyNeverRuns, TestReopenedIsReported)
//  17. How long a message waits for an engine depends on how often in a row the engine
//     failed, not on how often the message was received; and no message is received 1,000
//     times, after which SQS would move it, in the six days that it may wait.
//     (TestWaitAfterAFailedClaim, TestOutageOfABacklog, TestOutageOfAProcess,
//     TestOutageOfOneRecord, TestReceivesInAnOutage, TestReceivesInSixDays, TestManyReceivesWaitLong)
//  18. If the ledger does not answer, an event is dead-lettered before the queue drops its
//     message. (TestExpiredWithoutLedger, TestRedriveExpiresWithoutLedger)
//  19. Only one of a batch's large bodies is decoded at a time. (TestLargeBodiesRunOneByOne,
//     TestStoredBodiesRunOneByOne)
//  20. A body that does not fit the queue is read after the claim, and must be the one that
//     was verified. While the vault fails, its event waits and no attempt is counted; a body
//     that is gone or another is a dead letter. (TestStoredBody, TestStoredBodyUnavailable,
//     TestStoredBodyUnreadable)
//
// It never reads the environment, never deletes messages (the caller acknowledges as
// [Result] says), and never puts an error's text or a payload into a log.
package process
