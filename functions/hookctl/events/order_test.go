package events

import (
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
)

// A waiting event is retried with its body, or cancelled without one; what has ended is
// neither.
func TestEventsOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		code       int
		want       string
		sent       string // part of the failure attribute; empty if nothing is sent
		encoding   string
	}{
		{"cancel", "cancel kyc evt_3 --yes", cli.ExitDone, "sent kyc#evt_3", `"reason":"cancel"`, "none"},
		{"cancel, dry run", "cancel kyc evt_3 --dry-run", cli.ExitDone, "cancel does this:\n     1  ends without another run; no handler is done\n        kyc#evt_3", "", ""},
		{"nobody to ask", "cancel kyc evt_3", cli.ExitFailed, "add --yes", "", ""},
		{"cancel of what has ended", "cancel kyc evt_1 --yes", cli.ExitFailed, "left alone: it has ended", "", ""},
		{"cancel of no event", "cancel kyc nobody --yes", cli.ExitFailed, "the ledger has no record of it", "", ""},
		{"retry", "retry kyc evt_3 --yes", cli.ExitDone, "sent kyc#evt_3", `"reason":"retry"`, ""},
		{"retry of what has ended", "retry kyc#evt_1 --yes", cli.ExitFailed, "left alone: it has ended", "", ""},
		{"retry without a body", "retry kyc evt_3 --yes", cli.ExitFailed, "its body is not kept, so only the message in the queue can run it", "", ""},
		{"a body for many", "retry kyc 1 2 --file x", cli.ExitUsage, "one event", "", ""},
		{"nothing named", "cancel", cli.ExitUsage, "name events", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, queue := clitest.NewTable(t), lambdatest.NewSQS()
			t.Cleanup(queue.Server.Close)
			if tt.name == "retry without a body" {
				delete(f.Items, "payload#kyc#evt_3")
			}
			env := queue.Env()
			env["TABLE_NAME"], env["AWS_ENDPOINT_URL_DYNAMODB"] = "ledger", f.URL
			out, err := clitest.Call{Commands: commands, Env: env, Args: strings.Fields("events " + tt.args), Register: clitest.OpenAccount}.Run(t.Context())
			if err != nil {
				out += err.Error()
			}
			sent := queue.Sent()
			if cli.ExitCode(err) != tt.code || !strings.Contains(out, tt.want) || (len(sent) == 1) != (tt.sent != "") {
				t.Fatalf("exit code %d, sent %d; want %d and %q:\n%s", cli.ExitCode(err), len(sent), tt.code, tt.want, out)
			}
			for _, m := range sent {
				if !strings.Contains(m.Attributes["failure"], tt.sent) || m.Attributes["encoding"] != tt.encoding {
					t.Errorf("sent %v", m.Attributes)
				}
			}
		})
	}
}
