package dead

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

func TestDeadUsage(t *testing.T) {
	t.Parallel()
	local := map[string]string{"DLQ_URL": "http://127.0.0.1:1/dead", "QUEUE_URL": "http://127.0.0.1:1/queue"}
	for _, tt := range []struct {
		name, args string
		env        map[string]string
		code       int
		want       string
	}{
		{"nothing to do", "", nil, cli.ExitUsage, "list, show, redrive, drop"},
		{"no such reason", "list --reason tired", nil, cli.ExitUsage, `--reason "tired": give one of permanent, attempts`},
		{"a limit below 0", "list --limit -1", nil, cli.ExitUsage, "--limit"},
		{"no id", "show", nil, cli.ExitUsage, "got 0 arguments; the form is: go tool hookctl dead show ID"},
		{"none is chosen", "redrive", nil, cli.ExitUsage, "--all alone"},
		{"all, and some", "redrive --all --source kyc", nil, cli.ExitUsage, "--all alone"},
		{"all, and one", "redrive --all evt_1", nil, cli.ExitUsage, "--all alone"},
		{"JSON without --yes", "redrive --all --json", nil, cli.ExitUsage, "--yes or --dry-run"},
		{"none to drop", "drop", nil, cli.ExitUsage, "--all alone"},
		{"drop all, and some", "drop --all --until 30d", nil, cli.ExitUsage, "--all alone"},
		{"drop in JSON without --yes", "drop --all --json", nil, cli.ExitUsage, "--yes or --dry-run"},
		{"times that exclude each other", "drop --since 1h --until 2h", nil, cli.ExitUsage, "--since is not before --until"},
		{"too slow", "redrive --all --rate 0.5", nil, cli.ExitUsage, "--rate"},
		{"no dead letters", "list", nil, cli.ExitFailed, "give --stack NAME, or for engines on this machine the variable DLQ_URL"},
		{"no table", "show evt_1", local, cli.ExitFailed, "TABLE_NAME"},
		{"no queue", "redrive evt_1", map[string]string{"DLQ_URL": local["DLQ_URL"]}, cli.ExitFailed, "QUEUE_URL"},
		{"no answer", "list", local, cli.ExitFailed, "look through the dead letters: receive:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := clitest.Call{Commands: commands, Args: strings.Fields("dead " + tt.args), Env: tt.env}.Run(t.Context())
			if cli.ExitCode(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", cli.ExitCode(err), err, tt.code, tt.want)
			}
			if tt.code == cli.ExitFailed && out != "" {
				t.Errorf("it prints more than its error:\n%s", out)
			}
		})
	}
}

// TestQueueURLWithoutRegion reads a queue whose URL does not name its region, as that of a
// VPC endpoint.
func TestQueueURLWithoutRegion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ args, want string }{
		{"dead list", "There are no dead letters"},
		{"dead show evt_1", "no dead letter has the event or message id evt_1"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("X-Amz-Target"); got != "AmazonSQS.ReceiveMessage" {
					t.Errorf("asked %s", got)
				}
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				fmt.Fprint(w, "{}")
			}))
			defer server.Close()
			out, err := clitest.Call{Commands: commands, Args: strings.Fields(tt.args), Env: map[string]string{
				"AWS_ENDPOINT_URL": server.URL, "TABLE_NAME": "ledger",
				"DLQ_URL": "https://vpce-1.sqs.eu-central-1.vpce.amazonaws.com/123456789012/dead",
			}}.Run(t.Context())
			if err != nil {
				out += err.Error()
			}
			if !strings.Contains(out, tt.want) {
				t.Errorf("%s, want %q", out, tt.want)
			}
		})
	}
}
