// Package letters looks through a dead-letter queue, says what sending each letter back
// would do, and sends back what an operator chose.
//
// It promises what follows. Each line names the tests that would fail if it were not so.
//
//  1. What was only looked at is visible again when the look is over, after an error and
//     after Ctrl-C too, and a letter that comes twice is shown once. (TestLookGivesBack,
//     TestInterruptedLookGivesBack, TestLongPassHoldsOn, TestSeenTwiceShownOnce) A look
//     that may have missed some says so, and keeps no bodies, however many there are.
//     (TestManyLettersAreHeld, TestGoesRound, TestBodiesAreNotKept)
//  2. A letter is deleted only after the queue took it, and what dies in between repeats
//     nothing: the ledger drops the copy. (TestLostOnTheWay, TestDiesBetweenSendAndDelete)
//  3. What a plan says would run is what runs: it asks the very judge that the ledger asks.
//     (TestPlanComesTrue, TestCopies)
//  4. A handler that runs at most once, and may have acted, is sent back to run again only
//     on the operator's word. (TestWordIsNeeded)
//  5. Conflicts and unreadable letters stay where they are. (TestRefusals)
//
// Reading a queue means receiving from it. That hides a letter for as long as the look
// takes, from other operators too, and counts as a receive; a dead-letter queue has no
// limit of those.
//
// It never runs a handler, never writes to the ledger, and never shows a payload unless
// it is asked to.
package letters
