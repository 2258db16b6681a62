package register

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// A fakeTenant is the API that keeps the notification channels of one tenant.
type fakeTenant struct {
	*httptest.Server
	status int    // of PATCH; 0 means 200
	hangUp bool   // after PATCH, instead of an answer
	answer string // the webhook URL in the answer to PATCH; empty means the one set

	mu  sync.Mutex
	set []map[string]any // the bodies of PATCH
}

func newFakeTenant(t *testing.T) *fakeTenant {
	t.Helper()
	f := &fakeTenant{}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

const (
	patchRoute = "PATCH /kyc/tenants/me/notification-channels"
	oldMask    = "************9f0e"
	slackURL   = "https://hooks.example.com/slack-7331"
)

func (f *fakeTenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	url := "https://old.example.com/kyc"
	switch r.Method + " " + r.URL.Path {
	case "GET /kyc/tenants/me":
	case patchRoute:
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		f.set = append(f.set, body)
		if f.hangUp {
			panic(http.ErrAbortHandler)
		}
		if url = f.answer; url == "" {
			url, _ = body["webhook_url"].(string)
		}
		w.WriteHeader(max(f.status, http.StatusOK))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"notification_config": map[string]any{
		"webhook_url": url, "webhook_secret": oldMask, "notification_emails": []string{"old@example.com"}, "slack_webhook_url": slackURL,
	}}})
}

// changes returns the bodies of PATCH so far.
func (f *fakeTenant) changes() []map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.set
}

// register returns the command line that sets a URL without asking.
func (f *fakeTenant) register(more ...string) clitest.Call {
	return clitest.Call{Commands: commands,
		Args: append([]string{"register", "kyc", "--url", "https://in.example.com/hooks/kyc", "--token-env", "TOKEN", "--yes", "--api", f.URL}, more...),
		Env:  map[string]string{"TOKEN": clitest.Token, "SLACK": slackURL},
	}
}

// TestRegisterIntoFile wants the secret in the request and in a file that others cannot read,
// and not in the output.
func TestRegisterIntoFile(t *testing.T) {
	t.Parallel()
	f, name := newFakeTenant(t), filepath.Join(t.TempDir(), "kyc.secret")
	out, err := f.register("--secret-out", name, "--email", "a@example.com,b@example.com", "--slack-env", "SLACK").Run(t.Context())
	if err != nil || len(f.changes()) != 1 {
		t.Fatalf("%v, set %v", err, f.changes())
	}
	set := f.changes()[0]
	secret, _ := set["webhook_secret"].(string)
	if key, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(key) != 32 {
		t.Errorf("the secret has %d bytes (%v), want 32", len(key), err)
	}
	emails, _ := json.Marshal(set["notification_emails"])
	if set["webhook_url"] != "https://in.example.com/hooks/kyc" || set["slack_webhook_url"] != slackURL || string(emails) != `["a@example.com","b@example.com"]` {
		t.Errorf("another URL, Slack or e-mail address was set: %s", emails)
	}
	written, err := os.ReadFile(name)
	if err != nil || strings.TrimSpace(string(written)) != secret {
		t.Errorf("%v; the file has another secret than was set", err)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want a file that others cannot read", info.Mode(), err)
	}
	for _, want := range []string{
		"webhook URL     https://old.example.com/kyc -> https://in.example.com/hooks/kyc",
		"webhook secret  ****9f0e -> a new one", "e-mail          old@example.com -> a@example.com, b@example.com",
		"Slack           one is set -> the given one", "is in " + name, `"kyc": {"secrets": [`, "SourcesSecret",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, secret) || strings.Contains(out, "7331") {
		t.Errorf("it prints a secret:\n%s", out)
	}
	second, err := f.register("--secret-out", name).Run(t.Context())
	if !errors.Is(err, cli.ErrNotChanged) || !errors.Is(err, os.ErrExist) || len(f.changes()) != 1 {
		t.Errorf("over a file that is there: %v\n%s", err, second)
	}
}

// TestRegisterOnScreen wants the secret shown once on a terminal, and a pipe refused before
// anything is set.
func TestRegisterOnScreen(t *testing.T) {
	t.Parallel()
	f := newFakeTenant(t)
	out, err := f.register().Run(t.Context())
	if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), "--secret-out") || len(f.changes()) > 0 {
		t.Fatalf("into a pipe: %v, set %d times\n%s", err, len(f.changes()), out)
	}
	var screen, prompts strings.Builder
	flags := flags{url: "https://in.example.com/hooks/kyc-eu", yes: true}
	flags.api.URL, flags.api.Token = f.URL, cli.CredentialFlags{Name: "token", Env: "TOKEN"}
	if err := registerKYC(t.Context(), f.register().NewEnv(&screen, &prompts), flags, true); err != nil || len(f.changes()) != 1 {
		t.Fatalf("%v, set %d times", err, len(f.changes()))
	}
	secret, _ := f.changes()[0]["webhook_secret"].(string)
	if strings.Count(screen.String(), secret) != 1 || strings.Contains(prompts.String(), secret) {
		t.Errorf("the secret is not shown once:\n%s%s", screen.String(), prompts.String())
	}
	for _, want := range []string{"old@example.com, stays", `"kyc-eu": {"provider": "kyc", "secrets"`} {
		if !strings.Contains(screen.String(), want) {
			t.Errorf("no %q in\n%s", want, screen.String())
		}
	}
}

// TestRegisterRefused wants no file of a secret that was not set, and the file of one that may
// have been set.
func TestRegisterRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		tenant func(*fakeTenant)
		want   string
		kept   bool
	}{
		{"forbidden", func(f *fakeTenant) { f.status = http.StatusForbidden }, "nothing was changed: kyc: set notification channels: status 403", false},
		{"too many requests", func(f *fakeTenant) { f.status = http.StatusTooManyRequests }, "nothing was changed", false},
		{"broken", func(f *fakeTenant) { f.status = http.StatusBadGateway }, "may or may not have been set", true},
		{"hung up", func(f *fakeTenant) { f.hangUp = true }, "may or may not have been set", true},
		{"another URL", func(f *fakeTenant) { f.answer = "https://else.example.com" }, "another webhook URL", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, name := newFakeTenant(t), filepath.Join(t.TempDir(), "kyc.secret")
			tt.tenant(f)
			_, err := f.register("--secret-out", name).Run(t.Context())
			if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if _, err := os.Stat(name); (err == nil) != tt.kept {
				t.Errorf("the secret's file: %v; want it kept: %v", err, tt.kept)
			}
		})
	}
}

func TestRegisterUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, args, want string }{
		{"no provider", "", "name a provider: kyc"},
		{"another provider", "contiguity", `unknown command "contiguity"`},
		{"no URL", "kyc --secret-out x", `--url "": give an https URL`},
		{"URL in the clear", "kyc --secret-out x --url http://in.example.com/hooks/kyc", `--url "http://in.example.com/hooks/kyc": give an https URL`},
		{"Slack in the clear", "kyc --secret-out x --url https://in.example.com --slack http://hooks.example.com/7331", "Slack's URL"},
		{"empty Slack", "kyc --secret-out x --url https://in.example.com --slack-env NOT_SET", "Slack's URL"},
		{"no address", "kyc --secret-out x --url https://in.example.com --email nobody", "--email takes addresses"},
		{"token in the clear", "kyc --secret-out x --url https://in.example.com --api http://example.com", `--api "http://example.com": give an https URL`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := clitest.Call{Commands: commands, Args: strings.Fields("register " + tt.args)}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if strings.Contains(out+err.Error(), "7331") {
				t.Error("it repeats a secret")
			}
		})
	}
}

// TestRegisterAsks runs the program itself on a terminal, and without one.
func TestRegisterAsks(t *testing.T) {
	t.Parallel()
	f := newFakeTenant(t)
	t.Run("script", func(t *testing.T) { // it is parallel, and ends before the API does
		clitest.Script(t, "testdata/terminal", map[string]string{"API": f.URL, "TOKEN": clitest.Token})
	})
	if n := len(f.changes()); n != 1 {
		t.Errorf("set %d times, want once: after the yes", n)
	}
}
