package reconcile

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
)

const person = "Example Person 7331" // is in payloads, and must not be printed

func newFakeKYC(t *testing.T) *clitest.API {
	t.Helper()
	return clitest.NewAPI(t, map[string]string{
		"GET /kyc/watchlists": `{"status":"success","data":{"watchlists":[{"watchlist_id":"w-1","last_checked_at":"2026-10-01T06:00:00Z"},` +
			`{"watchlist_id":"w-0","last_checked_at":"2026-09-29T06:00:00Z"}]}}`,
		"GET /kyc/watchlists/w-1": `{"status":"success","data":{"watchlist_id":"w-1","name":"` + person + `","last_checked_at":"2026-10-01T06:00:00Z","last_results":{"n":1}}}`,
		"GET /kyc/sessions/s-1":   `{"status":"success","data":{"session_id":"s-1","status":"APPROVED","metadata":{"name":"` + person + `"}}}`,
	})
}

func newFakeCompliancely(t *testing.T) *clitest.API {
	t.Helper()
	return clitest.NewAPI(t, map[string]string{
		"POST /api/v2/token/":           `{"access":"access-7331","access_expiry_seconds":3600,"refresh":"r-7331","refresh_expiry_seconds":86400}`,
		"GET /api/v1/submissions/70001": `{"id":70001,"name":"` + person + `","tin":"000000000","status":"TIN Matched","irs_code":0}`,
		"GET /api/v1/submissions/70002": `{"id":70002,"name":"` + person + `","tin":"000000000","status":"Pending","irs_code":-1}`,
		"GET /api/v1/transcript/tr-1":   `{"data":{"id":"tr-1","status":"Completed","consent":{"request_data":{"name":"` + person + `"}}}}`,
	})
}

// TestReconcile runs each command dry and then in earnest, and wants the listed events queued.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		api   func(*testing.T) *clitest.API
		args  string
		types []string
	}{
		{"kyc", newFakeKYC, "kyc --since 24h --session s-1 --token-env TOKEN",
			[]string{"kyc.watchlist.reconciled", "kyc.session.reconciled"}},
		{"compliancely by login", newFakeCompliancely, "compliancely --id 70001 --username me --password-env TOKEN", []string{"tin_match"}},
		{"compliancely by token", newFakeCompliancely, "compliancely --id tr-1 --product transcript --token-env TOKEN", []string{"transcript"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			api, queue := tt.api(t), lambdatest.NewSQS()
			t.Cleanup(queue.Server.Close)
			env := queue.Env()
			env["TOKEN"] = clitest.Token
			args := append(strings.Fields("reconcile "+tt.args), "--api", api.URL, "--source", "mine")
			seen, err := clitest.Call{Commands: commands, Args: append(args, "--dry-run"), Env: env}.Run(t.Context())
			if err != nil || len(queue.Sent()) > 0 {
				t.Fatalf("%v, queued %d", err, len(queue.Sent()))
			}
			done, err := clitest.Call{Commands: commands, Args: append(args, "--queue-url", env["QUEUE_URL"]), Env: env}.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(queue.Sent()) != len(tt.types) {
				t.Fatalf("queued %d, want %q", len(queue.Sent()), tt.types)
			}
			for i, m := range queue.Sent() {
				line := tt.types[i] + "  " + m.Attributes["id"] + "\n"
				if m.Attributes["type"] != tt.types[i] || m.Attributes["source"] != "mine" || m.Attributes["received"] != "1790856000000" {
					t.Errorf("queued %v", m.Attributes)
				}
				if !strings.Contains(seen, line) || !strings.Contains(done, line) {
					t.Errorf("no line %q in\n%s%s", line, seen, done)
				}
			}
			if !strings.Contains(seen, "none was queued") || !strings.Contains(done, "put into the queue") {
				t.Errorf("no sum in\n%s%s", seen, done)
			}
			if strings.Contains(seen+done, "7331") {
				t.Errorf("it shows a payload or a token:\n%s%s", seen, done)
			}
		})
	}
}

// TestReconcileInPart wants the rest queued if something is not found, or if the queue refuses
// one event.
func TestReconcileInPart(t *testing.T) {
	t.Parallel()
	api, queue := newFakeKYC(t), lambdatest.NewSQS()
	t.Cleanup(queue.Server.Close)
	queue.Before = func(_ *http.Request, n int) int {
		if n == 1 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	}
	env := queue.Env()
	env["TOKEN"] = clitest.Token
	out, err := clitest.Call{Commands: commands, Env: env, Args: []string{
		"reconcile", "kyc", "--session", "s-none,s-1", "--token-env", "TOKEN", "--api", api.URL, "--queue-url", env["QUEUE_URL"],
	}}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || len(queue.Sent()) != 1 || !strings.Contains(out, "1 event ") {
		t.Fatalf("%v, queued %d\n%s", err, len(queue.Sent()), out)
	}
	for _, want := range []string{"ask for session s-none: kyc: get session: status 404", "queue reconcile:", "run it again within an hour"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

// TestReconcilePending wants requests listed and not queued if their webhooks are still to
// come.
func TestReconcilePending(t *testing.T) {
	t.Parallel()
	api := newFakeCompliancely(t)
	args := strings.Fields("reconcile compliancely --id 70002,70001 --token-env TOKEN --dry-run --api " + api.URL)
	out, err := clitest.Call{Commands: commands, Env: map[string]string{"TOKEN": clitest.Token}, Args: args}.Run(t.Context())
	if err != nil || !strings.Contains(out, "tin_match 70002 is not final yet: not queued (--pending queues it)\n") || !strings.Contains(out, "\n1 event ") {
		t.Errorf("%v\n%s\nwant one event, and the other one named", err, out)
	}
	out, err = clitest.Call{Commands: commands, Env: map[string]string{"TOKEN": clitest.Token}, Args: append(args, "--pending")}.Run(t.Context())
	if err != nil || strings.Contains(out, "not final") || !strings.Contains(out, "\n2 events") {
		t.Errorf("%v\n%s\nwant two events", err, out)
	}
}

// TestWaitingIsReported wants a line for a long wait.
func TestWaitingIsReported(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		time.Second: "", 3 * time.Second: "",
		90*time.Second + 200*time.Millisecond: "waiting 1m30s before the next request: the API asked for it, or did not answer\n",
	} {
		var out strings.Builder
		waiting(clitest.NewWriter(&out))(wait)
		if out.String() != want {
			t.Errorf("%s: %q, want %q", wait, out.String(), want)
		}
	}
}

func TestReconcileUsage(t *testing.T) {
	t.Parallel()
	env := map[string]string{"TOKEN": clitest.Token}
	for _, tt := range []struct {
		name, args string
		code       int
		want       string
	}{
		{"no provider", "", cli.ExitUsage, "name a provider: kyc, compliancely"},
		{"another provider", "contiguity", cli.ExitUsage, `unknown command "contiguity"`},
		{"nowhere to send", "kyc", cli.ExitFailed, "QueueUrl is not known: give --stack NAME"},
		{"both", "kyc --dry-run --queue-url https://x", cli.ExitUsage, "queue-url"},
		{"nothing since", "kyc --dry-run --since 0s", cli.ExitUsage, "--since"},
		{"no credentials for the queue", "kyc --queue-url https://sqs.eu-west-1.amazonaws.com/1/q", cli.ExitFailed, "AWS_ACCESS_KEY_ID"},
		{"token in the clear", "kyc --dry-run --token-env TOKEN --api http://example.com", cli.ExitUsage, `--api "http://example.com": give an https URL`},
		{"two hosts", "kyc --dry-run --staging --api https://example.com", cli.ExitUsage, "staging"},
		{"nobody to ask", "kyc --dry-run", cli.ExitFailed, "give --token-file or --token-env"},
		{"empty token", "kyc --dry-run --token-env NOT_SET", cli.ExitFailed, "the token is empty"},
		{"no file", "kyc --dry-run --token-file testdata/nothing-here", cli.ExitFailed, "read the token"},
		{"no id", "compliancely --dry-run", cli.ExitUsage, `"id" not set`},
		{"another product", "compliancely --dry-run --id 1 --product sos", cli.ExitUsage, "one of tin_match, transcript"},
		{"no login", "compliancely --dry-run --id 1", cli.ExitUsage, "--username"},
		{"two logins", "compliancely --dry-run --id 1 --username me --token-env TOKEN", cli.ExitUsage, "--username"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := clitest.Call{Commands: commands, Args: strings.Fields("reconcile " + tt.args), Env: env}.Run(t.Context())
			if cli.ExitCode(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", cli.ExitCode(err), err, tt.code, tt.want)
			}
		})
	}
}

// TestReconcileKept wants the session asked for that is undecided in kept payloads.
func TestReconcileKept(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	api := clitest.NewAPI(t, map[string]string{
		"GET /kyc/watchlists":   `{"status":"success","data":{"watchlists":[]}}`,
		"GET /kyc/sessions/s-9": `{"status":"success","data":{"session_id":"s-9","status":"APPROVED"}}`,
	})
	env := f.Env()
	env["TOKEN"] = clitest.Token
	out, err := clitest.Call{Commands: commands, Env: env, Args: strings.Fields("reconcile kyc --kept --since 48h --dry-run --token-env TOKEN --api " + api.URL)}.Run(t.Context())
	if err != nil || !strings.Contains(out, "kyc.session.reconciled") || !strings.Contains(out, "the payloads of 1 of 3 events of source kyc are not kept") {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(api.Asked()) != 2 || !f.Filter(clitest.S("kyc#")) || !f.Filter(clitest.N(clitest.Noon.Add(-48*time.Hour).UnixMilli())) {
		t.Errorf("asked %q, by the filter %v", api.Asked(), f.Filters)
	}
	delete(env, "TABLE_NAME")
	_, err = clitest.Call{Commands: commands, Env: env, Args: strings.Fields("reconcile kyc --kept --dry-run --token-env TOKEN --api " + api.URL)}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "--kept: TableName is not known") {
		t.Errorf("without a table: %v", err)
	}
}

// TestTokenIsAskedFor wants the token that was typed in requests to the API.
func TestTokenIsAskedFor(t *testing.T) {
	t.Parallel()
	api := newFakeKYC(t)
	c := clitest.Call{Commands: commands, Args: []string{"reconcile", "kyc", "--dry-run", "--api", api.URL}, Password: clitest.Token}
	if out, err := c.Run(t.Context()); err != nil || strings.Contains(out, clitest.Token) {
		t.Fatalf("%v\n%s", err, out)
	}
	if want := "GET /kyc/watchlists Bearer " + clitest.Token; api.Asked()[0] != want {
		t.Errorf("asked %q, want %q", api.Asked()[0], want)
	}
}
