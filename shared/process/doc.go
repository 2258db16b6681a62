// Package process works off batches of queued events: it claims each in the ledger,
// runs the handlers that have not finished, and ends the claim.
//
// It promises what follows. Each line names the tests that would fail if it were not so.
//
//  1. A message is acknowledged only when its event is recorded as ended, is a duplicate
//     of one that is, or lies in the dead-letter queue with a reason. (TestHandled,
//     TestDeadLetters, TestUnreadable, TestLedgerOutage)
//  2. A handler that is recorded as done is not run again, whatever becomes of the event's
//     other handlers. (TestRetryRunsTheRest, TestPermanentAfterAllRan)
//  3. One handler's error, panic or exit does not stop the next, nor touch another event,
//     also where it comes up in a goroutine of the handler's or in a method of its
//     payload's. (TestRetryRunsTheRest, TestHandlerFailures, TestPanicWhileDecoding,
//     TestGoroutinesArePartOfTheRun)
//  4. Every call to the ledger may be lost, before it applied or after. (TestLostOnce,
//     TestLedgerOutage)
//  5. An at-most-once handler is not run twice without an operator's word.
//     (TestAtMostOnceFailures, TestAtMostOnceCrash)
//  6. A handler's writes happen once, and those of a stale event not at all.
//     (TestWritesHappenOnce, TestSkipStale, TestSkipStaleAtCommit)
//  7. What fails comes again later and later, and after the 12th attempt not at all. A run
//     whose handlers ask to wait is no attempt: only the message's age ends the event.
//     (TestBackoffAndLastAttempt, TestThirteenthClaim, TestWhatCounts,
//     TestWaitsUntilTheMessageIsOld, TestManyReceivesWaitLong)
//  8. A dead letter is in its queue before its record says so, and reopens the event once.
//     (TestFailedAfterLetter, TestLetterCannotBeSent, TestLetterReopensOnce)
//  9. A handler that hangs is never released, and keeps its neighbours from being recorded
//     for no longer than 50 ms. (TestHangingNeighbour)
//  10. What ended a process once runs alone. (TestLapsedRunsAlone,
//     TestLapsedRunsAloneAfterItWasPutBack)
//  11. Nothing is started that the function's time is too short for.
//     (TestNoTimeLeft, TestNoTimeLeftAfterClaim, TestHandlersEndBeforeTheFunction)
//  12. Who lost a claim records nothing. (TestFenced)
//  13. Each event moves a state once, whoever else moves it meanwhile, and what a handler
//     reads as its result is what its own event gave. (TestStateMovesOnce, TestStateRaces,
//     TestStateLostRaces, TestResultIsThisEvents)
//  14. A stored state that does not fit its Go type is a dead letter that names the field,
//     and what cannot be stored is one that says so. (TestStateRefused)
//  15. The record tells why the last runs failed, and every letter why it was sent.
//     (TestTries, TestLetterCarriesItsCause, TestLetterCountsRuns,
//     TestPanicIsToldWithItsPlace)
//
// It never reads the environment, never deletes messages (the caller acknowledges what
// [Result] says), and never puts an error's text or a payload into a log.
package process
