package doctor

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/shared/ledger"
)

const (
	// pollEvery is the time between two reads of the ledger.
	pollEvery = 500 * time.Millisecond
	// countEvery is the time between two counts of a queue's messages.
	countEvery = time.Second
)

const (
	adviceLedger = "this needs dynamodb:GetItem on the table, and kms:Decrypt if it has a key of your own"
	adviceCounts = "this needs sqs:GetQueueAttributes on the queue"
)

// ledger waits until the event has ended.
func (e *exam) ledger(ctx context.Context) Step {
	var rec ledger.Record
	var there bool
	deadline := time.Now().Add(e.Wait)
	for {
		var err error
		if rec, there, err = e.site.Ledger.Record(ctx, e.event.key()); err != nil {
			return failed(adviceLedger, "%w", err)
		}
		if rec.State == ledger.StateCompleted || rec.State == ledger.StateFailed {
			break
		}
		if !time.Now().Before(deadline) {
			return e.stuck(ctx, rec, there)
		}
		select {
		case <-time.After(min(pollEvery, time.Until(deadline))):
		case <-ctx.Done():
			return failed("", "wait for the ledger: %w", ctx.Err())
		}
	}
	if rec.State == ledger.StateFailed {
		return failed("look at the letter: "+e.command("dead list"),
			"%s: failed with reason %s; it is in the dead-letter queue", e.event.key(), rec.Reason)
	}
	e.record = rec
	return e.completed(rec)
}

// completed returns how the event ended, and warns of what was not expected.
func (e *exam) completed(rec ledger.Record) Step {
	how := "handled by " + strings.Join(rec.Done, ", ")
	if rec.Reason != "" {
		how = rec.Reason
	}
	text := fmt.Sprintf("completed (%s) %s after it was received, by the clocks there", how, rec.Finished.Sub(rec.Received))
	switch {
	case rec.Fence != 1 || rec.Attempts > 1:
		return warned("an earlier claim did not finish: look at the logs of process: "+e.site.ProcessLogs,
			"%s; claimed more than once: fence %d, attempts %d", text, rec.Fence, rec.Attempts)
	case len(rec.Done) > 0 && len(e.event.taken(e.registry)) == 0:
		return warned("check that this checkout is the one that was deployed", "%s, which this checkout does not register", text)
	}
	return passed("%s; claimed once: fence 1, attempts %d", text, rec.Attempts)
}

// stuck returns where an event is that has not ended in time.
func (e *exam) stuck(ctx context.Context, rec ledger.Record, there bool) Step {
	logs := "look at the logs of process: " + e.site.ProcessLogs
	switch {
	case there && rec.State == ledger.StateReleased:
		return failed(logs, "%s: not completed within %s: try %d was put back; the next is at %s",
			e.event.key(), cli.Duration(e.Wait), rec.Attempts, cli.Time(rec.NotBefore, e.Now()))
	case there:
		return failed(logs, "%s: not completed within %s: process has claimed it (%s, fence %d) and has not finished it",
			e.event.key(), cli.Duration(e.Wait), rec.State, rec.Fence)
	}
	where, next := "", "check that the event source of process is enabled, and its function not throttled; "+logs
	if c, err := e.site.Queue(ctx); err == nil {
		where = fmt.Sprintf("; the queue: %s", counted(c))
		if c.All() == 0 {
			next = "the queue is empty, so something took the message: check that ingest, process and the table belong\nto one intake; " + logs
		}
	}
	return failed(next, "%s: the ledger has no record of it within %s%s", e.event.key(), cli.Duration(e.Wait), where)
}

// copy checks that the copy of the event changed nothing. Only an empty queue proves that
// the copy was handled; otherwise the step says that it may still wait.
func (e *exam) copy(ctx context.Context) Step {
	began := time.Now()
	left, empty := stack.Counts{}, 0
	// Empty at two counts in a row, as the counts may be late.
	for empty < 2 && time.Since(began) < e.Settle {
		select {
		case <-time.After(min(countEvery, e.Settle)):
		case <-ctx.Done():
			return failed("", "wait for the copy: %w", ctx.Err())
		}
		var err error
		if left, err = e.site.Queue(ctx); err != nil {
			return failed(adviceCounts, "%w", err)
		}
		if empty++; left.All() > 0 {
			empty = 0
		}
	}
	rec, _, err := e.site.Ledger.Record(ctx, e.event.key())
	switch {
	case err != nil:
		return failed(adviceLedger, "%w", err)
	case !reflect.DeepEqual(rec, e.record): // also if the record is gone
		return failed("two deliveries of one event must count as one: look at the logs of process: "+e.site.ProcessLogs,
			"the record changed after it was completed: %s, fence %d, attempts %d", rec.State, rec.Fence, rec.Attempts)
	case empty < 2:
		return passed("the record is unchanged after %s. The queue was not empty at two counts in a row, so the copy may\nstill be among its messages: %s",
			cli.Duration(time.Since(began).Round(time.Second)), counted(left))
	}
	return passed("dropped: the queue is empty, and the record unchanged")
}

// queues counts the waiting messages and the dead letters.
func (e *exam) queues(ctx context.Context) Step {
	waits, err := e.site.Queue(ctx)
	if err != nil {
		return failed(adviceCounts, "%w", err)
	}
	text := fmt.Sprintf("the queue: %s", counted(waits))
	if e.site.DeadLetters == nil {
		return passed("%s; dead letters: not counted, as DLQ_URL is not set", text)
	}
	dead, err := e.site.DeadLetters(ctx)
	if err != nil {
		return failed(adviceCounts, "%w", err)
	}
	if n := dead.All(); n > 0 {
		return warned("look at them: "+e.command("dead list"), "%s; dead letters: about %d", text, n)
	}
	return passed("%s; no dead letters", text)
}

// counted returns the numbers of a queue's messages in words.
func counted(c stack.Counts) string {
	if c.All() == 0 {
		return "empty"
	}
	text := fmt.Sprintf("about %d waiting and %d in flight", c.Waiting, c.InFlight)
	if c.Delayed > 0 {
		text += fmt.Sprintf(", %d for later", c.Delayed)
	}
	return text
}
