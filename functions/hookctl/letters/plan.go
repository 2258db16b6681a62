package letters

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// Why a letter is not sent back.
var (
	ErrConflict = errors.New("another body came under the same event id")
	// ErrUnreadable says that no program can make an event of the letter.
	ErrUnreadable = errors.New("it is no message of ours, and does not become one by being sent back")
	// ErrOutcomeUnknown says that an operator has to decide whether a handler acted.
	ErrOutcomeUnknown = errors.New("may have acted, and runs at most once")
	// ErrNotTold says that a letter cannot say which handlers are to be taken as done.
	ErrNotTold = errors.New("the letter has no failure to note it in")
)

// A Fate is what becomes of a letter that is sent back.
type Fate string

// The fates.
const (
	FateRun       Fate = "run"       // handlers run, or none has to any more
	FateDuplicate Fate = "duplicate" // dropped: the event has ended since, or another copy goes before
	FateWait      Fate = "wait"      // somebody works on the event, or it waits to be tried again
	FateDead      Fate = "dead"      // it comes back here without a run
	FateRefused   Fate = "refused"   // it is not sent back
)

// A Plan is what redriving one letter would do.
type Plan struct {
	Letter Letter
	Record *ledger.Record // nil: the ledger has none
	Fate   Fate
	Why    error // of FateRefused: one of the errors above, with what is special here

	Run       []string  // handlers that would run
	Unsure    []string  // those of Run that are registered only if their settings are there
	Done      []string  // handlers that would not, as they are done or taken as done
	Assumed   []string  // handlers that the operator takes as done, of those that the event has
	Uncertain []string  // handlers that run at most once, may have acted, and would run again
	Stuck     []string  // the same, but not run: the event would come back as outcome_unknown
	Until     time.Time // of FateWait
	Copy      bool      // of FateDuplicate: it says the same as a letter before it
	Err       error     // the record could not be read
}

// A Planner plans. Handlers are needed.
type Planner struct {
	Handlers   Handlers
	AssumeDone []string // the operator's word: take these handlers as done
	RunAgain   bool     // the operator's word: run again what may have acted
	Now        func() time.Time
}

// plan reads the records of letters, side by side, and plans.
func (d Desk) plan(ctx context.Context, letters []Letter) []Plan {
	plans := make([]Plan, len(letters))
	var reading sync.WaitGroup
	for i, l := range letters {
		reading.Go(func() { plans[i] = d.planOne(ctx, l) })
	}
	reading.Wait()
	return plans
}

func (d Desk) planOne(ctx context.Context, l Letter) Plan {
	if l.Reason() == queue.ReasonUnreadable {
		return Plan{Letter: l, Fate: FateRefused, Why: ErrUnreadable}
	}
	asked, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	record, ok, err := d.Records.Record(asked, l.Key())
	switch {
	case err != nil:
		return Plan{Letter: l, Err: err}
	case !ok:
		return d.Planner.Plan(l, nil)
	}
	return d.Planner.Plan(l, &record)
}

// Plan says what redriving l would do, given what the ledger has of its event, nil for
// nothing. It asks the ledger's own judge.
func (p Planner) Plan(l Letter, found *ledger.Record) Plan {
	plan := Plan{Letter: l, Record: found}
	handlers := p.Handlers.of(l)
	assumed := p.assumed(handlers, found)
	plan.Assumed = assumed
	switch {
	case l.Reason() == queue.ReasonUnreadable:
		return plan.refuse(ErrUnreadable)
	case l.Reason() == queue.ReasonConflict:
		return plan.refuse(plan.conflict())
	case l.Failure == nil && len(assumed) > 0:
		return plan.refuse(fmt.Errorf("%w: leave out --assume-done %s, or handle the event by hand", ErrNotTold, strings.Join(assumed, ", ")))
	}
	now := p.Now()
	r := process.RequestFor(plan.message(), len(handlers) > 0)
	r.Owner, r.At, r.Lease = "hookctl", now, now
	answer, _ := ledger.Judge(found, r, 0)
	switch answer.Status {
	case ledger.Conflict:
		return plan.refuse(plan.conflict())
	case ledger.Duplicate:
		plan.Fate = FateDuplicate
		return plan
	case ledger.InProgress:
		plan.Fate, plan.Until = FateWait, answer.Until
		if l.Failure == nil || l.Failure.Fence != found.Fence {
			return plan
		}
		// The claim that wrote the letter is about to end, which the letter reopens.
		answer.Claim.Done = ledger.Union(found.Done, assumed)
	default:
		plan.claimed(answer.Claim, handlers)
	}
	if why := plan.doubt(answer.Claim, handlers, len(assumed) > 0); why != nil && !p.RunAgain {
		return plan.refuse(why)
	}
	return plan
}

// assumed are the handlers of AssumeDone that the event has.
func (p Planner) assumed(handlers []handler, found *ledger.Record) []string {
	var names []string
	for _, name := range p.AssumeDone {
		registered := slices.ContainsFunc(handlers, func(h handler) bool { return h.name == name })
		known := found != nil && (slices.Contains(found.Started, name) || slices.Contains(found.Done, name))
		if registered || known {
			names = append(names, name)
		}
	}
	return names
}

// Unheeded are the names of handlers taken as done that none of the planned events has:
// most likely they are misspelt.
func (p Planner) Unheeded(plans []Plan) []string {
	return slices.DeleteFunc(slices.Clone(p.AssumeDone), func(name string) bool {
		return slices.ContainsFunc(plans, func(plan Plan) bool { return slices.Contains(plan.Assumed, name) })
	})
}

// message is what is sent: the letter's, with the operator's word in its failure. It is
// made anew each time, as a plan that kept it would keep the body of every letter.
func (plan Plan) message() queue.Message {
	m := plan.Letter.Message
	if m.Failure != nil && len(plan.Assumed) > 0 {
		failure := *m.Failure
		failure.AssumeDone = ledger.Union(failure.AssumeDone, plan.Assumed)
		m.Failure = &failure
	}
	return m
}

// markCopies finds letters that were sent twice, as happens where a reply is lost: the
// first of them reopens the event, and the others run nothing.
func markCopies(plans []Plan) {
	type arrival struct {
		key      string
		received time.Time
		fence    int64
	}
	seen := map[arrival]bool{}
	for i, plan := range plans {
		if plan.Fate != FateRun {
			continue
		}
		a := arrival{key: plan.Letter.Key(), received: plan.Letter.Received}
		if f := plan.Letter.Failure; f != nil {
			a.fence = f.Fence
		}
		if seen[a] {
			plans[i] = Plan{Letter: plan.Letter, Record: plan.Record, Fate: FateDuplicate, Assumed: plan.Assumed, Copy: true}
		}
		seen[a] = true
	}
}

func (plan Plan) refuse(why error) Plan {
	plan.Fate, plan.Why = FateRefused, why
	plan.Run, plan.Unsure, plan.Stuck = nil, nil, nil
	return plan
}

func (plan Plan) conflict() error {
	if plan.Record == nil || plan.Record.Hash == "" {
		return ErrConflict
	}
	return fmt.Errorf("%w: its sha256 is %s, that of the record %s", ErrConflict, shortHash(plan.Letter.hash()), shortHash(plan.Record.Hash))
}

// shortHash is as much of a hash as tells it from another.
func shortHash(hash string) string { return hash[:min(len(hash), 12)] }

// claimed says what process would do with the claim.
func (plan *Plan) claimed(c ledger.Claim, handlers []handler) {
	plan.Fate = FateRun
	if c.Reason != "" || len(handlers) > 0 && c.Attempts > process.MaxAttempts {
		plan.Fate = FateDead
	}
	for _, h := range handlers {
		switch {
		case slices.Contains(c.Done, h.name):
			plan.Done = append(plan.Done, h.name)
		case plan.Fate == FateDead:
		case h.once && slices.Contains(c.Started, h.name): // it is not repeated, and the event given up
			plan.Stuck = append(plan.Stuck, h.name)
		default:
			plan.Run = append(plan.Run, h.name)
			if h.unsure {
				plan.Unsure = append(plan.Unsure, h.name)
			}
		}
	}
}
