package ledger_test

import (
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

// A dropped event is failed and not open, whatever it waited for, and reindexing does not
// open it again.
func TestDrop(t *testing.T) {
	t.Parallel()
	marked := func(r *ledger.Record) { r.Since, r.Kind = opened, "h: *bank.Error" }
	held := func(r *ledger.Record) { r.Lease = now.Add(time.Second) }
	ended := func(r *ledger.Record) { r.Finished = opened }
	for _, tt := range []struct {
		name     string
		found    *ledger.Record
		finished time.Time
		same     bool
	}{
		{name: "failed", found: record(ledger.StateFailed, marked, ended), finished: opened},
		{name: "failed before the index", found: record(ledger.StateFailed, ended), finished: opened},
		{name: "released", found: record(ledger.StateReleased, marked), finished: now},
		{name: "lease passed", found: record(ledger.StateClaimed), finished: now},
		{name: "within the lease", found: record(ledger.StateClaimed, held), same: true},
		{name: "completed", found: record(ledger.StateCompleted), same: true},
		{name: "cancelled", found: record(ledger.StateFailed, reason(ledger.ReasonCancelled)), same: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := *tt.found
			if !tt.same {
				want.State, want.Reason, want.Finished = ledger.StateFailed, ledger.ReasonDropped, tt.finished
				want.NotBefore, want.Since, want.Kind = time.Time{}, time.Time{}, ""
			}
			changesOnce(t, ledger.Drop, *tt.found, want, tt.same, true)
		})
	}
}
