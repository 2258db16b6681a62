package ledger_test

import (
	"encoding/json"
	"testing"
	"time"

	"webhookintake/shared/ledger"
)

func result(text string) json.RawMessage { return json.RawMessage(`"` + text + `"`) }

// A claim keeps or clears the results on the record as it does done.
func TestJudgeResults(t *testing.T) {
	t.Parallel()
	ab := ledger.Results{"a": result("of a"), "b": result("of b")}
	for _, tt := range []struct {
		name string
		ask  ledger.Request
		from ledger.State
		want ledger.Results
	}{
		{"released", ask(), ledger.StateReleased, ab},
		{"lapsed", ask(), ledger.StateClaimed, ab},
		{"own claim", ask(owner("old")), ledger.StateClaimed, ab},
		{"letter", ask(letter(7)), ledger.StateFailed, ab},
		{"replay", ask(replay(7)), ledger.StateCompleted, nil},
		{"replay of one", ask(replay(7, "b")), ledger.StateCompleted, ledger.Results{"a": result("of a")}},
		{"replay of another", ask(replay(7, "c")), ledger.StateFailed, ab},
		{"past the window", ask(arrivedAt(closes.Add(time.Millisecond))), ledger.StateCompleted, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, next := ledger.Judge(record(tt.from, func(r *ledger.Record) { r.Results = ab }), tt.ask, testKeep)
			compare(t, "of the claim", answer.Claim.Results, tt.want)
			if next != nil {
				compare(t, "on the record", next.Results, tt.want)
			}
		})
	}
}

func TestJudgeCommitKeepsTheResult(t *testing.T) {
	t.Parallel()
	was := ledger.Results{"a": result("of a")}
	for _, tt := range []struct {
		name   string
		result json.RawMessage
		want   ledger.Results
	}{
		{"a result", result("of c"), ledger.Results{"a": result("of a"), "c": result("of c")}},
		{"none", nil, was},
	} {
		rec := record(ledger.StateClaimed, func(r *ledger.Record) { r.Results = was })
		next, err := ledger.JudgeCommit(rec, holder(), "c", ledger.Tx{Result: tt.result})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, tt.name, next.Results, tt.want)
		compare(t, "of the record that was judged", rec.Results, ledger.Results{"a": result("of a")})
	}
}

func TestStateVersions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		from int64
		want int64
	}{
		{"first", 0, now.UnixMilli()},
		{"next", 7, 8},
	} {
		change := ledger.StateChange{Version: tt.from, At: now, JSON: result("x")}
		compare(t, tt.name, change.Next(), tt.want)
		compare(t, tt.name, change.Value(), ledger.StateValue{Version: tt.want, JSON: result("x")})
	}
}
