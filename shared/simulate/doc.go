// Package simulate runs the product's own code, ingest, process, queue and ledger, in a
// small world where everything fails, and checks after every step that the product's
// promises still hold. A seed decides everything that happens, so every finding can be
// replayed.
//
//	go test ./shared/simulate -run TestSchedules -schedules=1000000
//	go test ./shared/simulate -run TestSchedules -schedules=1 -seed=42 -v
//
// The first runs a million schedules; the second replays the one with seed 42 and
// prints its trace.
//
// # The world
//
// Providers send signed webhooks to the real ingest handler, and retry on their own
// schedules until they see a 200. Two to four workers, each with its own clock up to 2.5 s
// off, receive batches from the in-memory queue and run the real process.Worker on them,
// over the in-memory ledger. Handlers of every kind are registered: plain, at most once,
// with writes, skipping stale events, for a whole provider, moving a conversation, and
// saying the result. An operator redrives letters, one or all, replays events, and
// retries or cancels those that wait.
// Strangers send forged requests.
//
// A quarter of the schedules have a vault: ingest stores a body that the queue refuses, spills
// what the queue does not take, and keeps requests that it refuses. Upkeep runs every five
// minutes, and sometimes beside itself; an operator releases what was refused. Workers read
// bodies from the vault.
//
// # Time and order
//
// Every schedule runs in a bubble of testing/synctest, so time is virtual. Every call to an
// engine and every handler parks; once all goroutines are parked, the driver sorts them by
// name, draws one, and decides its outcome. Only the driver touches the engines, so one
// seed has one order. The names, jitters and owners that the code under test draws depend
// only on the seed and on virtual time.
//
// # What goes wrong
//
// The seed draws how often each of these happens, which is often never:
//
//   - a process dies before or after any call, with batches applied in whole or in part, in
//     a handler, or at its timeout; none of its goroutines acts again
//   - a request is lost, or its answer is lost after it was applied; in batches, item by
//     item
//   - a call is not answered in time, and its request is applied later, even after the
//     process is dead and others have claimed the event
//   - time passes although goroutines could continue: handlers pass their deadline, calls
//     pass the lease; a machine's clock runs at a tenth of its speed, and its process
//     outlives its time
//   - the queue, the ledger or the vault is down for a while, or two of them at once
//   - the secret is rotated in the wrong order: the providers sign with the new one before the
//     sources have it, also while a release runs
//   - two runs of upkeep, or two releases, work at once; one dies after it has sent a message
//     and before it deletes the object
//   - somebody puts objects into spill/, one of them a message with another body
//   - the queue delivers messages twice, late, in another order, or while they are being
//     processed
//   - handlers fail: once, permanently, asking to wait, by panicking, by hanging
//   - in some schedules the machines' clocks are up to 5 minutes off, so that a worker takes
//     a lease for over that holds by its owner's clock; then 9, 11, 13 and 14, and what 21
//     says of running handlers, are not asked
//   - in some schedules the table loses a row. What then breaks an invariant for that event
//     is reported as a consequence ([Report].Followed), and is no violation
//   - no worker runs for days, and messages come close to the end of their retention
//
// # Invariants
//
// The checkers look at the engines' states and at what the driver did; they take no
// information from the code under test. Safety is checked at every step, with or without
// faults:
//
//  1. An event that was answered 200 is in the queue, spilled, claimed, recorded or a dead letter;
//     in the end it is completed, or there is a letter that can reopen it.
//     [watch.acknowledged, watch.handled]
//  2. A signature covers the key, type and body of everything in the queue, whatever way it
//     came. Forged requests are refused. [watch.queued, watch.resent, watch.putting,
//     world.settleDelivery]
//  3. A message is deleted only if its event has ended while the worker had it, or it is in
//     the dead-letter queue. [watch.deleting]
//  4. A record says FAILED only if a letter with its fence and a reason was sent before.
//     [watch.ended, watch.lettered]
//  5. Fences only grow, and only the claim in force changes the record. [watch.claimed,
//     watch.changed]
//  6. An event that has ended is claimed again only for a letter or a replay that an
//     operator sent, each once, or for an arrival after its window that was not handled
//     yet. [watch.mayClaim]
//  7. A handler is recorded as done only after it succeeded or was skipped as stale, or if
//     an operator assumed it done; in a completed event all handlers are done.
//     [watch.gained, watch.allDone]
//  8. A done handler stays done, and a handler that finished is done when the claim ends.
//     [watch.kept, watch.ended]
//  9. No handler runs that the record says is done. This, 11, 13 and 14 apply to processes
//     within their time; a process that outlives it, on a machine whose clock is slow, must
//     only change nothing and keep 10. [watch.runBegins]
//  10. An at-most-once handler runs once, unless an operator reopens the event or the
//     handler said that it sent nothing. [watch.runBegins]
//  11. No two workers run handlers of one event at once within their leases.
//     [watch.runBegins]
//  12. Writes take effect as often as the handler is recorded as done, which is once; an
//     older event never overwrites the writes of a newer one. [watch.effects,
//     watch.gained, watch.committed]
//  13. A handler learns the number of its run, and the record counts the runs, and those
//     against the limit, as they happened: a run in which every failed handler asked to
//     wait does not count. No handler runs above the limit. [watch.attempts,
//     watch.letterRuns]
//  14. An event whose process died runs alone, even after it was put back without a run.
//     [watch.alone]
//  15. Once the world has healed, everything ends within 48 h and a bounded number of
//     steps: the queue is empty, no record is open, and no message was received more than
//     200 times. [world.heal, watch.received, watch.ends]
//  16. No event is completed twice. [watch.ended]
//  17. A record has a try for each handler that failed in the run that ended last; a claim
//     writes no tries, and neither does a completion. A letter says why, even if it is
//     sent later than the run. [watch.claimedTries, watch.endedTries, watch.letterCause]
//  18. An event moves its person's conversation as often as the moving handler is recorded
//     as done, which is once, and each move builds on all moves before it. [watch.moved,
//     watch.conversation]
//  19. What is said for an event is the result of its own move, however late it is said and
//     however the conversation has moved since. [watch.said]
//  20. A handler that comes after others runs only after they are done. [watch.order]
//  21. An event that waits is claimed before its time only by an operator's retry of its
//     fence, or by the cancel of it. A cancel makes no record, claims only the one that it
//     names, and ends it without a run and without a letter, whoever comes to end it.
//     [watch.claimed, watch.mayTake, watch.cancelledEnd, watch.runBegins]
//  22. An object in spill/ or quarantine/ is replaced or deleted only after the queue has its
//     message. [watch.putting, watch.removing]
//  23. A message was received when its request arrived, however late it is queued.
//     [watch.queued, watch.resent]
//  24. In the end nothing is spilled, and what was refused though it was signed is released and
//     handled as if it had been acknowledged. What is not ours stays. [watch.nothingKept,
//     watch.fromVault]
//
// The simulator itself is tested: TestFindsFaults breaks the product's contracts in more
// than sixty ways, and says within how many schedules each fault must be found.
//
// # What it does not show
//
// The engines are the in-memory ones; the engines' own suites show that the real ones
// behave the same. Without a vault, the driver does nothing else during ingest's pauses. A
// body that counts as too large for the queue is a small one.
//
// The package never touches a network, a disk or the real clock, and is never part of a
// deployed program.
package simulate
