package events

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
)

func TestPull(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		body       string // of evt_2, whose body is not kept otherwise
		another    bool   // kyc has another secret there
		code       int
		want, ids  []string
	}{
		{
			name: "everything", args: "--since 1d --yes", code: cli.ExitFailed,
			want: []string{"its payload is not kept", "2 events sent to ", "1 left alone", "not every event was sent to ", "Reading the whole table"},
			ids:  []string{"evt_1", "evt_3"},
		},
		{name: "one by name", args: "kyc evt_1 --yes", want: []string{"1  is sent to http", "/hooks/kyc", "sent kyc#evt_1"}, ids: []string{"evt_1"}},
		{name: "by a value", args: "--field data.session_id=s-9 --yes", want: []string{"1 event sent", "Not searched: 1 event whose payload is not kept"}, ids: []string{"evt_3"}},
		{name: "dry run", args: "kyc evt_1 --dry-run", want: []string{"1  is sent to http"}},
		{name: "JSON", args: "kyc evt_1 --yes --json", want: []string{`"act":"pull"`, `"outcome":"sent"`}, ids: []string{"evt_1"}},
		{name: "nobody to ask", args: "kyc evt_1", code: cli.ExitFailed, want: []string{"add --yes"}},
		{name: "no record", args: "kyc evt_9 --yes", code: cli.ExitFailed, want: []string{"the ledger has no record of it"}},
		{name: "not JSON", args: "kyc evt_2 --yes", body: "no JSON", code: cli.ExitFailed, want: []string{"is not a webhook of its provider"}},
		{name: "of no provider", args: "kyc evt_1 --provider telepathy --yes", code: cli.ExitFailed, want: []string{"its provider is not known"}},
		{name: "other secrets there", args: "kyc evt_1 --yes", another: true, code: cli.ExitFailed, want: []string{"the receiver refused it: 401 signature_mismatch", "0 events sent", "1 left alone"}},
		{name: "not this machine", args: "kyc evt_1 --to https://example.com", code: cli.ExitUsage, want: []string{"not a URL of this machine"}},
		{name: "open, by a value", args: "--state open --contains x", code: cli.ExitUsage, want: []string{"leave one of them out"}},
		{name: "nothing named", args: "", code: cli.ExitUsage, want: []string{"name events"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, set := clitest.NewTable(t), dialect.Sources()
			if tt.body != "" {
				f.Keep("kyc#evt_2", tt.body)
			}
			if tt.another {
				set = clitest.SourcesWith(t, "kyc")
			}
			receiver, received := clitest.Receiver(t, set)
			args := "pull " + tt.args
			if !strings.Contains(args, "--to") {
				args += " --to " + receiver
			}
			out, errs, err := run(t, f, args)
			if err != nil {
				errs += err.Error()
			}
			all := strings.Join(strings.Fields(out+errs), " ")
			if cli.ExitCode(err) != tt.code {
				t.Errorf("exit code %d, want %d", cli.ExitCode(err), tt.code)
			}
			for _, want := range tt.want {
				if !strings.Contains(all, strings.Join(strings.Fields(want), " ")) {
					t.Errorf("no %q in:\n%s%s", want, out, errs)
				}
			}
			var ids []string
			for _, m := range received.Messages() {
				ids = append(ids, m.ID)
			}
			slices.Sort(ids)
			if !slices.Equal(ids, tt.ids) {
				t.Errorf("received %q, want %q", ids, tt.ids)
			}
			if strings.Contains(out+errs, "Example Person") {
				t.Error("it shows a payload")
			}
		})
	}
}

// TestPullInterrupted wants the event under way finished, and to be told how to go on.
func TestPullInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	posted := 0
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { posted++; interrupt() }))
	t.Cleanup(receiver.Close)
	out, err := clitest.Call{
		Commands: commands, Env: clitest.NewTable(t).Env(),
		Args: strings.Fields("events pull kyc evt_1 evt_3 --yes --rate 0.001 --to " + receiver.URL),
	}.Run(ctx)
	const want = "after 1 of 2 events; to go on with the rest, run the same command again: what is there already is dropped as a duplicate"
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), want) || !strings.Contains(out, "1 event sent") || posted != 1 {
		t.Errorf("posted %d, %v\n%s", posted, err, out)
	}
}
