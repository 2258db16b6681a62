package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
)

// TestTraffic sends a few events of each provider to ingest.
func TestTraffic(t *testing.T) {
	t.Parallel()
	url, q := clitest.Receiver(t, dialect.Sources())
	for _, provider := range Names() {
		out, err := clitest.Call{Commands: commands, Args: []string{"traffic", provider, "--to", url, "--rate", "200/s", "--for", "200ms", "--seed", "5", "--fast"}}.Run(t.Context())
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		for _, want := range []string{
			"40 events of ", "200/s for 200ms, to " + url + "/hooks/" + provider, "Faults: none. Seed 5.",
			provider + " waits ", "60 times shorter", "ACCEPTED", "\nall ", "40 tries in",
		} {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in\n%s", want, out)
			}
		}
		if strings.ContainsAny(out, "\r\x1b") {
			t.Errorf("progress where there is no terminal: %q", out)
		}
	}
	if n := len(q.Messages()); n != 120 {
		t.Errorf("%d events arrived, want 120", n)
	}
}

// TestTrafficLost sends to a source with another secret. The error says why all events are
// lost, and what to do. The report is printed nevertheless, here as JSON.
func TestTrafficLost(t *testing.T) {
	t.Parallel()
	url, _ := clitest.Receiver(t, clitest.SourcesWith(t, "compliancely"))
	args := []string{"traffic", "compliancely", "--to", url + "/hooks/compliancely?token=hidden", "--rate", "50/s", "--for", "100ms", "--fast=1000"}
	var stdout, stderr bytes.Buffer
	err := clitest.Call{Commands: commands, Args: append(args, "--json")}.RunTo(t.Context(), &stdout, &stderr)
	if cli.ExitCode(err) != cli.ExitFailed || !errors.Is(err, ErrLost) {
		t.Errorf("traffic = %v, want %v", err, ErrLost)
	}
	for _, want := range []string{"5 lost", "signature_mismatch: none of the source's secrets"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q in it", err, want)
		}
	}
	var report Report
	if err := json.Unmarshal(stdout.Bytes(), &struct {
		Lost *int `json:"lost"`
	}{&report.Lost}); err != nil || report.Lost != 5 {
		t.Errorf("report %v\n%s", err, &stdout)
	}
	if stderr.Len() > 0 {
		t.Errorf("on stderr: %s", &stderr)
	}
	out, err := clitest.Call{Commands: commands, Args: append(args, "--secret-env", "S"), Env: map[string]string{"S": clitest.Secret}}.Run(t.Context())
	if err != nil || strings.Contains(out, clitest.Secret) || strings.Contains(out, "hidden") {
		t.Errorf("with the source's secret: %v\n%s", err, out)
	}
}

// TestTrafficForgedAccepted sends to a receiver that accepts everything.
func TestTrafficForgedAccepted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	out, err := clitest.Call{Commands: commands, Args: []string{"traffic", "kyc", "--to", server.URL, "--rate", "50/s", "--for", "100ms", "--faults", "forged=100%"}}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !errors.Is(err, ErrForgedAccepted) {
		t.Errorf("traffic = %v, want %v\n%s", err, ErrForgedAccepted, out)
	}
}

// TestTrafficInterrupted interrupts the command after the first request.
func TestTrafficInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { once.Do(interrupt) }))
	t.Cleanup(server.Close)
	out, err := clitest.Call{Commands: commands, Args: []string{"traffic", "kyc", "--to", server.URL, "--rate", "100/s", "--for", "1h"}}.Run(ctx)
	if cli.ExitCode(err) != cli.ExitFailed || !errors.Is(err, ErrInterrupted) || !strings.Contains(out, "\nall ") {
		t.Errorf("traffic = %v, want %v and a table\n%s", err, ErrInterrupted, out)
	}
}

func TestTrafficUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		want       string
	}{
		{"no provider", "", "name a provider: contiguity, kyc, compliancely"},
		{"no such provider", "nobody", "contiguity, kyc, compliancely"},
		{"two", "kyc contiguity", "got 2 arguments"},
		{"rate", "kyc --rate fast", "20/s"},
		{"rate over the bound", "kyc --rate 501/s", "at most 500/s"},
		{"too many", "kyc --rate 500/s --for 1h", "1800000 events"},
		{"none", "kyc --for 1ms", "less than one event"},
		{"faults", "kyc --faults typo", `--faults "typo": no fault "typo"`},
		{"fast", "kyc --fast=0", "from 1 to 1000"},
		{"setting of another provider", "contiguity --signed body", "signed"},
		{"not a URL", "kyc --to localhost:8080", "https://"},
		{"another machine", "kyc --to https://hooks.example.com", "--yes"},
		{"a name that begins like this machine's", "kyc --to http://localhost.example.com", "--yes"},
		{"an address in the network", "kyc --to http://192.168.0.7", "--yes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := clitest.Call{Commands: commands, Args: append([]string{"traffic"}, strings.Fields(tt.args)...)}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitUsage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("traffic %s = %v; want %q in it", tt.args, err, tt.want)
			}
		})
	}
}

// TestTrafficToNobody wants an error at once if nothing receives.
func TestTrafficToNobody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	_, err := clitest.Call{Commands: commands, Args: []string{"traffic", "kyc", "--to", server.URL}}.Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "go tool hookctl run") {
		t.Errorf("traffic = %v, want how to start a receiver", err)
	}
}
