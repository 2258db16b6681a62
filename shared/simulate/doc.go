// Package simulate runs the product's own code, ingest, process, queue and ledger, in a
// small world where everything goes wrong, and checks after every step that nothing
// wrong follows. A seed decides all that happens, so whatever it finds can be replayed.
//
//	go test ./shared/simulate -run TestSchedules -schedules=1000000
//	go test ./shared/simulate -run TestSchedules -schedules=1 -seed=42 -v
//
// The first runs a million schedules; the second replays the one with seed 42 and
// prints its trace.
//
// # The world
//
// Providers send signed webhooks to the real ingest handler, and try again after their
// own schedules where they see no 200. Two to four workers, each with its own clock up to
// 2.5 s off, receive batches from the in-memory queue and run the real process.Worker on
// them, over the in-memory ledger. Handlers of every kind are registered: plain, at most
// once, with writes, skipping stale events, for a whole provider, moving a conversation
// and saying what that gave. An operator moves letters back, one by one or all, and
// replays events. Strangers send forged requests.
//
// # Time and order
//
// Every schedule runs in a bubble of testing/synctest, so time is virtual. Every call to
// an engine and every handler parks; once all goroutines are parked, the driver sorts
// them by name, draws one, and decides what becomes of it. Only the driver touches the
// engines, so one seed has one order. The names, jitters and owners that the code under
// test draws are functions of the seed and of virtual time.
//
// # What goes wrong
//
// The seed draws how often each of these happens, often not at all:
//
//   - a process dies before or after any call, batches applied in whole or in part, in a
//     handler, or at its timeout; none of its goroutines acts again
//   - a request is lost, or its answer after it was applied; of batches item by item
//   - a call is not answered in time, and its request is applied later, even after the
//     process is dead and others have claimed the event
//   - time passes although somebody could go on: handlers past their deadline, calls
//     past the lease; a machine's clock runs at a tenth, and its process outlives its time
//   - the queue or the ledger is down for a while
//   - the queue delivers messages twice, late, in another order, or while they are worked on
//   - handlers fail: once, for good, with a wish for a pause, by panic, by hanging
//   - nobody works for days, and messages come close to the end of their retention
//
// # Invariants
//
// The checkers look at the engines' states and at what the driver did; they ask nothing
// of the code under test. Safety is checked at every step, faults or not:
//
//  1. What was answered 200 is in the queue, claimed, recorded or a dead letter; in the
//     end it is completed, or a letter is there that can reopen it. [watch.acknowledged,
//     watch.handled]
//  2. What is in the queue, a signature vouches for: key, type and body. Forged requests
//     are refused. [watch.queued, world.settleDelivery]
//  3. A message is deleted only if its event has ended while the worker had it, or it
//     lies in the dead-letter queue. [watch.deleting]
//  4. A record says FAILED only if a letter with its fence and a reason was sent before.
//     [watch.ended, watch.lettered]
//  5. Fences only grow, and only the claim in force changes its record. [watch.claimed,
//     watch.changed]
//  6. An event that has ended is claimed again only for a letter or a replay that an
//     operator sent, each once, or for an arrival after its window that has not been
//     handled itself. [watch.mayClaim]
//  7. A handler is noted as done only after it succeeded, or was stale, or an operator
//     took it as done; a completed event has all its handlers done. [watch.gained,
//     watch.allDone]
//  8. What is done stays done, and what finished is done when the claim ends.
//     [watch.kept, watch.ended]
//  9. No handler runs that the record says is done. This, 11, 13 and 14 are asked of
//     processes within their time; one that outlives it, on a machine whose clock is
//     slow, is only asked to change nothing and to keep to 10. [watch.runBegins]
//  10. A handler that runs at most once does, without an operator's word or its own that
//     nothing was sent. [watch.runBegins]
//  11. No two workers run handlers of one event within their leases. [watch.runBegins]
//  12. Writes take effect as often as the handler is noted as done, which is once; an
//     older event never overwrites a newer one's. [watch.effects, watch.gained,
//     watch.committed]
//  13. A handler is told of every run, and the record counts both the runs and those that
//     count against the limit, as they were seen: one in which all that failed asked to
//     wait does not. None runs above the limit. [watch.attempts, watch.letterRuns]
//  14. What a process died of once runs alone, also after it was put back without a run.
//     [watch.alone]
//  15. Once the world has healed, everything ends: the queue is empty, no record is left
//     open, within 48 h and a bounded number of steps, and no message is received more
//     than 200 times. [world.heal, watch.received, watch.ends]
//  16. No event is completed twice. [watch.ended]
//  17. A record tells of each handler that failed in the run that ended last, and nothing
//     of the kind is written by a claim, or where the event is completed. A letter says
//     why, also where it is sent later than the run. [watch.claimedTries,
//     watch.endedTries, watch.letterCause]
//  18. An event moves its person's conversation as often as its mover is noted as done,
//     which is once, and each move builds on all before it. [watch.moved,
//     watch.conversation]
//  19. What is said for an event is what its own move gave, however late and whatever has
//     moved the conversation since. [watch.said]
//  20. A handler that comes after others runs only when they are done. [watch.order]
//
// That the simulator can find mistakes is itself tested: TestFindsFaults breaks the
// product at its contracts in more than thirty ways, and says within how many
// schedules each has to be found.
//
// # What it does not show
//
// The engines are those in memory; that the real ones behave alike is for their suites.
// Ingest draws its pauses by itself, so the driver lets nothing else happen during them.
//
// The package never touches a network, a disk or the real clock, and is never part of a
// deployed program.
package simulate
