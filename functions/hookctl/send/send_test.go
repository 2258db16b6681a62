package send

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

// ids returns the ids of the waiting events, in the order of sending.
func ids(q *memory.Queue) []string {
	var all []string
	for _, m := range q.Messages() {
		all = append(all, m.ID)
	}
	return all
}

func TestEverySampleIsAccepted(t *testing.T) {
	t.Parallel()
	url, q := clitest.Receiver(t, dialect.Sources())
	for _, s := range dialect.Samples() {
		out, err := clitest.Call{Commands: commands, Args: []string{"send", s.Name, "--to", url}}.Run(t.Context())
		if err != nil || !strings.HasPrefix(out, "200  accepted  ") {
			t.Errorf("send %s: %v\n%s", s.Name, err, out)
		}
	}
	if got, want := len(q.Messages()), len(dialect.Samples()); got != want {
		t.Errorf("%d events in the queue, want %d", got, want)
	}
}

func TestSendIdentity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		lines []string // command lines, one after another
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
			url, q := clitest.Receiver(t, dialect.Sources())
			for _, line := range tt.lines {
				args := append([]string{"send", "--to", url}, strings.Fields(line)...)
				if out, err := (clitest.Call{Commands: commands, Args: args}).Run(t.Context()); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			if !tt.check(ids(q)) {
				t.Errorf("ids %v", ids(q))
			}
		})
	}
}

// TestGivenIDIsOneEvent wants the same bytes at every call with --id: another body with the
// same id would be a conflict, and not a duplicate.
func TestGivenIDIsOneEvent(t *testing.T) {
	t.Parallel()
	url, q := clitest.Receiver(t, dialect.Sources())
	for range 2 {
		if _, err := (clitest.Call{Commands: commands, Args: []string{"send", "imessage.incoming", "--id", "evt_1", "--to", url}}).Run(t.Context()); err != nil {
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
	url, q := clitest.Receiver(t, clitest.SourcesWith(t, "contiguity"))
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
			out, err := clitest.Call{Commands: commands, Args: args, Stdin: tt.stdin}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitFailed {
				t.Fatalf("exit code of %v, want %d\n%s", err, cli.ExitFailed, out)
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

// TestSendWithOwnSecret sends as to a deployed intake, which has its own secret, and whose
// clock is far from the sample's time.
func TestSendWithOwnSecret(t *testing.T) {
	t.Parallel()
	set, err := source.Parse([]byte(`{"contiguity":{"secrets":["`+clitest.Secret+`"]},"kyc":{"secrets":["`+clitest.Secret+`"]}}`), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	url, q := clitest.Receiver(t, set)
	for _, name := range []string{"text.incoming.sms", "kyc.session.approved"} {
		c := clitest.Call{Commands: commands, Args: []string{"send", name, "--to", url, "--secret-env", "S"}, Env: map[string]string{"S": clitest.Secret}}
		out, err := c.Run(t.Context())
		if err != nil || strings.Contains(out, clitest.Secret) {
			t.Errorf("send %s: %v\n%s", name, err, out)
		}
	}
	if n := len(q.Messages()); n != 2 {
		t.Errorf("%d events in the queue, want 2", n)
	}
}

func TestSendJSON(t *testing.T) {
	t.Parallel()
	url, _ := clitest.Receiver(t, dialect.Sources())
	out, err := clitest.Call{Commands: commands, Args: []string{"send", "text.incoming.sms", "--id", "evt_1", "--times", "2", "--json", "--to", url}}.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []sign.Answer
	for line := range strings.Lines(out) {
		var one sign.Answer
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if one.Millis <= 0 {
			t.Errorf("no time in %s", line)
		}
		one.Millis = 0
		got = append(got, one)
	}
	want := []sign.Answer{{Status: 200, ID: "evt_1"}, {Status: 200, ID: "evt_1"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestSendToStrangers sends to other programs than the intake.
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
			_, err := clitest.Call{Commands: commands, Args: []string{"send", "tin_match", "--to", server.URL}}.Run(t.Context())
			if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error = %v, want %q in it", err, tt.want)
			}
		})
	}
}
