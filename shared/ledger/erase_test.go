package ledger_test

import (
	"encoding/json"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

// What an event said is gone from its record, and what makes a duplicate one stays.
func TestErase(t *testing.T) {
	t.Parallel()
	said := func(r *ledger.Record) {
		r.Tries = []ledger.Try{{At: opened, Attempt: 1, Outcome: "failed", Handler: "h", Error: "no such number: +15005550001"}}
		r.Results = ledger.Results{"h": json.RawMessage(`"+15005550001"`)}
		r.Hash, r.Done, r.Started = "hash", []string{"h"}, []string{"s"}
	}
	failed := func(r *ledger.Record) { r.Since, r.Kind, r.Finished = opened, "h: *bank.Error", opened }
	for _, tt := range []struct {
		name   string
		found  *ledger.Record
		reason string
		same   bool
	}{
		{name: "completed", found: record(ledger.StateCompleted, said)},
		{name: "unhandled", found: record(ledger.StateCompleted, said, reason(ledger.ReasonUnhandled)), reason: ledger.ReasonUnhandled},
		{name: "failed", found: record(ledger.StateFailed, said, failed, reason("permanent")), reason: ledger.ReasonDropped},
		{name: "cancelled", found: record(ledger.StateFailed, said, reason(ledger.ReasonCancelled)), reason: ledger.ReasonCancelled},
		{name: "completed without content", found: record(ledger.StateCompleted, func(r *ledger.Record) { r.Tries = nil }), same: true},
		{name: "released", found: record(ledger.StateReleased, said), same: true},
		{name: "claimed", found: record(ledger.StateClaimed, said), same: true},
		{name: "claimed, and its lease passed", found: record(ledger.StateClaimed, said, func(r *ledger.Record) { r.Lease = now.Add(-time.Hour) }), same: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := *tt.found
			if !tt.same {
				want.Tries, want.Results, want.Reason = nil, nil, tt.reason
				want.Since, want.Kind = time.Time{}, ""
			}
			changesOnce(t, ledger.Erase, *tt.found, want, tt.same, true)
		})
	}
}
