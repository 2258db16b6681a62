package ledger_test

import (
	"errors"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

// holder is the claim that holds record(ledger.StateClaimed).
func holder(edits ...func(*ledger.Claim)) ledger.Claim {
	c := ledger.Claim{Key: "a#1", Owner: "old", Fence: 7, DedupUntil: closes, Attempts: 2, Runs: 4, Done: []string{"a", "b"}, Started: []string{"s"}}
	for _, edit := range edits {
		edit(&c)
	}
	return c
}

func TestJudgeHeld(t *testing.T) {
	t.Parallel()
	with := func(done, started []string) *ledger.Record {
		return record(ledger.StateClaimed, func(r *ledger.Record) { r.Done, r.Started = done, started })
	}
	end := func(s ledger.State) ledger.End {
		return ledger.End{Claim: holder(), At: now, State: s, Ran: true, Counted: true, Reason: "r", NotBefore: now.Add(time.Second),
			Done: []string{"c"}, Started: []string{"t"}}
	}
	ended := func(s ledger.State, edits ...func(*ledger.Record)) *ledger.Record {
		return record(s, append([]func(*ledger.Record){func(r *ledger.Record) {
			r.Done, r.Started, r.Reason = []string{"a", "b", "c"}, []string{"t"}, "r"
			if s == ledger.StateReleased {
				r.NotBefore = now.Add(time.Second)
			}
			if s != ledger.StateCompleted {
				r.Since, r.Kind = now, "r"
			}
		}}, edits...)...)
	}
	type judge func(found *ledger.Record) (*ledger.Record, error)
	start := func(handler string) judge {
		return func(found *ledger.Record) (*ledger.Record, error) {
			return ledger.JudgeStart(found, holder(), handler)
		}
	}
	commit := func(handler string) judge {
		return func(found *ledger.Record) (*ledger.Record, error) {
			return ledger.JudgeCommit(found, holder(), handler, ledger.Tx{})
		}
	}
	ending := func(e ledger.End) judge {
		return func(found *ledger.Record) (*ledger.Record, error) { return ledger.JudgeEnd(found, e, testKeep) }
	}
	anotherFence := record(ledger.StateClaimed, func(r *ledger.Record) { r.Fence = 8 })
	anotherOwner := record(ledger.StateClaimed, func(r *ledger.Record) { r.Owner = "new" })
	ran := func(e ledger.End, ran, counted bool) ledger.End {
		e.Ran, e.Counted = ran, counted
		return e
	}
	counts := func(attempts, runs int) func(*ledger.Record) {
		return func(r *ledger.Record) { r.Attempts, r.Runs = attempts, runs }
	}
	anotherTry := ledger.Try{At: now, Attempt: 4, Outcome: "permanent", Handler: "d", Error: "no such account"}
	tried := func(s ledger.State) ledger.End {
		e := end(s)
		e.Tries = []ledger.Try{anotherTry}
		return e
	}
	tries := func(ts ...ledger.Try) func(*ledger.Record) { return func(r *ledger.Record) { r.Tries = ts } }
	for _, tt := range []struct {
		name  string
		found *ledger.Record
		judge judge
		next  *ledger.Record
		want  error
	}{
		{"start", record(ledger.StateClaimed), start("z"), with([]string{"a", "b"}, []string{"s", "z"}), nil},
		{"start again", record(ledger.StateClaimed), start("s"), nil, nil},
		{"start, no record", nil, start("s"), nil, ledger.ErrFenced},
		{"start, another fence", anotherFence, start("s"), nil, ledger.ErrFenced},
		{"start, another owner", anotherOwner, start("s"), nil, ledger.ErrFenced},
		{"start, ended", record(ledger.StateCompleted), start("s"), nil, ledger.ErrFenced},
		{"commit", record(ledger.StateClaimed), commit("z"), with([]string{"a", "b", "z"}, []string{"s"}), nil},
		{"commit again", record(ledger.StateClaimed), commit("b"), nil, nil},
		{"commit again, ended", record(ledger.StateReleased), commit("b"), nil, nil},
		{"commit, no record", nil, commit("b"), nil, ledger.ErrFenced},
		{"commit, another fence", anotherFence, commit("b"), nil, ledger.ErrFenced},
		{"commit, another owner", anotherOwner, commit("b"), nil, ledger.ErrFenced},
		{"commit, ended", record(ledger.StateFailed), commit("z"), nil, ledger.ErrFenced},
		{"end completed", record(ledger.StateClaimed), ending(end(ledger.StateCompleted)), ended(ledger.StateCompleted), nil},
		{"end failed", record(ledger.StateClaimed), ending(end(ledger.StateFailed)), ended(ledger.StateFailed), nil},
		{"end released", record(ledger.StateClaimed), ending(end(ledger.StateReleased)), ended(ledger.StateReleased), nil},
		{"end released unrun", record(ledger.StateClaimed), ending(ran(end(ledger.StateReleased), false, true)),
			ended(ledger.StateReleased, counts(1, 3)), nil},
		{"end released uncounted", record(ledger.StateClaimed), ending(ran(end(ledger.StateReleased), true, false)),
			ended(ledger.StateReleased, counts(1, 4)), nil},
		{"end failed unrun", record(ledger.StateClaimed), ending(ran(end(ledger.StateFailed), false, false)),
			ended(ledger.StateFailed, counts(1, 3)), nil},
		{"end failed, whatever counts", record(ledger.StateClaimed), ending(ran(end(ledger.StateFailed), true, false)),
			ended(ledger.StateFailed), nil},
		{"end completed unrun", record(ledger.StateClaimed), ending(ran(end(ledger.StateCompleted), false, false)),
			ended(ledger.StateCompleted, counts(1, 3)), nil},
		{"end unrun with nothing to give back", record(ledger.StateClaimed, counts(0, 0)), ending(ran(end(ledger.StateReleased), false, false)),
			ended(ledger.StateReleased, counts(0, 0)), nil},
		{"end released with tries", record(ledger.StateClaimed), ending(tried(ledger.StateReleased)),
			ended(ledger.StateReleased, tries(anotherTry)), nil},
		{"end failed with tries", record(ledger.StateClaimed), ending(tried(ledger.StateFailed)),
			ended(ledger.StateFailed, tries(anotherTry)), nil},
		{"end completed with tries", record(ledger.StateClaimed), ending(tried(ledger.StateCompleted)),
			ended(ledger.StateCompleted), nil},
		{"end again", ended(ledger.StateFailed), ending(end(ledger.StateFailed)), nil, nil},
		{"end another way", ended(ledger.StateFailed), ending(end(ledger.StateCompleted)), nil, ledger.ErrFenced},
		{"end, no record", nil, ending(end(ledger.StateCompleted)), nil, ledger.ErrFenced},
		{"end, another fence", anotherFence, ending(end(ledger.StateCompleted)), nil, ledger.ErrFenced},
		{"end, another owner", anotherOwner, ending(end(ledger.StateCompleted)), nil, ledger.ErrFenced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			next, err := tt.judge(tt.found)
			if !errors.Is(err, tt.want) {
				t.Fatalf("error %v, want %v", err, tt.want)
			}
			compare(t, "record", next, tt.next)
		})
	}
}

// A state that does not end a claim is a mistake in the program, not a lost claim.
func TestJudgeEndRefusesOtherStates(t *testing.T) {
	t.Parallel()
	for _, s := range []ledger.State{"", ledger.StateClaimed, "DONE"} {
		next, err := ledger.JudgeEnd(record(ledger.StateClaimed), ledger.End{Claim: holder(), State: s}, testKeep)
		if err == nil || errors.Is(err, ledger.ErrFenced) || next != nil {
			t.Errorf("End as %q = %v, %v", s, next, err)
		}
	}
}
