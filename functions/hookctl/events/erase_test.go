package events

import (
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

func TestEraseUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, args, want string }{
		{"nothing named", "", "name events, or say with --contains or --field"},
		{"everything of a source", "--source kyc", "name events, or say with --contains or --field"},
		{"both ways", "kyc evt_1 --contains x", "not both"},
		{"named and a time", "kyc evt_1 --since 1h", "not both"},
		{"a state without its key", "--state conversation", "--state and --key go together"},
		{"a key without its state", "--key x", "--state and --key go together"},
		{"a state and events", "kyc evt_1 --state s --key x", "not both at once"},
		{"a state and a payload", "--state s --key x --contains y", "not both at once"},
		{"half a key", "kyc#", `"kyc#" is not SOURCE#ID`},
		{"no field", "--field x", "--field: it is not PATH=VALUE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := run(t, clitest.NewTable(t), "erase "+tt.args)
			if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %q", cli.ExitCode(err), err, tt.want)
			}
		})
	}
}

// TestEngineErase erases an event, a dead letter and a state on real engines.
func TestEngineErase(t *testing.T) {
	t.Parallel()
	e := newEventEngines(t)
	e.env["DLQ_URL"] = e.env["QUEUE_URL"] // which is empty by then
	e.receive("evt_1", "evt_2")
	e.work(2)
	out := e.hookctl("events erase --contains evt_1 --yes")
	for _, want := range []string{"evt_1", "To erase: the content of 1 event, and 0 dead letters.", "erased kyc#evt_1", "35 more days"} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if out := e.hookctl("events export --bodies"); strings.Count(out, `"payload":`) != 1 || strings.Count(out, `"state":"COMPLETED"`) != 2 {
		t.Errorf("exported:\n%s", out)
	}
	e.receive("evt_1")
	if ran := e.work(1); len(ran) > 0 {
		t.Errorf("a duplicate of the erased event ran %q", ran)
	}
}
