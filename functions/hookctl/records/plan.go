package records

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Why an event is not replayed.
var (
	ErrNoRecord = errors.New("the ledger has no record of it: compare source and id with those of hookctl events list; what came long ago is forgotten, and has to be sent again by its provider")
	ErrNotEnded = errors.New("it has not ended, so it goes on by itself")
	ErrExpiring = errors.New("its record may expire while the replay waits in the queue, and without it every handler would run: let the provider send it again")
	ErrProvider = errors.New("which provider's it is, is not known")
	ErrHandler  = errors.New("no such handler")
	ErrBody     = errors.New("its body")
	ErrChanged  = errors.New("it was handled again meanwhile: look at it with hookctl events show, and replay it if that is still wanted")
)

// A Plan is what a replay of one event does, as far as it can be told from here.
type Plan struct {
	Entry
	Provider webhook.Provider
	Runs     []Run
}

// A Run is what becomes of one handler.
type Run struct {
	Handler string
	// Warning is what an operator has to know before it runs, or why it does not;
	// empty where there is nothing to say.
	Warning string
	Stuck   bool // it does not run, and the event fails again
	Unsure  bool // it runs if the function has the settings that it needs
}

// What the handlers' authors have to be asked about.
const (
	warnAgain        = "AT MOST ONCE, and it began before: what it did, it does again"
	warnStuck        = "does NOT run: it began once, and whether it acted is not known, so the event fails again; name it, too, if it is to run again"
	warnUnnamed      = "was not named, but has not finished for it, and runs too"
	warnStale        = "is skipped where it has finished a newer event of the same entity"
	warnMoves        = "moved its state when it ran before, and moves it once more"
	warnUnregistered = "has run before and is not registered here: it runs if the function has it"
	warnUnregMoves   = "moved a state when it ran before, and is not registered here: it moves it once more if the function has it"
	warnUnregOnce    = "AT MOST ONCE, and not registered here: it runs again if the function has it"
)

// Plan says what a replay of e does, or by one of the errors above why there is none.
func (r *Replay) Plan(e Entry) (Plan, error) {
	now := r.Now()
	p := Plan{Entry: e}
	switch {
	case e.State == "":
		return p, ErrNoRecord
	case !e.Ended():
		return p, fmt.Errorf("%w: %s", ErrNotEnded, e.meaning(now))
	case !e.Expires.After(now.Add(process.DefaultTiming.QueueRetention)): // whenever the message's turn comes
		return p, ErrExpiring
	}
	var err error
	if p.Provider, err = r.provider(e.Source()); err != nil {
		return p, err
	}
	p.Runs, err = r.runs(e, p.Provider.Name())
	return p, err
}

// provider is the one that was named, or whose name the source has.
func (r *Replay) provider(name string) (webhook.Provider, error) {
	var known []string
	for _, p := range source.Providers() {
		if p.Name() == r.Provider || r.Provider == "" && p.Name() == name {
			return p, nil
		}
		known = append(known, p.Name())
	}
	return nil, fmt.Errorf("%w: give --provider with that of source %s: %s", ErrProvider, name, strings.Join(known, ", "))
}

// runs says what becomes of each handler: what [ledger.Judge] and the worker do.
func (r *Replay) runs(e Entry, provider string) ([]Run, error) {
	var runs []Run
	var names []string
	for _, h := range r.Registry.For(provider, e.Type) {
		names = append(names, h.Name)
		cleared := len(r.Handlers) == 0 || slices.Contains(r.Handlers, h.Name)
		began := slices.Contains(e.Started, h.Name)
		switch {
		case !cleared && slices.Contains(e.Done, h.Name):
		case !cleared && began && h.Has(hook.AtMostOnce):
			runs = append(runs, Run{Handler: h.Name, Warning: warnStuck, Stuck: true})
		default:
			runs = append(runs, Run{
				Handler: h.Name, Unsure: r.unsure(provider, e.Type, h.Name),
				Warning: warning(h, cleared, began || slices.Contains(e.Done, h.Name)),
			})
		}
	}
	for _, name := range ledger.Union(e.Done, e.Started) {
		cleared := len(r.Handlers) == 0 || slices.Contains(r.Handlers, name)
		if !cleared || slices.Contains(names, name) {
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
	for _, name := range r.Handlers {
		if !slices.ContainsFunc(runs, func(run Run) bool { return run.Handler == name }) {
			return nil, fmt.Errorf("%w: %s has never run for it and is not registered here for %s (%s)",
				ErrHandler, name, e.Type, listed(names))
		}
	}
	return runs, nil
}

// unsure reports whether a handler that is registered with every setting there may not
// be with those that are known.
func (r *Replay) unsure(provider, typ, name string) bool {
	return r.Sure != nil && !slices.ContainsFunc(r.Sure.For(provider, typ), func(h hook.Handler) bool { return h.Name == name })
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

// mark is the handler's name, with a sign behind it where the function may not have it.
func (run Run) mark() string {
	if run.Unsure {
		return run.Handler + screen.UnsureMark
	}
	return run.Handler
}

// names are those of the handlers that run.
func (p Plan) names() string {
	var names []string
	for _, run := range p.Runs {
		if !run.Stuck {
			names = append(names, run.mark())
		}
	}
	return listed(names)
}

func listed(names []string) string {
	if len(names) == 0 {
		return "no handler that is known here"
	}
	return strings.Join(names, ", ")
}
