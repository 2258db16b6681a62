package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/functions/hookctl/traffic"
)

func TestTrafficHelp(t *testing.T) {
	t.Parallel()
	out, err := call{args: []string{"traffic", "--help"}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("help", "traffic.golden"), out)
	for line := range strings.Lines(out) {
		if n := len([]rune(strings.TrimSpace(line))); n > 100 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// TestTraffic sends a little of each provider to the product's own ingest.
func TestTraffic(t *testing.T) {
	t.Parallel()
	url, q := receiver(t, sample.Sources())
	for _, provider := range traffic.Names() {
		out, err := call{args: []string{"traffic", provider, "--to", url, "--rate", "200/s", "--for", "200ms", "--seed", "5", "--fast"}}.run(t.Context())
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
		t.Errorf("%d events came, want 120", n)
	}
}

// TestTrafficLost sends to a source with another secret: all is lost, and the error says
// why and what to do. The report is printed nevertheless, here as JSON alone.
func TestTrafficLost(t *testing.T) {
	t.Parallel()
	strict := sample.Sources()
	var err error
	if strict["compliancely"], err = withSecret(strict["compliancely"], secretText); err != nil {
		t.Fatal(err)
	}
	url, _ := receiver(t, strict)
	args := []string{"traffic", "compliancely", "--to", url + "/hooks/compliancely?token=hidden", "--rate", "50/s", "--for", "100ms", "--fast=1000"}
	var stdout, stderr bytes.Buffer
	err = call{}.app(&stdout, &stderr).exec(t.Context(), append(args, "--json"))
	if exitCode(err) != exitFailed || !errors.Is(err, traffic.ErrLost) {
		t.Errorf("traffic = %v, want %v", err, traffic.ErrLost)
	}
	for _, want := range []string{"5 lost", "signature_mismatch: none of the source's secrets"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error = %v, want %q in it", err, want)
		}
	}
	var report traffic.Report
	if err := json.Unmarshal(stdout.Bytes(), &struct {
		Lost *int `json:"lost"`
	}{&report.Lost}); err != nil || report.Lost != 5 {
		t.Errorf("report %v\n%s", err, &stdout)
	}
	if stderr.Len() > 0 {
		t.Errorf("on stderr: %s", &stderr)
	}
	out, err := call{args: append(args, "--secret-env", "S"), env: map[string]string{"S": secretText}}.run(t.Context())
	if err != nil || strings.Contains(out, secretText) || strings.Contains(out, "hidden") {
		t.Errorf("with the source's secret: %v\n%s", err, out)
	}
}

// TestTrafficForgedAccepted sends to a receiver that takes everything.
func TestTrafficForgedAccepted(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	out, err := call{args: []string{"traffic", "kyc", "--to", server.URL, "--rate", "50/s", "--for", "100ms", "--faults", "forged=100%"}}.run(t.Context())
	if exitCode(err) != exitFailed || !errors.Is(err, traffic.ErrForgedAccepted) {
		t.Errorf("traffic = %v, want %v\n%s", err, traffic.ErrForgedAccepted, out)
	}
}

// TestTrafficInterrupted presses Ctrl-C once the receiver has got something.
func TestTrafficInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { once.Do(interrupt) }))
	t.Cleanup(server.Close)
	out, err := call{args: []string{"traffic", "kyc", "--to", server.URL, "--rate", "100/s", "--for", "1h"}}.run(ctx)
	if exitCode(err) != exitFailed || !errors.Is(err, traffic.ErrInterrupted) || !strings.Contains(out, "\nall ") {
		t.Errorf("traffic = %v, want %v and a table\n%s", err, traffic.ErrInterrupted, out)
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
		{"two", "kyc contiguity", "at most 1"},
		{"rate", "kyc --rate fast", "20/s"},
		{"rate over the bound", "kyc --rate 501/s", "at most 500/s"},
		{"too many", "kyc --rate 500/s --for 1h", "1800000 events"},
		{"none", "kyc --for 0s", "no event"},
		{"faults", "kyc --faults typo", `--faults: no fault "typo"`},
		{"fast", "kyc --fast=0", "from 1 to 1000"},
		{"setting of another provider", "contiguity --signed body", "signed"},
		{"not a URL", "kyc --to localhost:8080", "https://"},
		{"another machine", "kyc --to https://hooks.example.com", "--yes"},
		{"a name that begins like this machine's", "kyc --to http://localhost.example.com", "--yes"},
		{"an address in the network", "kyc --to http://192.168.0.7", "--yes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := call{args: append([]string{"traffic"}, strings.Fields(tt.args)...)}.run(t.Context())
			if exitCode(err) != exitUsage || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("traffic %s = %v; want %q in it", tt.args, err, tt.want)
			}
		})
	}
}

// TestTrafficToNobody says so at once, and not after a minute of losses.
func TestTrafficToNobody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(nil)
	server.Close()
	_, err := call{args: []string{"traffic", "kyc", "--to", server.URL}}.run(t.Context())
	if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "go tool hookctl run") {
		t.Errorf("traffic = %v, want how to start a receiver", err)
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://localhost:80/x", "http://127.0.0.1", "http://127.9.9.9:1", "https://[::1]:8080/hooks/kyc"} {
		if !isLoopback(url) {
			t.Errorf("%s is not of this machine", url)
		}
	}
}

func TestProgressLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := traffic.Progress{Elapsed: 2 * time.Second, Counts: traffic.Counts{Sent: 40, Accepted: 39}}
	line := newProgressLine(&out)
	line.show(p)
	line.clear()
	if out.Len() > 0 {
		t.Errorf("without a terminal: %q", out.String())
	}
	line.width = 21
	line.show(p)
	line.clear()
	if got, want := out.String(), "\r\x1b[K2s  sent 40  accept…\r\x1b[K"; got != want {
		t.Errorf("on a terminal %q, want %q", got, want)
	}
}
