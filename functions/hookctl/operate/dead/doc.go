// Package dead lists the letters of a dead-letter queue, says what redriving each of them
// would do, and redrives those that an operator chose.
//
// It promises the following; each promise names the tests that hold it.
//
//  1. A letter that was only looked at is visible again when the look ends, also after an
//     error or Ctrl-C, and a letter that is received twice is listed once.
//     (TestListGivesBack, TestInterruptedListGivesBack, TestLongPassKeepsLettersInvisible,
//     TestReceivedTwiceListedOnce) A look that may have missed letters says so, and keeps
//     no bodies, however many letters there are. (TestManyLettersStayInvisible,
//     TestGoesRound, TestListGivesBack, TestRedriveMany)
//  2. A letter is deleted only after the queue accepted it. A crash in between repeats
//     nothing, because the ledger drops the copy. (TestLostOnTheWay, TestCrashOfFold)
//     Letters of one event are folded: the one with the fence of the event's record is
//     sent, and the others are deleted after that. (TestFold, TestRedriveFolded,
//     TestFoldedFarApart, TestCrashOfFold)
//  3. What a plan says would run is what runs: it asks the judge that the ledger itself
//     asks. (TestPlanComesTrue) What an operator confirmed is done, and nothing else.
//     (TestConfirmed)
//  4. An at-most-once handler that may have acted runs again only with the operator's
//     confirmation. (TestConfirmationIsNeeded)
//  5. Conflicts and unreadable letters stay in the queue. (TestRefusals)
//  6. An act that is interrupted, or whose token expires, leaves the letters that it did not
//     reach as they were; run again, it goes on with them. Two at once send each letter once.
//     (TestInterruptedRedrive, TestPaceOfLetters, TestTokenExpires, TestTwoOperators)
//
// Reading a queue means receiving from it. While a look lasts, the letter is invisible to
// others, and the look counts as a receive; a dead-letter queue has no limit of those.
//
// Package dead never runs a handler, never writes to the ledger, and never puts a payload
// into a view unless it is asked to.
package dead
