package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"webhookintake/shared/lambdatest"
)

func TestHelpOfEvents(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"events", "events list", "events show", "events replay"} {
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

func TestEventsUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		code       int
		want       string
	}{
		{"nothing to do", "", exitUsage, "list, show, replay"},
		{"no such state", "list --state done", exitUsage, "claimed, released, completed, failed, unhandled"},
		{"no such time", "list --since yesterday", exitUsage, `--since: "yesterday" is neither`},
		{"a time to come", "list --until -5m", exitUsage, "--until"},
		{"nothing to list", "list --limit 0", exitUsage, "--limit"},
		{"nowhere", "list", exitFailed, "TableName is not known: give --stack NAME"},
		{"no id", "show kyc", exitUsage, "give the source and the event's id"},
		{"two shown", "show kyc#1 kyc#2", exitUsage, "show takes one event"},
		{"half a key", "show kyc#", exitUsage, `"kyc#" is not SOURCE#ID`},
		{"keys and a word", "replay kyc#1 evt_2", exitUsage, `"evt_2" is not SOURCE#ID`},
		{"nothing to replay", "replay", exitUsage, "name events, or select them"},
		{"both ways", "replay kyc 1 --since 1h", exitUsage, "not both"},
		{"a body for many", "replay kyc 1 2 --file x", exitUsage, "one event"},
		{"a body for a selection", "replay --source kyc --file x", exitUsage, "one event"},
		{"a provider for many", "replay --since 1h --provider kyc", exitUsage, "--provider goes with one --source"},
		{"what goes on by itself", "replay --state released", exitUsage, "completed, failed or unhandled"},
		{"selection of no state", "replay --state done", exitUsage, "--state has to be one of"},
		{"no file", "replay kyc 1 --file testdata/nothing-here", exitFailed, "read the body"},
		{"no queue", "replay kyc 1", exitFailed, "QueueUrl is not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			if tt.name == "no queue" {
				env["TABLE_NAME"] = "ledger"
			}
			_, err := call{args: strings.Fields("events " + tt.args), env: env, register: openAccount}.run(t.Context())
			if exitCode(err) != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", exitCode(err), err, tt.code, tt.want)
			}
		})
	}
}

func TestEventsList(t *testing.T) {
	t.Parallel()
	f := newFakeTable(t)
	out, err := call{env: f.env(), args: strings.Fields("events list --source kyc --state unhandled --since 7d --until 2026-10-01")}.run(t.Context())
	if err != nil || !strings.Contains(out, "evt_1") || !strings.Contains(out, "3 events matched.") {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []map[string]any{
		s("kyc#"), s("COMPLETED"), s("unhandled"), n(noon.AddDate(0, 0, -7).UnixMilli()), n(noon.Add(-12 * time.Hour).UnixMilli()),
	} {
		if !f.filter(want) {
			t.Errorf("no %v in the filter %v", want, f.filters)
		}
	}
	out, err = call{env: f.env(), args: strings.Fields("events list --json --limit 1 --state failed --since 90m --type t --until 2026-10-01T11:30:00Z")}.run(t.Context())
	if err != nil || !strings.Contains(out, "2 older events match too") || strings.Count(out, `"source":"kyc"`) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []map[string]any{s("FAILED"), s("t"), n(noon.Add(-90 * time.Minute).UnixMilli()), n(noon.Add(-30 * time.Minute).UnixMilli())} {
		if !f.filter(want) {
			t.Errorf("no %v in the filter %v", want, f.filters)
		}
	}
}

// TestEventsShow wants the payload where it is asked for, and nowhere else.
func TestEventsShow(t *testing.T) {
	t.Parallel()
	f := newFakeTable(t)
	for _, tt := range []struct {
		args    string
		code    int
		want    string
		payload bool
	}{
		{"kyc evt_1", exitDone, "  payload      not shown, as it may hold personal data", false},
		{"kyc#evt_1 --payload", exitDone, "  payload\n  {\n", true},
		{"kyc evt_1 --json", exitDone, `"state":"COMPLETED"`, false},
		{"kyc evt_1 --json --payload", exitDone, `"payload":{"id":"evt_1"`, true},
		{"kyc evt_2 --payload", exitDone, "  payload      not kept; payloads are kept of", false},
		{"kyc evt_2 --payload --json", exitDone, "KeepPayloads", false},
		{"kyc evt_9", exitFailed, "kyc#evt_9: the ledger has no record of it", false},
	} {
		out, err := call{env: f.env(), args: strings.Fields("events show " + tt.args)}.run(t.Context())
		if err != nil {
			out += err.Error()
		}
		if exitCode(err) != tt.code || !strings.Contains(out, tt.want) || strings.Contains(out, "7331") != tt.payload {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", tt.args, exitCode(err), tt.code, tt.want, out)
		}
	}
}

func TestEventsReplay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		code, sent int
		want       string
	}{
		{"one", "kyc evt_1 --yes", exitDone, 1, "sent kyc#evt_1: open-account\n1 event put into the queue."},
		{"only looked at", "kyc evt_1 --dry-run", exitDone, 0, "would send kyc#evt_1: open-account\n"},
		{"nobody to ask", "kyc evt_1", exitFailed, 0, "add --yes"},
		{"one of two", "kyc evt_1 evt_3 --yes", exitFailed, 1, "not sent kyc#evt_3: it has not ended"},
		{"selected", "--source kyc --yes", exitFailed, 1, "1 that have not ended are left out.\n2 events to be handled again."},
		{"no such handler", "kyc evt_1 --handler open-acount --yes", exitFailed, 0, "open-acount has never run for it"},
		{"another provider's", "kyc evt_1 --provider contiguity --yes", exitDone, 1, "open-account       1 times  has run before and is not registered here"},
		{"body not kept", "kyc evt_2 --yes", exitFailed, 0, "not kept: give it with --file"},
		{"body from a file", "kyc evt_2 --file testdata/body.json --yes", exitDone, 1, "sent kyc#evt_2: open-account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, queue := newFakeTable(t), lambdatest.NewSQS()
			t.Cleanup(queue.Server.Close)
			env := queue.Env()
			env["TABLE_NAME"], env["AWS_ENDPOINT_URL_DYNAMODB"] = "ledger", f.URL
			out, err := call{env: env, args: strings.Fields("events replay " + tt.args), register: openAccount}.run(t.Context())
			if err != nil {
				out += err.Error()
			}
			if exitCode(err) != tt.code || len(queue.Sent()) != tt.sent || !strings.Contains(out, tt.want) || strings.Contains(out, "7331") {
				t.Fatalf("exit code %d, sent %d; want %d, %d and %q:\n%s", exitCode(err), len(queue.Sent()), tt.code, tt.sent, tt.want, out)
			}
			for _, m := range queue.Sent() {
				if !strings.Contains(m.Attributes["failure"], `"reason":"replay"`) || m.Attributes["received"] != fmt.Sprint(noon.Add(-time.Hour).UnixMilli()) {
					t.Errorf("sent %v", m.Attributes)
				}
			}
		})
	}
}

func TestEventsReplayOfNone(t *testing.T) {
	t.Parallel()
	f := newFakeTable(t)
	clear(f.items)
	out, err := call{env: f.env(), args: strings.Fields("events replay --source kyc --dry-run")}.run(t.Context())
	if err != nil || out != "No event that has ended matches.\n" {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestEventsReplayAsks runs the program itself on a terminal.
func TestEventsReplayAsks(t *testing.T) {
	t.Parallel()
	f, queue := newFakeTable(t), lambdatest.NewSQS()
	t.Cleanup(queue.Server.Close)
	f.items["kyc#evt_1"]["exp"] = n(time.Now().Add(59 * 24 * time.Hour).Unix())
	t.Run("script", func(t *testing.T) { // it runs in parallel: the engines must outlive it
		testscript.Run(t, testscript.Params{
			Dir: "testdata/replay",
			Setup: func(e *testscript.Env) error {
				e.Setenv("GORACE", "atexit_sleep_ms=0") // else the race detector waits a second at each exit
				for name, value := range queue.Env() {
					e.Setenv(name, value)
				}
				e.Setenv("TABLE_NAME", "ledger")
				e.Setenv("AWS_ENDPOINT_URL_DYNAMODB", f.URL)
				return nil
			},
		})
	})
	if n := len(queue.Sent()); n != 1 {
		t.Errorf("sent %d, want 1: after the yes", n)
	}
}

// TestReconcileKept asks for the session that kept payloads tell of as undecided.
func TestReconcileKept(t *testing.T) {
	t.Parallel()
	f := newFakeTable(t)
	api := newFakeAPI(t, map[string]string{
		"GET /kyc/watchlists":   `{"status":"success","data":{"watchlists":[]}}`,
		"GET /kyc/sessions/s-9": `{"status":"success","data":{"session_id":"s-9","status":"APPROVED"}}`,
	})
	env := f.env()
	env["TOKEN"] = apiToken
	out, err := call{env: env, args: strings.Fields("reconcile kyc --kept --since 48h --dry-run --token-env TOKEN --api " + api.URL)}.run(t.Context())
	if err != nil || !strings.Contains(out, "kyc.session.reconciled") || !strings.Contains(out, "of 1 of 3 events of source kyc no payload is kept") {
		t.Fatalf("%v\n%s", err, out)
	}
	if len(api.asked) != 2 || !f.filter(s("kyc#")) || !f.filter(n(noon.Add(-48*time.Hour).UnixMilli())) {
		t.Errorf("asked %q, by the filter %v", api.asked, f.filters)
	}
	delete(env, "TABLE_NAME")
	_, err = call{env: env, args: strings.Fields("reconcile kyc --kept --dry-run --token-env TOKEN --api " + api.URL)}.run(t.Context())
	if exitCode(err) != exitFailed || !strings.Contains(err.Error(), "--kept: TableName is not known") {
		t.Errorf("without a table: %v", err)
	}
}
