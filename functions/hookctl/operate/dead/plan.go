package dead

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// Why a letter is not sent back.
var (
	ErrConflict = errors.New("another body arrived with the same event id")
	// ErrUnreadable says that no program can make an event of the letter.
	ErrUnreadable = errors.New("it is not a message of the intake, and sending it back does not change that")
	// ErrOutcomeUnknown says that an operator has to decide whether a handler acted.
	ErrOutcomeUnknown = errors.New("may have acted, and runs at most once")
	// ErrNoFailure says that a letter cannot carry which handlers to take as done.
	ErrNoFailure = errors.New("the letter has no failure attribute to carry it")
)

// A Fate is what happens to a letter that is sent back.
type Fate string

// The fates.
const (
	FateRun       Fate = "run"       // handlers run, or all are done already
	FateDuplicate Fate = "duplicate" // dropped: the event has ended since
	FateWait      Fate = "wait"      // the event is being handled, or waits for its next try
	FateDead      Fate = "dead"      // it comes back here without a run
	FateRefused   Fate = "refused"   // it is not sent back
)

// A Plan is what redriving one letter would do.
type Plan struct {
	Letter Letter
	Record *ledger.Record // nil if the ledger has none
	Fate   Fate
	Why    error // for FateRefused: one of the errors above, with details

	Run         []string  // handlers that would run
	RunIfSet    []string  // those of Run that are registered only if their settings are present
	Done        []string  // handlers that would not run: they are done, or taken as done
	Assumed     []string  // handlers that the operator takes as done, of those that the event has
	MayActTwice []string  // at-most-once handlers that may have acted, and would run again
	NotRepeated []string  // the same, but not run: the event would come back as outcome_unknown
	Until       time.Time // for FateWait
	Err         error     // the record could not be read
}

// A Planner makes plans. Handlers and Now are needed.
type Planner struct {
	Handlers   operate.Handlers
	AssumeDone []string // the operator's confirmation: take these handlers as done
	RunAgain   bool     // the operator's confirmation: run again what may have acted
	Now        func() time.Time
}

// plan reads the letters' records concurrently and plans each.
func (d Client) plan(ctx context.Context, letters []Letter) []Plan {
	plans := make([]Plan, len(letters))
	var reading sync.WaitGroup
	for i, l := range letters {
		reading.Go(func() { plans[i] = d.planOne(ctx, l) })
	}
	reading.Wait()
	return plans
}

func (d Client) planOne(ctx context.Context, l Letter) Plan {
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

// Plan returns what redriving l would do. Found is the ledger's record of its event, nil
// if there is none. It asks the ledger's own judge.
func (p Planner) Plan(l Letter, found *ledger.Record) Plan {
	plan := Plan{Letter: l, Record: found}
	handlers := p.handlers(l)
	assumed := p.assumed(handlers, found)
	plan.Assumed = assumed
	switch {
	case l.Reason() == queue.ReasonUnreadable:
		return plan.refuse(ErrUnreadable)
	case l.Reason() == queue.ReasonConflict:
		return plan.refuse(plan.conflict())
	case l.Failure == nil && len(assumed) > 0:
		return plan.refuse(fmt.Errorf("%w: leave out --assume-done %s, or handle the event by hand", ErrNoFailure, strings.Join(assumed, ", ")))
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
	if why := plan.needsConfirmation(answer.Claim, handlers, len(assumed) > 0); why != nil && !p.RunAgain {
		return plan.refuse(why)
	}
	return plan
}

// A handler is one of an event's handlers.
type handler struct {
	name      string
	once      bool     // runs at most once
	uncertain bool     // is registered only if its settings are present
	after     []string // handlers that have to be done before it runs
	attempts  int      // of the event, before a failure of this handler ends it
}

func (p Planner) handlers(l Letter) []handler {
	var all []handler
	for _, one := range p.Handlers.All.For(l.Provider, l.Type) {
		all = append(all, handler{
			name: one.Name, once: one.Has(hook.AtMostOnce), uncertain: !p.Handlers.IsCertain(l.Provider, l.Type, one.Name),
			after: one.After, attempts: process.AttemptsOf([]hook.Handler{one}),
		})
	}
	return all
}

// attempts returns the last attempt of an event with these handlers.
func attempts(handlers []handler) int {
	most := 0
	for _, h := range handlers {
		most = max(most, h.attempts)
	}
	return most
}

// waits reports whether h comes after a handler that is in none of the lists.
func (h handler) waits(done ...[]string) bool {
	return slices.ContainsFunc(h.after, func(name string) bool { return !slices.Contains(slices.Concat(done...), name) })
}

// assumed returns the handlers of AssumeDone that the event has.
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

// Unmatched returns the names in AssumeDone that no planned event has. They are probably
// misspelt.
func (p Planner) Unmatched(plans []Plan) []string {
	return slices.DeleteFunc(slices.Clone(p.AssumeDone), func(name string) bool {
		return slices.ContainsFunc(plans, func(plan Plan) bool { return slices.Contains(plan.Assumed, name) })
	})
}

// message returns the message to send: the letter's, with the operator's confirmation in
// its failure attribute. A letter without a fence names no run of its event, so it goes back
// as an ordinary message. A plan does not keep it, as that would keep every body.
func (plan Plan) message() queue.Message {
	m := plan.Letter.Message
	if m.Failure == nil {
		return m
	}
	failure := *m.Failure
	failure.AssumeDone = ledger.Union(failure.AssumeDone, plan.Assumed)
	m.Failure = &failure
	if failure.Fence == 0 && plan.Letter.failed() && len(failure.AssumeDone) == 0 {
		m.Failure = nil
	}
	return m
}

func (plan Plan) refuse(why error) Plan {
	plan.Fate, plan.Why = FateRefused, why
	plan.Run, plan.RunIfSet, plan.NotRepeated = nil, nil, nil
	return plan
}

func (plan Plan) conflict() error {
	if plan.Record == nil || plan.Record.Hash == "" {
		return ErrConflict
	}
	letter := process.RequestFor(plan.Letter.Message, true).Hash
	return fmt.Errorf("%w: its hash is %s, the record's is %s", ErrConflict, shortHash(letter), shortHash(plan.Record.Hash))
}

// shortHash returns enough of a digest's hash to compare it by eye.
func shortHash(digest string) string {
	hash := digest[strings.IndexByte(digest, ':')+1:]
	return hash[:min(len(hash), 12)]
}

// claimed fills in what process would do with the claim.
func (plan *Plan) claimed(c ledger.Claim, handlers []handler) {
	plan.Fate = FateRun
	if c.Reason != "" || len(handlers) > 0 && c.Attempts > attempts(handlers) {
		plan.Fate = FateDead
	}
	for _, h := range handlers {
		switch {
		case slices.Contains(c.Done, h.name):
			plan.Done = append(plan.Done, h.name)
		case plan.Fate == FateDead:
		case h.once && slices.Contains(c.Started, h.name): // it is not repeated, and the event is given up
			plan.NotRepeated = append(plan.NotRepeated, h.name)
		case h.waits(plan.Done, plan.Run): // for a handler that is not repeated
		default:
			plan.Run = append(plan.Run, h.name)
			if h.uncertain {
				plan.RunIfSet = append(plan.RunIfSet, h.name)
			}
		}
	}
}
