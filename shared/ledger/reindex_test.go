package ledger_test

import (
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

func TestReindex(t *testing.T) {
	t.Parallel()
	marked := func(r *ledger.Record) { r.Since, r.Kind = opened, "h: *bank.Error" }
	held := func(r *ledger.Record) { r.Lease = now.Add(time.Second) }
	unrun := func(r *ledger.Record) { r.Runs, r.Attempts, r.Tries = 0, 0, nil }
	for _, tt := range []struct {
		name  string
		found *ledger.Record
		since time.Time
		kind  string
		same  bool
	}{
		{name: "failed", found: record(ledger.StateFailed), since: now, kind: "c: failed"},
		{name: "failed, without tries", found: record(ledger.StateFailed, untold), since: now, kind: "permanent"},
		{name: "failed, died", found: record(ledger.StateFailed, putBack), since: now, kind: ledger.OutcomeDied},
		{name: "failed, marked", found: record(ledger.StateFailed, marked), since: opened, kind: "h: *bank.Error", same: true},
		{name: "cancelled", found: record(ledger.StateFailed, reason(ledger.ReasonCancelled)), same: true},
		{name: "cancelled, marked", found: record(ledger.StateFailed, reason(ledger.ReasonCancelled), marked)},
		{name: "released", found: record(ledger.StateReleased), since: opened, kind: "c: failed"},
		{name: "released, without tries", found: record(ledger.StateReleased, untold), since: opened},
		{name: "released, never run", found: record(ledger.StateReleased, unrun), same: true},
		{name: "released for a letter, never run", found: record(ledger.StateReleased, unrun, reason("expired")), since: opened, kind: "expired"},
		{name: "lease passed", found: record(ledger.StateClaimed), since: now, kind: ledger.OutcomeDied},
		{name: "within the lease", found: record(ledger.StateClaimed, held), same: true},
		{name: "within the lease, marked", found: record(ledger.StateClaimed, held, marked), since: opened, kind: "h: *bank.Error", same: true},
		{name: "completed", found: record(ledger.StateCompleted), same: true},
		{name: "completed by a version before the index", found: record(ledger.StateCompleted, marked)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := *tt.found
			want.Since, want.Kind = tt.since, tt.kind
			changesOnce(t, ledger.Reindex, *tt.found, want, tt.same, false)
		})
	}
}

// changesOnce checks a change that an operator makes to a record: what it gives, and that a
// second one, or reindexing a closed record, changes nothing more.
func changesOnce(t *testing.T, change func(ledger.Record, time.Time) (ledger.Record, bool), found, want ledger.Record, same, closes bool) {
	t.Helper()
	got, changed := change(found, now)
	compare(t, "record", got, want)
	if changed == same {
		t.Errorf("changed is %v", changed)
	}
	if _, again := change(got, now); again {
		t.Error("a second time changes it again")
	}
	if next, opens := ledger.Reindex(got, now); closes && !same && (opens || next.IsOpen()) {
		t.Errorf("reindexing opens it again: %+v", next)
	}
}
