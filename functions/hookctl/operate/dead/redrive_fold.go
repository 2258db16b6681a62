package dead

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"webhookintake/shared/queue"
)

// folds are the letters of a redrive that are deleted once another letter of their event is
// in the queue, and not before: until then each of them can still bring the event back.
type folds struct {
	lead map[string]Letter // by message id: the letter that is sent
	sent map[string]bool   // by the lead's message id
	open map[string]bool   // by message id: not yet deleted, and its lead may still be sent
	held []Letter          // received and kept invisible until the lead is sent; without bodies
}

func newFolds() folds {
	return folds{lead: map[string]Letter{}, sent: map[string]bool{}, open: map[string]bool{}}
}

// add notes a letter that is to be sent, with those that it stands for.
func (f *folds) add(lead Letter) {
	for _, id := range lead.Folded {
		f.lead[id], f.open[id] = lead, true
	}
}

// see notes a letter that was received.
func (f *folds) see(l Letter) {
	if f.open[l.Wire.MessageID] {
		f.held = append(f.held, l.withoutBody())
	}
}

// settle notes the outcome of a lead. If it was not sent, its event's other letters stay.
func (f *folds) settle(r Result) {
	f.sent[r.Letter.Wire.MessageID] = r.Sent
	for _, id := range r.Letter.Folded {
		if !r.Sent {
			delete(f.open, id)
		}
	}
}

// done reports whether no letter is left to be deleted.
func (f *folds) done() bool { return len(f.open) == 0 }

// drop deletes the letters whose lead is in the queue, and reports each.
func (f *folds) drop(ctx context.Context, p *pass, report func(Result)) {
	var ready, waiting []Letter
	for _, l := range f.held {
		switch id := l.Wire.MessageID; {
		case f.sent[f.lead[id].Wire.MessageID]:
			ready = append(ready, l)
		case f.open[id]:
			waiting = append(waiting, l)
		}
	}
	f.held = waiting
	for group := range slices.Chunk(ready, queue.MaxBatch) {
		for i, err := range p.remove(ctx, group) {
			delete(f.open, group[i].Wire.MessageID)
			result := Result{Plan: Plan{Letter: group[i], Fate: FateDuplicate}, Dropped: err == nil}
			if err != nil {
				result.Fail = fmt.Errorf("%w: %w", ErrNotDropped, err)
			}
			report(result)
		}
	}
}

// undropped reports the letters that were not received again, although their lead was sent.
func (f *folds) undropped(report func(Result)) {
	for _, id := range slices.Sorted(maps.Keys(f.open)) {
		l := f.lead[id]
		if !f.sent[l.Wire.MessageID] {
			continue
		}
		l.Wire.MessageID, l.Folded = id, nil
		report(Result{Plan: Plan{Letter: l, Fate: FateDuplicate}, Fail: fmt.Errorf("%w: %w", ErrNotDropped, ErrNotSeen)})
	}
}
