package dead

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A foldKey is equal for letters of one event that can stand for each other: redriving one
// of them makes the others needless. The zero foldKey folds with no other.
type foldKey struct {
	event string // the dedup key
	body  string // its hash: another body may be another event, or a conflict
	words string // what the letter says beyond that its event failed
}

// foldKey needs the letter's body.
func (l Letter) foldKey() foldKey {
	if l.Unreadable != nil {
		return foldKey{}
	}
	k := foldKey{event: l.Key(), body: l.Hash()}
	if l.Failure == nil {
		return k
	}
	// A conflict and an operator's command fold with their own copies only.
	said := queue.Failure{Handlers: l.Failure.Handlers, AssumeDone: l.Failure.AssumeDone}
	if !l.failed() {
		said.Reason, said.Fence = l.Failure.Reason, l.Failure.Fence
	}
	if said.Reason != "" || len(said.Handlers)+len(said.AssumeDone) > 0 {
		words, _ := json.Marshal(said) // text and numbers only
		k.words = string(words)
	}
	return k
}

// failed reports whether the letter says that its event failed, and nothing else.
func (l Letter) failed() bool {
	switch l.Reason() {
	case queue.ReasonPermanent, queue.ReasonAttempts, queue.ReasonPayload, queue.ReasonOutcomeUnknown,
		queue.ReasonExpired, queue.ReasonReceiveLimit:
		return true
	}
	return false
}

// fold returns one letter of each event, oldest first, with the ids of the event's other
// letters in Folded. An event has several if a process ended after it had sent the letter
// and before the ledger said so. Fence returns that of an event's record, or 0: the letter
// that has it is the only one that reopens the event.
func fold(letters []Letter, fence func(event string) int64) []Letter {
	letters = slices.SortedFunc(slices.Values(letters), func(a, b Letter) int { return a.Received.Compare(b.Received) })
	events := map[foldKey][][]Letter{}
	var leads []Letter
	for _, l := range letters {
		if l.fold == (foldKey{}) {
			leads = append(leads, l)
			continue
		}
		groups := events[l.fold]
		// After the window, the same id is another event.
		if n := len(groups); n > 0 && !l.Received.After(windowEnd(groups[n-1][0])) {
			groups[n-1] = append(groups[n-1], l)
			continue
		}
		events[l.fold] = append(groups, []Letter{l})
	}
	for key, groups := range events {
		for _, group := range groups {
			leads = append(leads, lead(group, fence(key.event)))
		}
	}
	slices.SortFunc(leads, byAge)
	return leads
}

func windowEnd(l Letter) time.Time { return process.RequestFor(l.Message, true).DedupUntil }

// lead returns the letter of a group that is shown and redriven: the one with the record's
// fence, or else the one with the most information.
func lead(group []Letter, fence int64) Letter {
	named := func(l Letter) int {
		switch {
		case l.Failure == nil:
			return 0
		case fence > 0 && l.Failure.Fence == fence:
			return 2
		}
		return 1
	}
	best := slices.MaxFunc(group, func(a, b Letter) int {
		return cmp.Or(cmp.Compare(named(a), named(b)), cmp.Compare(a.Fence(), b.Fence()), byAge(a, b))
	})
	best.Folded = nil
	for _, l := range group {
		if l.Wire.MessageID != best.Wire.MessageID {
			best.Folded = append(best.Folded, l.Wire.MessageID)
		}
	}
	return best
}
