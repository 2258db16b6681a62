package cost

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

func TestCostUsageErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, want string }{
		{"cost --events 0", `--events "0": give a number from 1`},
		{"cost --batch 11", "1 to 10"},
		{"cost --sources 0", `--sources "0": give a whole number of at least 1`},
		{"cost --json --markdown", "json markdown"},
		{"cost --scale --events 5", "events scale"},
		{"cost month", "got 1 argument"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			out, err := clitest.Call{Commands: clitest.Commands{Command}, Args: strings.Fields(tt.args)}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), tt.want) || out != "" {
				t.Errorf("error = %v, want exit code 2 and %q; it printed %q", err, tt.want, out)
			}
		})
	}
}

// TestCostJSON wants the flags in the bill.
func TestCostJSON(t *testing.T) {
	t.Parallel()
	out, err := clitest.Call{Commands: clitest.Commands{Command}, Args: strings.Fields(
		"cost --json --events 5e6 --batch 2 --sources 7 --arm64 --payloads --handler-wait 30ms")}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var b Bill
	if err := json.Unmarshal([]byte(out), &b); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if want := (Usage{Events: 5e6, Batch: 2, Sources: 7, Arm64: true, Payloads: true}); b.Usage != want {
		t.Errorf("usage %+v, want %+v", b.Usage, want)
	}
	sum := 0.0
	for _, l := range b.Lines {
		sum += l.USD
	}
	if sum < 1 || math.Abs(sum-b.TotalUSD) > 1e-9 || b.ProcessMS < 50 {
		t.Errorf("sum %v, total %v, process %v ms, want a sum, and more than 30 ms and two calls", sum, b.TotalUSD, b.ProcessMS)
	}
}

func TestCostForms(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"cost":                              "\nSQS              sent ",
		"cost --markdown":                   "| SQS: sent | 1,000,000 requests |",
		"cost --scale --handler-wait 250ms": "Handlers wait 250 ms a batch here.",
	} {
		out, err := clitest.Call{Commands: clitest.Commands{Command}, Args: strings.Fields(args)}.Run(t.Context())
		if err != nil || !strings.Contains(out, want) {
			t.Errorf("%s = %v, want %q:\n%s", args, err, want, out)
		}
	}
}
