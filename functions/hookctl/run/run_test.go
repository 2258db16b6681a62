package run

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
)

// The tests of run are not parallel: it sets the default logger, which handlers use.

func TestRunOnce(t *testing.T) {
	defer clitest.NoLeaks(t)
	out, err := clitest.Call{Commands: commands, Args: []string{"run", "--once"}}.Run(t.Context())
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"contiguity", "kyc", "compliancely", "a duplicate: dropped", "refused: 401 signature_mismatch",
		"not run again, as it is recorded as done", "All as expected.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours where there is no terminal")
	}
}

// TestRunOnceFails breaks a handler.
func TestRunOnceFails(t *testing.T) {
	out, err := clitest.Call{Commands: commands,
		Args: []string{"run", "--once"},
		Register: func(r *hook.Registry, _ func(string) string) error {
			hook.On(r, contiguity.TextIncomingSMS, "broken",
				func(context.Context, hook.Event[contiguity.Text]) error { return errors.New("no route to shop") })
			return nil
		},
	}.Run(t.Context())
	if !errors.Is(err, errUnexpected) || cli.ExitCode(err) != cli.ExitFailed {
		t.Errorf("run = %v, want %v", err, errUnexpected)
	}
	if want := "not as expected: contiguity.text.incoming.sms: retried, broken: no route to shop"; !strings.Contains(out, want) {
		t.Errorf("no %q in\n%s", want, out)
	}
}

// TestRunReceives runs the program as a user does: it shows the samples, takes events
// from "hookctl send" over a real port, and ends at Ctrl-C.
func TestRunReceives(t *testing.T) {
	defer clitest.NoLeaks(t)
	ctx, interrupt := context.WithCancel(t.Context())
	r := start(ctx, t, clitest.Call{Commands: commands, Args: []string{"run", "--addr", "127.0.0.1:0", "--data", t.TempDir()}})
	url := r.await(t, `http://127\.0\.0\.1:\d+`)
	r.await(t, `curl -sS '`+regexp.QuoteMeta(url)+`/hooks/contiguity'`)

	for _, tt := range []struct {
		args string
		want string
	}{
		{"text.incoming.sms --id evt_live", `evt_live  handled by reply`},
		{"text.incoming.sms --id evt_live", `evt_live  is a duplicate, dropped`},
		{"kyc.session.approved --bad-signature", `401 refused  signature_mismatch \(source kyc\)`},
		{"text.incoming.sms --to " + url + "/hooks/nobody", `404 refused  unknown_source`},
	} {
		args := append([]string{"send", "--to", url}, strings.Fields(tt.args)...)
		_, _ = clitest.Call{Commands: commands, Args: args}.Run(ctx) // refused ones are an error, rightly
		r.await(t, tt.want)
	}
	page, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/hooks/contiguity", nil)
	if err != nil {
		t.Fatal(err)
	}
	page.Header.Set("Origin", "https://evil.example")
	answer, err := http.DefaultTransport.RoundTrip(page)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if r.await(t, `403 refused  it has the header Origin`); answer.StatusCode != http.StatusForbidden {
		t.Errorf("a web page got %d", answer.StatusCode)
	}
	http.DefaultClient.CloseIdleConnections()
	interrupt()
	if err := r.wait(); err != nil {
		t.Errorf("run after Ctrl-C = %v", err)
	}
	r.await(t, `Stopped\.`)
}

// TestRunWithOwnSources takes the sources from the environment, and does not show their
// secrets.
func TestRunWithOwnSources(t *testing.T) {
	defer clitest.NoLeaks(t)
	ctx, interrupt := context.WithCancel(t.Context())
	env := map[string]string{
		"SOURCES": `{"contiguity-eu":{"provider":"contiguity","secrets":["` + clitest.Secret + `"]}}`, "S": clitest.Secret,
	}
	r := start(ctx, t, clitest.Call{Commands: commands, Args: []string{"run", "--addr", "127.0.0.1:0", "--data", t.TempDir()}, Env: env})
	url := r.await(t, `http://127\.0\.0\.1:\d+/hooks/contiguity-eu`)
	// The server judges the signed time by the real clock, so that is what signs here.
	c := clitest.Call{Commands: commands, Args: []string{"send", "text.incoming.sms", "--to", url, "--secret-env", "S"}, Env: env}
	c.Now = time.Now
	if err := c.RunTo(ctx, io.Discard, io.Discard); err != nil {
		t.Error(err)
	}
	out := r.await(t, `(?s).*contiguity-eu text\.incoming\.sms\n\S+  evt_\w+  handled by reply`)
	if strings.Contains(out, clitest.Secret) {
		t.Error("the secret is shown")
	}
	interrupt()
	if err := r.wait(); err != nil {
		t.Error(err)
	}
}

func TestRunFaults(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name string
		call clitest.Call
		want []string
	}{
		{"port taken", clitest.Call{Commands: commands, Args: []string{"run", "--data", t.TempDir(), "--addr", taken.Addr().String()}}, []string{"address already in use", "--addr 127.0.0.1:0"}},
		{"SOURCES at fault", clitest.Call{Commands: commands, Args: []string{"run", "--data", t.TempDir()}, Env: map[string]string{"SOURCES": `{"kyc":{"secrets":[]}}`}},
			[]string{"SOURCES", "sources.kyc.secrets"}},
		{"placeholder", clitest.Call{Commands: commands, Args: []string{"run", "--data", t.TempDir()}, Env: map[string]string{"SOURCES": `{"contiguity":{"secrets":["whsec_…"]}}`}},
			[]string{"sources.contiguity.secrets[0]", "placeholder"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience) // else a fault would run on
			defer cancel()
			out, err := tt.call.Run(ctx)
			if cli.ExitCode(err) != cli.ExitFailed {
				t.Fatalf("exit code of %v, want %d", err, cli.ExitFailed)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
			if out != "" {
				t.Errorf("it still showed the samples:\n%s", out)
			}
		})
	}
}

// patience is how long a test waits for what a busy machine does late.
const patience = 2 * time.Minute

// A running is a program that runs in parallel to the test.
type running struct {
	done chan struct{} // closed when the program has ended
	err  error         // its error, from then on

	mu    sync.Mutex
	text  strings.Builder
	wrote chan struct{} // has something when text has grown
}

func start(ctx context.Context, t *testing.T, c clitest.Call) *running {
	t.Helper()
	r := &running{done: make(chan struct{}), wrote: make(chan struct{}, 1)}
	go func() {
		defer close(r.done)
		r.err = c.RunTo(ctx, r, r)
	}()
	return r
}

// Write takes what the program prints.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case r.wrote <- struct{}{}:
	default:
	}
	return r.text.Write(p)
}

// await gives the first match in what is printed, once it is there.
func (r *running) await(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	late := time.After(patience)
	for {
		r.mu.Lock()
		text := r.text.String()
		r.mu.Unlock()
		if match := re.FindString(text); match != "" {
			return match
		}
		select {
		case <-r.wrote:
		case <-late:
			t.Fatalf("no %s in\n%s", pattern, text)
		case <-r.done:
			if !re.MatchString(r.all()) {
				t.Fatalf("it ended with %v and without %s:\n%s", r.err, pattern, r.all())
			}
		}
	}
}

func (r *running) all() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func (r *running) wait() error {
	<-r.done
	return r.err
}
