package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// TestHelpOfProviderCommands holds the help of the commands that ask a provider's API.
func TestHelpOfProviderCommands(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"register kyc", "reconcile kyc", "reconcile compliancely"} {
		out, err := call{args: append(strings.Fields(command), "--help")}.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		compare(t, filepath.Join("help", strings.ReplaceAll(command, " ", "-")+".golden"), out)
		for line := range strings.Lines(out) {
			if n := len([]rune(strings.TrimSpace(line))); n > 100 {
				t.Errorf("a line of %d characters: %s", n, line)
			}
		}
	}
}

// A fakeAPI answers each "METHOD path" with one body, and others with 404.
type fakeAPI struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // "METHOD path authorization"
}

const apiToken = "sk_7331"

func newFakeAPI(t *testing.T, answers map[string]string) *fakeAPI {
	t.Helper()
	f := &fakeAPI{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		route := r.Method + " " + r.URL.Path
		f.asked = append(f.asked, route+" "+r.Header.Get("Authorization"))
		body, ok := answers[route]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(f.Close)
	return f
}

const person = "Example Person 7331" // stands in payloads, and must not be printed

func newFakeKYC(t *testing.T) *fakeAPI {
	t.Helper()
	return newFakeAPI(t, map[string]string{
		"GET /kyc/watchlists": `{"status":"success","data":{"watchlists":[{"watchlist_id":"w-1","last_checked_at":"2026-10-01T06:00:00Z"},` +
			`{"watchlist_id":"w-0","last_checked_at":"2026-09-29T06:00:00Z"}]}}`,
		"GET /kyc/watchlists/w-1": `{"status":"success","data":{"watchlist_id":"w-1","name":"` + person + `","last_checked_at":"2026-10-01T06:00:00Z","last_results":{"n":1}}}`,
		"GET /kyc/sessions/s-1":   `{"status":"success","data":{"session_id":"s-1","status":"APPROVED","metadata":{"name":"` + person + `"}}}`,
	})
}

func newFakeCompliancely(t *testing.T) *fakeAPI {
	t.Helper()
	return newFakeAPI(t, map[string]string{
		"POST /api/v2/token/":           `{"access":"access-7331","access_expiry_seconds":3600,"refresh":"r-7331","refresh_expiry_seconds":86400}`,
		"GET /api/v1/submissions/70001": `{"id":70001,"name":"` + person + `","tin":"000000000","status":"TIN Matched","irs_code":0}`,
		"GET /api/v1/submissions/70002": `{"id":70002,"name":"` + person + `","tin":"000000000","status":"Pending","irs_code":-1}`,
		"GET /api/v1/transcript/tr-1":   `{"data":{"id":"tr-1","status":"Completed","consent":{"request_data":{"name":"` + person + `"}}}}`,
	})
}

// TestReconcile runs each twice, once only to see: what is listed is what is queued then.
func TestReconcile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		api   func(*testing.T) *fakeAPI
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
			env["TOKEN"] = apiToken
			args := append(strings.Fields("reconcile "+tt.args), "--api", api.URL, "--source", "mine")
			seen, err := call{args: append(args, "--dry-run"), env: env}.run(t.Context())
			if err != nil || len(queue.Sent()) > 0 {
				t.Fatalf("%v, queued %d", err, len(queue.Sent()))
			}
			done, err := call{args: append(args, "--queue-url", env["QUEUE_URL"]), env: env}.run(t.Context())
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

// TestReconcileInPart wants what was found to be queued next to what was not, and one
// refusal of the queue's not to keep the others out.
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
	env["TOKEN"] = apiToken
	out, err := call{env: env, args: []string{
		"reconcile", "kyc", "--session", "s-none,s-1", "--token-env", "TOKEN", "--api", api.URL, "--queue-url", env["QUEUE_URL"],
	}}.run(t.Context())
	if exitCode(err) != exitFailed || len(queue.Sent()) != 1 || !strings.Contains(out, "1 events") {
		t.Fatalf("%v, queued %d\n%s", err, len(queue.Sent()), out)
	}
	for _, want := range []string{"ask for session s-none: kyc: get session: status 404", "queue reconcile:", "run it again within an hour"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}

// TestReconcilePending leaves in place what a webhook is still to tell, and says so.
func TestReconcilePending(t *testing.T) {
	t.Parallel()
	api := newFakeCompliancely(t)
	args := strings.Fields("reconcile compliancely --id 70002,70001 --token-env TOKEN --dry-run --api " + api.URL)
	out, err := call{env: map[string]string{"TOKEN": apiToken}, args: args}.run(t.Context())
	if err != nil || !strings.Contains(out, "tin_match 70002 is not final yet: not queued (--pending queues it)\n") || !strings.Contains(out, "\n1 events") {
		t.Errorf("%v\n%s\nwant one event, and the other one named", err, out)
	}
	out, err = call{env: map[string]string{"TOKEN": apiToken}, args: append(args, "--pending")}.run(t.Context())
	if err != nil || strings.Contains(out, "not final") || !strings.Contains(out, "\n2 events") {
		t.Errorf("%v\n%s\nwant two events", err, out)
	}
}

// TestWaitingIsTold wants a word where nothing would happen for long, beside the output.
func TestWaitingIsTold(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		time.Second: "", 3 * time.Second: "",
		90*time.Second + 200*time.Millisecond: "waiting 1m30s, then asking again: the API asked for it, or did not answer\n",
	} {
		var out, errs strings.Builder
		call{}.app(&out, &errs).waiting(wait)
		if out.String() != "" || errs.String() != want {
			t.Errorf("%s: %q and %q, want only %q on the second stream", wait, out.String(), errs.String(), want)
		}
	}
}

func TestReconcileUsage(t *testing.T) {
	t.Parallel()
	env := map[string]string{"TOKEN": apiToken}
	for _, tt := range []struct {
		name, args string
		code       int
		want       string
	}{
		{"no provider", "", exitUsage, "name a provider: kyc, compliancely"},
		{"another provider", "contiguity", exitUsage, `unknown command "contiguity"`},
		{"nowhere to send", "kyc", exitUsage, "[queue-url stack dry-run]"},
		{"both", "kyc --dry-run --queue-url https://x", exitUsage, "queue-url"},
		{"nothing since", "kyc --dry-run --since 0s", exitUsage, "--since"},
		{"no credentials for the queue", "kyc --queue-url https://sqs.eu-west-1.amazonaws.com/1/q", exitFailed, "AWS_ACCESS_KEY_ID"},
		{"token in the clear", "kyc --dry-run --token-env TOKEN --api http://example.com", exitUsage, "--api has to be an https URL"},
		{"two hosts", "kyc --dry-run --staging --api https://example.com", exitUsage, "staging"},
		{"nobody to ask", "kyc --dry-run", exitFailed, "give --token-file or --token-env"},
		{"empty token", "kyc --dry-run --token-env NOT_SET", exitFailed, "the token is empty"},
		{"no file", "kyc --dry-run --token-file testdata/nothing-here", exitFailed, "read the token"},
		{"no id", "compliancely --dry-run", exitUsage, `"id" not set`},
		{"another product", "compliancely --dry-run --id 1 --product sos", exitUsage, "tin_match or transcript"},
		{"no login", "compliancely --dry-run --id 1", exitUsage, "--username"},
		{"two logins", "compliancely --dry-run --id 1 --username me --token-env TOKEN", exitUsage, "--username"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := call{args: strings.Fields("reconcile " + tt.args), env: env}.run(t.Context())
			if exitCode(err) != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", exitCode(err), err, tt.code, tt.want)
			}
		})
	}
}
