package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/ingest"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// A receiver is the product's own ingest over a queue in memory.
func receiver(t *testing.T, set source.Set) (url string, q *memory.Queue) {
	t.Helper()
	q = memory.New(memory.Options{})
	server := httptest.NewServer(&ingest.Handler{
		Sources: source.Fixed(set), Queue: q, Now: func() time.Time { return noon },
	})
	t.Cleanup(server.Close)
	return server.URL, q
}

// ids are the ids of the events that wait, in the order of sending.
func ids(q *memory.Queue) []string {
	var all []string
	for _, m := range q.Messages() {
		all = append(all, m.ID)
	}
	return all
}

func TestEverySampleIsAccepted(t *testing.T) {
	t.Parallel()
	url, q := receiver(t, sample.Sources())
	for _, s := range sample.All() {
		out, err := call{args: []string{"send", s.Name, "--to", url}}.run(t.Context())
		if err != nil || !strings.HasPrefix(out, "200  accepted  ") {
			t.Errorf("send %s: %v\n%s", s.Name, err, out)
		}
	}
	if got, want := len(q.Messages()), len(sample.All()); got != want {
		t.Errorf("%d events in the queue, want %d", got, want)
	}
}

func TestSendIdentity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string // one after another
		check func(ids []string) bool
	}{
		{"a new id each time", []string{"text.incoming.sms", "text.incoming.sms"},
			func(ids []string) bool { return len(ids) == 2 && ids[0] != ids[1] && strings.HasPrefix(ids[0], "evt_") }},
		{"a new id without event ids", []string{"tin_match", "tin_match"},
			func(ids []string) bool { return len(ids) == 2 && ids[0] != ids[1] }},
		{"times send one event", []string{"text.incoming.sms --times 3"},
			func(ids []string) bool { return len(ids) == 3 && ids[0] == ids[1] && ids[1] == ids[2] }},
		{"a given id", []string{"kyc.session.created --id evt_mine", "kyc.session.created --id evt_mine"},
			func(ids []string) bool { return cmp.Equal(ids, []string{"evt_mine", "evt_mine"}) }},
		{"a file", []string{"--file testdata/body.json --provider kyc"},
			func(ids []string) bool { return cmp.Equal(ids, []string{"evt_file_1"}) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			url, q := receiver(t, sample.Sources())
			for _, line := range tt.lines {
				args := append([]string{"send", "--to", url}, strings.Fields(line)...)
				if out, err := (call{args: args}).run(t.Context()); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			if !tt.check(ids(q)) {
				t.Errorf("ids %v", ids(q))
			}
		})
	}
}

// TestGivenIDIsOneEvent wants the same bytes at every call with --id: another body under
// the same id would be a conflict, and not a duplicate.
func TestGivenIDIsOneEvent(t *testing.T) {
	t.Parallel()
	url, q := receiver(t, sample.Sources())
	for range 2 {
		if _, err := (call{args: []string{"send", "imessage.incoming", "--id", "evt_1", "--to", url}}).run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ms := q.Messages()
	if diff := cmp.Diff(string(ms[0].Raw), string(ms[1].Raw)); diff != "" {
		t.Errorf("bodies (-first +second):\n%s", diff)
	}
}

func TestSendRefused(t *testing.T) {
	t.Parallel()
	strict := sample.Sources()
	var err error
	strict["contiguity"], err = withSecret(strict["contiguity"], secretText)
	if err != nil {
		t.Fatal(err)
	}
	url, q := receiver(t, strict)
	for _, tt := range []struct {
		name, args, stdin string
		want              []string
	}{
		{name: "wrong secret", args: "text.incoming.sms", want: []string{"1 of 1 refused", "401 signature_mismatch", "compare"}},
		{name: "bad signature", args: "tin_match --bad-signature --times 2", want: []string{"2 of 2 refused", "401 signature_mismatch"}},
		{name: "no such source", args: "tin_match --to URL/hooks/nobody", want: []string{"404 unknown_source", "no source of that name"}},
		{name: "another provider's source", args: "tin_match --to URL/hooks/kyc", want: []string{"401 signature_missing"}},
		{name: "no such path", args: "tin_match --to URL/elsewhere", want: []string{"404 not_found", "/hooks/<source>"}},
		{name: "no object", args: "--file - --provider kyc", stdin: "[]", want: []string{"400 malformed_body"}},
		{name: "no id", args: "--file - --provider kyc", stdin: `{"type":"a"}`, want: []string{"400 missing_id"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := append([]string{"send", "--to", url}, strings.Fields(strings.ReplaceAll(tt.args, "URL", url))...)
			out, err := call{args: args, stdin: tt.stdin}.run(t.Context())
			if exitCode(err) != exitFailed {
				t.Fatalf("exit code of %v, want %d\n%s", err, exitFailed, out)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
		})
	}
	if n := len(q.Messages()); n != 0 {
		t.Errorf("%d refused events are in the queue", n)
	}
}

func withSecret(src source.Source, text string) (source.Source, error) {
	src.Settings.Secrets = []webhook.Secret{webhook.NewSecret(text)}
	v, err := src.Provider.Configure(src.Settings)
	src.Verifier = v
	return src, err
}

// TestSendWithOwnSecret proves the way to a deployed intake: its own secret and its own
// clock, which the sample's time is far from.
func TestSendWithOwnSecret(t *testing.T) {
	t.Parallel()
	set, err := source.Parse([]byte(`{"contiguity":{"secrets":["`+secretText+`"]},"kyc":{"secrets":["`+secretText+`"]}}`), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	url, q := receiver(t, set)
	for _, name := range []string{"text.incoming.sms", "kyc.session.approved"} {
		c := call{args: []string{"send", name, "--to", url, "--secret-env", "S"}, env: map[string]string{"S": secretText}}
		out, err := c.run(t.Context())
		if err != nil || strings.Contains(out, secretText) {
			t.Errorf("send %s: %v\n%s", name, err, out)
		}
	}
	if n := len(q.Messages()); n != 2 {
		t.Errorf("%d events in the queue, want 2", n)
	}
}

func TestSendJSON(t *testing.T) {
	t.Parallel()
	url, _ := receiver(t, sample.Sources())
	out, err := call{args: []string{"send", "text.incoming.sms", "--id", "evt_1", "--times", "2", "--json", "--to", url}}.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []answer
	for line := range strings.Lines(out) {
		var one answer
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if one.Millis <= 0 {
			t.Errorf("no time in %s", line)
		}
		one.Millis = 0
		got = append(got, one)
	}
	want := []answer{{Status: 200, ID: "evt_1"}, {Status: 200, ID: "evt_1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestSendToStrangers sends to what is no intake.
func TestSendToStrangers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		want    string
	}{
		{"a page", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusTeapot) }, "status 418"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hooks/kyc", http.StatusFound) }, "status 302"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(tt.handler)
			t.Cleanup(server.Close)
			_, err := call{args: []string{"send", "tin_match", "--to", server.URL}}.run(t.Context())
			if exitCode(err) != exitFailed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestEveryCodeHasAHint guards the list of hints against new codes.
func TestEveryCodeHasAHint(t *testing.T) {
	t.Parallel()
	for _, code := range []webhook.Code{
		webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch,
		webhook.ErrTimestampOutsideWindow, webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrMissingType,
		webhook.ErrInvalidID, webhook.ErrInvalidType, webhook.ErrIDMismatch, webhook.ErrUnknownSource,
		webhook.ErrNotFound, webhook.ErrMethod, webhook.ErrTooLarge, webhook.ErrQueueUnavailable,
		webhook.ErrSourcesUnavailable,
	} {
		if hint(code) == "" {
			t.Errorf("no hint for %s", code)
		}
		for line := range strings.Lines(hint(code)) {
			if n := len(strings.TrimSpace(line)); n > 100-len(indent) {
				t.Errorf("hint for %s has a line of %d characters", code, n)
			}
		}
	}
	if got := hint("no_such_code"); got != "" {
		t.Errorf("hint for an unknown code = %q", got)
	}
}
