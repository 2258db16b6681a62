package events

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/lambdatest"
)

func TestEventsUsage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		code       int
		want       string
	}{
		{"nothing to do", "", cli.ExitUsage, "list, find, show, tail, pull, export, replay, retry, cancel, erase, reindex"},
		{"no such state", "list --state done", cli.ExitUsage, "claimed, released, completed, failed, unhandled"},
		{"no such time", "list --since yesterday", cli.ExitUsage, `--since "yesterday": give how long ago`},
		{"a time to come", "list --until -5m", cli.ExitUsage, "--until"},
		{"nothing to list", "list --limit 0", cli.ExitUsage, "--limit"},
		{"nowhere", "list", cli.ExitFailed, "TableName is not known: give --stack NAME"},
		{"no id", "replay kyc", cli.ExitUsage, "give the source and the event's id"},
		{"two shown", "show kyc#1 kyc#2", cli.ExitUsage, "show takes one event"},
		{"half a key", "show kyc#", cli.ExitUsage, `"kyc#" is not SOURCE#ID`},
		{"keys and a word", "replay kyc#1 evt_2", cli.ExitUsage, `"evt_2" is not SOURCE#ID`},
		{"nothing to replay", "replay", cli.ExitUsage, "name events, or select them"},
		{"both ways", "replay kyc 1 --since 1h", cli.ExitUsage, "not both"},
		{"a body for many", "replay kyc 1 2 --file x", cli.ExitUsage, "one event"},
		{"a body for a selection", "replay --source kyc --file x", cli.ExitUsage, "one event"},
		{"a provider for many", "replay --since 1h --provider kyc", cli.ExitUsage, "--provider needs --source"},
		{"events that continue by themselves", "replay --state released", cli.ExitUsage, "completed, failed, unhandled"},
		{"times that exclude each other", "retry --since 1h --until 2h", cli.ExitUsage, "--since is not before --until"},
		{"a cause of what is not open", "replay --state completed --kind x", cli.ExitUsage, "no completed event is"},
		{"reasons that exclude each other", "replay --state unhandled --reason permanent", cli.ExitUsage, "no event matches"},
		{"events that have ended", "retry --state failed", cli.ExitUsage, "give one of released, claimed"},
		{"too many handlers", "retry kyc 1 --assume-done " + strings.TrimSuffix(strings.Repeat("a,", 33), ","), cli.ExitUsage, "at most 32"},
		{"JSON that would ask", "cancel --source kyc --json", cli.ExitUsage, "--json does not ask"},
		{"selection of no state", "replay --state done", cli.ExitUsage, `--state "done": give one of`},
		{"no file", "replay kyc 1 --file testdata/nothing-here", cli.ExitFailed, "read the body"},
		{"no queue", "replay kyc 1", cli.ExitFailed, "QueueUrl is not known"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{}
			if tt.name == "no queue" {
				env["TABLE_NAME"] = "ledger"
			}
			_, err := clitest.Call{Commands: commands, Args: strings.Fields("events " + tt.args), Env: env, Register: clitest.OpenAccount}.Run(t.Context())
			if cli.ExitCode(err) != tt.code || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit code %d, %v; want %d and %q", cli.ExitCode(err), err, tt.code, tt.want)
			}
		})
	}
}

func TestEventsList(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	out, err := clitest.Call{Commands: commands, Env: f.Env(), Args: strings.Fields("events list --source kyc --state unhandled --since 7d --until 2026-10-01")}.Run(t.Context())
	const size = "Reading the whole table: about 5 items, 0.0 MB, 2 read units (US$ 0.0000 in us-east-1).\n"
	if err != nil || !strings.HasPrefix(out, size) || !strings.Contains(out, "No event matches.") {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []map[string]any{
		clitest.S("kyc#"), clitest.S("COMPLETED"), clitest.S("unhandled"), clitest.N(clitest.Noon.AddDate(0, 0, -7).UnixMilli()), clitest.N(clitest.Noon.Add(-12 * time.Hour).UnixMilli()),
	} {
		if !f.Filter(want) {
			t.Errorf("no %v in the filter %v", want, f.Filters)
		}
	}
	out, err = clitest.Call{Commands: commands, Env: f.Env(), Args: strings.Fields("events list --json --limit 1 --since 90m --type kyc.session.approved --until 2026-10-01T11:30:00Z")}.Run(t.Context())
	if err != nil || !strings.Contains(out, "2 older events match too") || strings.Count(out, `"source":"kyc"`) != 1 {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []map[string]any{clitest.S("kyc.session.approved"), clitest.N(clitest.Noon.Add(-90 * time.Minute).UnixMilli()), clitest.N(clitest.Noon.Add(-30 * time.Minute).UnixMilli())} {
		if !f.Filter(want) {
			t.Errorf("no %v in the filter %v", want, f.Filters)
		}
	}
}

// TestEventsSkipped wants items that are not records of events skipped, counted and named,
// next to the events, and no control character of it on the terminal.
func TestEventsSkipped(t *testing.T) {
	t.Parallel()
	const reason = "the first of them: read the record of a\\u001b[2J: its key is not that of an event"
	for args, want := range map[string]string{
		"list --all":                    "3 events matched.",
		"list --all --json":             `"id":"evt_1"`,
		"replay --source kyc --dry-run": "     1  runs open-account\n        kyc#evt_1",
	} {
		f := clitest.NewTable(t)
		f.Items["a\x1b[2J"] = map[string]any{"pk": clitest.S("a\x1b[2J"), "name": clitest.S("x")}
		f.Items["kyc#1"] = map[string]any{"pk": clitest.S("a\x1b[2J"), "state": clitest.N(1)}
		out, _ := clitest.Call{Commands: commands, Env: f.Env(), Args: strings.Fields("events " + args), Register: clitest.OpenAccount}.Run(t.Context())
		if !strings.Contains(out, want) || !strings.Contains(out, "Skipped 2 items that are not records of events, ") || !strings.Contains(out, reason) {
			t.Errorf("%s: want %q and %q:\n%s", args, want, reason, out)
		}
	}
}

// TestEventsShow wants the payload only if it is asked for.
func TestEventsShow(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	for _, tt := range []struct {
		args    string
		code    int
		want    string
		payload bool
	}{
		{"kyc evt_1", cli.ExitDone, "  payload      not shown, as it may hold personal data", false},
		{"kyc#evt_1 --payload", cli.ExitDone, "  payload\n  {\n", true},
		{"kyc evt_1 --json", cli.ExitDone, `"state":"COMPLETED"`, false},
		{"kyc evt_1 --json --payload", cli.ExitDone, `"payload":"{\"id\":\"evt_1\"`, true},
		{"kyc evt_2 --payload", cli.ExitDone, "  payload      not kept; payloads are kept for", false},
		{"kyc evt_2 --payload --json", cli.ExitDone, "KeepPayloads", false},
		{"kyc evt_9", cli.ExitFailed, "kyc#evt_9: the ledger has no record of it", false},
	} {
		out, err := clitest.Call{Commands: commands, Env: f.Env(), Args: strings.Fields("events show " + tt.args)}.Run(t.Context())
		if err != nil {
			out += err.Error()
		}
		if cli.ExitCode(err) != tt.code || !strings.Contains(out, tt.want) || strings.Contains(out, "7331") != tt.payload {
			t.Errorf("%s: exit code %d, want %d and %q:\n%s", tt.args, cli.ExitCode(err), tt.code, tt.want, out)
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
		{"one", "kyc evt_1 --yes", cli.ExitDone, 1, "sent kyc#evt_1: runs open-account\n1 event put into the queue."},
		{"dry run", "kyc evt_1 --dry-run", cli.ExitDone, 0, "replay does this:\n     1  runs open-account\n        kyc#evt_1\n"},
		{"nobody to ask", "kyc evt_1", cli.ExitFailed, 0, "add --yes"},
		{"one of two", "kyc evt_1 evt_3 --yes", cli.ExitFailed, 1, "left alone: it has not ended"},
		{"selected", "--source kyc --yes", cli.ExitFailed, 1, "2 events match."},
		{"no such handler", "kyc evt_1 --handler open-acount --yes", cli.ExitFailed, 0, "open-acount has not handled it"},
		{"another provider's", "kyc evt_1 --provider contiguity --yes", cli.ExitDone, 1, "open-account: has run before and is not registered here"},
		{"body not kept", "kyc evt_2 --yes", cli.ExitFailed, 0, "not kept; give it with --file"},
		{"body from a file", "kyc evt_2 --file testdata/body.json --yes", cli.ExitDone, 1, "sent kyc#evt_2: runs open-account"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, queue := clitest.NewTable(t), lambdatest.NewSQS()
			t.Cleanup(queue.Server.Close)
			env := queue.Env()
			env["TABLE_NAME"], env["AWS_ENDPOINT_URL_DYNAMODB"] = "ledger", f.URL
			out, err := clitest.Call{Commands: commands, Env: env, Args: strings.Fields("events replay " + tt.args), Register: clitest.OpenAccount}.Run(t.Context())
			if err != nil {
				out += err.Error()
			}
			if cli.ExitCode(err) != tt.code || len(queue.Sent()) != tt.sent || !strings.Contains(out, tt.want) || strings.Contains(out, "7331") {
				t.Fatalf("exit code %d, sent %d; want %d, %d and %q:\n%s", cli.ExitCode(err), len(queue.Sent()), tt.code, tt.sent, tt.want, out)
			}
			for _, m := range queue.Sent() {
				if !strings.Contains(m.Attributes["failure"], `"reason":"replay"`) || m.Attributes["received"] != fmt.Sprint(clitest.Noon.Add(-time.Hour).UnixMilli()) {
					t.Errorf("sent %v", m.Attributes)
				}
			}
		})
	}
}

func TestEventsReplayOfNone(t *testing.T) {
	t.Parallel()
	f := clitest.NewTable(t)
	clear(f.Items)
	out, err := clitest.Call{Commands: commands, Env: f.Env(), Args: strings.Fields("events replay --source kyc --dry-run")}.Run(t.Context())
	if err != nil || !strings.HasSuffix(out, "\nNo event matches.\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestEventsReplayAsks runs the program itself on a terminal.
func TestEventsReplayAsks(t *testing.T) {
	t.Parallel()
	f, queue := clitest.NewTable(t), lambdatest.NewSQS()
	t.Cleanup(queue.Server.Close)
	f.Items["kyc#evt_1"]["exp"] = clitest.N(time.Now().Add(59 * 24 * time.Hour).Unix())
	t.Run("script", func(t *testing.T) { // it runs in parallel: the engines must outlive it
		env := queue.Env()
		env["TABLE_NAME"], env["AWS_ENDPOINT_URL_DYNAMODB"] = "ledger", f.URL
		clitest.Script(t, "testdata/replay", env)
	})
	if n := len(queue.Sent()); n != 1 {
		t.Errorf("sent %d, want 1: after the yes", n)
	}
}
