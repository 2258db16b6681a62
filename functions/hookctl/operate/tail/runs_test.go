package tail_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/tail"
)

// The runs of one event are read, and nothing of others, of another time, and of lines that
// are about no run.
func TestRuns(t *testing.T) {
	t.Parallel()
	long := "sha256:" + strings.Repeat("0a", 32)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	client := newLogs(t, map[string][]logged{"process": {
		{at(-1), `{"id":"evt_1","source":"kyc","outcome":"handled","handlers":"a","ms":9}`}, // before the time
		{at(3), `{"id":"evt_1","source":"kyc","type":"t","outcome":"handled","handlers":"a, b","ms":12.5,"attempts":2}`},
		{at(1), `{"outcome":"retried","source":"kyc","type":"t","id":"evt_1","attempt":1,"b":{"end":"failed","took_ms":0.1,"error":"*bank.Error"},"a":{"end":"done","took_ms":0.2}}`},
		{at(2), `{"id":"evt_1","source":"kyc","outcome":"in_progress"}`},
		{at(2), `{"id":"evt_1","source":"shop","outcome":"handled","handlers":"a","ms":9}`},
		{at(2), `{"id":"evt_12","source":"kyc","outcome":"handled","handlers":"a","ms":9}`},
		{at(4), `{"id":"evt_1","source":"kyc","outcome":"duplicate"}`},
		{at(5), `{"id":"sha256:0a0a0a…","source":"kyc","outcome":"handled","handlers":3,"ms":7}`},
		{at(6), `{"id":"a\"*b","source":"kyc","outcome":"handled","handlers":"a","ms":1}`},
		{at(11), `{"id":"evt_1","source":"kyc","outcome":"handled","handlers":"a","ms":9}`}, // after it
	}})
	for id, want := range map[string][]operate.Run{
		"evt_1": {
			{At: at(1), Run: 1, Outcome: "retried", Took: 0.3, Handlers: []operate.HandlerRun{{Name: "a", End: "done", Took: 0.2}, {Name: "b", End: "failed", Took: 0.1, Error: "*bank.Error"}}},
			{At: at(3), Run: 2, Outcome: "handled", Took: 12.5, Handlers: []operate.HandlerRun{{Name: "a", End: "done"}, {Name: "b", End: "done"}}},
		},
		long:    {{At: at(5), Run: 1, Outcome: "handled", Took: 7, Handled: 3}},
		`a"*b`:  {{At: at(6), Run: 1, Outcome: "handled", Took: 1, Handlers: []operate.HandlerRun{{Name: "a", End: "done"}}}},
		"other": nil,
	} {
		got, err := tail.Runs(t.Context(), client, "process", "kyc", id, noon, at(10))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", id, diff)
		}
	}
}
