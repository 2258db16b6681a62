package events

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	sources "webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Why an event is not replayed.
var (
	ErrNoRecord = errors.New("the ledger has no record of it: compare source and id with hookctl events list; records expire, and then the provider has to send the event again")
	ErrNotEnded = errors.New("it has not ended, so it continues on its own")
	ErrExpiring = errors.New("its record may expire while the replay waits in the queue, and without the record every handler would run: have the provider send it again")
	ErrProvider = errors.New("its provider is not known")
	ErrHandler  = errors.New("no such handler")
	ErrBody     = errors.New("its body cannot be used")
	ErrChanged  = errors.New("it was handled again in the meantime: look at it with hookctl events show, and replay it if that is still wanted")
)

// A Plan is what a replay of one event would do, as far as can be seen from here.
type Plan struct {
	Entry
	Provider webhook.Provider
	Runs     []Run
}

// A Run is what would happen to one handler.
type Run struct {
	Handler string
	// Warning is what an operator has to know before it runs, or why it does not run. It may
	// be empty.
	Warning     string
	NotRepeated bool // it does not run, and the event fails again
	RunIfSet    bool // it runs if the function has the settings that it needs
}

// The warnings.
const (
	warnAgain        = "AT MOST ONCE, and it began before: it acts again"
	warnNotRepeated  = "does NOT run: it began before and may have acted, so the event fails again; to run it again, name it too"
	warnUnnamed      = "was not named, but has not finished for this event, so it runs too"
	warnStale        = "is skipped if it has finished a newer event of the same entity"
	warnMoves        = "moved its state when it ran before, and moves it once more"
	warnUnregistered = "has run before and is not registered here: it runs if the function has it"
	warnUnregMoves   = "moved a state when it ran before, and is not registered here: it moves it once more if the function has it"
	warnUnregOnce    = "AT MOST ONCE, and not registered here: it runs again if the function has it"
)

// Plan returns what a replay of e would do, or why it is refused, as one of the errors
// above.
func (r *Replay) Plan(e Entry) (Plan, error) {
	now := r.Now()
	p := Plan{Entry: e}
	switch {
	case e.State == "":
		return p, ErrNoRecord
	case !e.Ended():
		return p, fmt.Errorf("%w: %s", ErrNotEnded, e.Next(now, r.formatTime))
	case !e.Expires.After(now.Add(process.DefaultTiming.QueueRetention)): // the message may wait that long
		return p, ErrExpiring
	}
	var err error
	if p.Provider, err = ProviderOf(e.Source(), cmp.Or(r.Provider, r.Providers[e.Source()])); err != nil {
		return p, err
	}
	p.Runs, err = r.runs(e, p.Provider.Name())
	return p, err
}

// ProviderOf returns the provider with that name or, if it is empty, with the source's name.
// It returns [ErrProvider].
func ProviderOf(source, name string) (webhook.Provider, error) {
	var known []string
	for _, p := range sources.Providers() {
		if p.Name() == cmp.Or(name, source) {
			return p, nil
		}
		known = append(known, p.Name())
	}
	return nil, fmt.Errorf("%w: source %s is not named after one; give it to hookctl events as --provider, one of %s", ErrProvider, source, strings.Join(known, ", "))
}

// runs returns what would happen to each handler: what [ledger.Judge] and the worker do.
func (r *Replay) runs(e Entry, provider string) ([]Run, error) {
	var runs []Run
	var names []string
	for _, h := range r.Handlers.All.For(provider, e.Type) {
		names = append(names, h.Name)
		cleared := len(r.Only) == 0 || slices.Contains(r.Only, h.Name)
		began := slices.Contains(e.Started, h.Name)
		switch {
		case slices.Contains(r.AssumeDone, h.Name):
		case !cleared && slices.Contains(e.Done, h.Name):
		case !cleared && began && h.Has(hook.AtMostOnce):
			runs = append(runs, Run{Handler: h.Name, Warning: warnNotRepeated, NotRepeated: true})
		default:
			runs = append(runs, Run{
				Handler: h.Name, RunIfSet: !r.Handlers.IsCertain(provider, e.Type, h.Name),
				Warning: warning(h, cleared, began || slices.Contains(e.Done, h.Name)),
			})
		}
	}
	for _, name := range ledger.Union(e.Done, e.Started) {
		cleared := len(r.Only) == 0 || slices.Contains(r.Only, name)
		if !cleared || slices.Contains(names, name) || slices.Contains(r.AssumeDone, name) {
			continue
		}
		run := Run{Handler: name, Warning: warnUnregistered}
		switch {
		case slices.Contains(e.Started, name):
			run.Warning = warnUnregOnce
		case e.Results[name] != nil:
			run.Warning = warnUnregMoves
		}
		runs = append(runs, run)
	}
	for _, name := range r.Only {
		if !slices.ContainsFunc(runs, func(run Run) bool { return run.Handler == name }) {
			return nil, fmt.Errorf("%w: %s has not handled it and is not registered here for %s (%s)",
				ErrHandler, name, e.Type, listed(names))
		}
	}
	return runs, nil
}

func warning(h hook.Handler, named, before bool) string {
	switch {
	case !named:
		return warnUnnamed
	case before && h.Has(hook.AtMostOnce):
		return warnAgain
	case before && h.MovesState():
		return warnMoves
	case h.Has(hook.SkipStale):
		return warnStale
	}
	return ""
}

// Mark returns the handler's name, marked if a deployed function may lack it.
func (run Run) Mark() string { return operate.Mark(run.Handler, !run.RunIfSet) }

// Text lists the handlers that would run.
func (p Plan) Text() string {
	var names []string
	for _, run := range p.Runs {
		if !run.NotRepeated {
			names = append(names, run.Mark())
		}
	}
	return listed(names)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "no handler that is registered here"
	}
	return strings.Join(names, ", ")
}
