package doctor

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// doctorSources is the sources document of the intakes. Its secrets contain "s3cr3t", which
// must not be printed.
const doctorSources = `{
	"contiguity":    {"secrets": ["whsec_s3cr3t-of-the-engine-test-a", "whsec_s3cr3t-of-the-engine-test-b"]},
	"contiguity-v1": {"secrets": ["s3cr3t-of-the-engine-test-c"]},
	"kyc":           {"secrets": ["s3cr3t-of-the-engine-test-d"]},
	"compliancely":  {"secrets": ["s3cr3t-of-the-engine-test-e"], "key": ["/id"]},
	"transcripts":   {"provider": "compliancely", "secrets": ["s3cr3t-of-the-engine-test-f"], "product": "transcript"},
	"shop":          {"provider": "standard", "secrets": ["whsec_s3cr3tOfTheEngineTestAA"]}
}`

// An intake is both built functions with real engines.
type intake struct {
	clitest.Engines
	env map[string]string // of the functions and of the doctor
}

// newIntake creates a queue, a dead-letter queue and a table, and starts ingest.
func newIntake(t *testing.T, programs map[string]string) *intake {
	t.Helper()
	on, name := clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB")), "doctor-"+rand.Text()
	visibility := map[string]string{"VisibilityTimeout": "360"}
	in := &intake{Engines: on, env: map[string]string{
		"AWS_REGION": clitest.EngineRegion, "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
		"AWS_ENDPOINT_URL_SQS": on.SQS, "AWS_ENDPOINT_URL_DYNAMODB": on.DynamoDB, "SOURCES": doctorSources, "TABLE_NAME": name,
		"QUEUE_URL": on.NewQueue(t, name, visibility), "DLQ_URL": on.NewQueue(t, name+"-dead", visibility),
	}}
	on.NewTable(t, name)
	front := httptest.NewServer(lambdatest.Gateway(lambdatest.Run(t, programs["ingest"], in.env)))
	t.Cleanup(front.Close)
	in.env["WEBHOOK_URL"] = front.URL + "/hooks/{source}"
	return in
}

// process starts the process function, and invokes it with the queue's messages.
func (in *intake) process(t *testing.T, programs map[string]string) {
	t.Helper()
	events := lambdatest.EventSource{Queue: in.Queue(t, in.env["QUEUE_URL"]), Process: lambdatest.Run(t, programs["process"], in.env), Timeout: time.Minute}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		for ctx.Err() == nil {
			events.Step(ctx, time.Second)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
}

// examine runs the doctor, with changes to its environment.
func (in *intake) examine(t *testing.T, changes map[string]string, args ...string) (report Report, err error) {
	t.Helper()
	out, err := in.run(t, changes, append([]string{"--json"}, args...)...)
	if wrong := json.Unmarshal([]byte(out), &report); wrong != nil {
		t.Fatalf("%v in:\n%s", wrong, out)
	}
	return report, err
}

// run returns what the doctor printed.
func (in *intake) run(t *testing.T, changes map[string]string, args ...string) (output string, err error) {
	t.Helper()
	env := maps.Clone(in.env)
	maps.Copy(env, changes)
	var out strings.Builder
	err = clitest.Call{
		Commands: commands, Args: append([]string{"doctor"}, args...), Env: env,
		Now: time.Now, // the programs verify signed times with the real clock
		Register: func(r *hook.Registry, _ func(string) string) error {
			hook.OnProvider(r, contiguity.Provider{}, "witness", func(context.Context, hook.Event[json.RawMessage]) error { return nil })
			return nil
		},
	}.RunTo(t.Context(), &out, &out)
	if strings.Contains(out.String()+fmt.Sprint(err), "s3cr3t") {
		t.Errorf("it shows a secret:\n%s", out.String())
	}
	return out.String(), err
}

// found returns a step as a line.
func found(r Report, name string) string {
	for _, s := range r.Steps {
		if s.Name == name {
			return string(s.Status) + ": " + s.Found + "; next: " + s.Next
		}
	}
	return "no step " + name
}

func enginePrograms(t *testing.T) map[string]string {
	t.Helper()
	clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB"))
	ingest := &lambdatest.Program{Package: "webhookintake/functions/ingest"}
	process := &lambdatest.Program{Package: "webhookintake/functions/process", Handlers: "../../process/testdata/obedient/register.go"}
	t.Cleanup(func() { _, _ = ingest.Remove(), process.Remove() })
	return map[string]string{"ingest": ingest.Path(t), "process": process.Path(t)}
}

func TestEngineDoctor(t *testing.T) {
	t.Parallel()
	programs := enginePrograms(t)
	in := newIntake(t, programs)
	in.process(t, programs)
	silent := newIntake(t, programs) // nothing handles its queue
	t.Run("runs", func(t *testing.T) {
		for _, tt := range []struct {
			source string
			flags  string
			want   map[string]string // in the lines of steps
		}{
			{"", "", map[string]string{"sources": "the webhook goes to kyc", "ledger": "unhandled"}},
			{"contiguity", "--yes", map[string]string{"handlers": "warning", "ledger": "handled by witness"}},
			{"contiguity-v1", "", nil},
			{"kyc", "", nil},
			{"compliancely", "", map[string]string{"handlers": "events unknown of", "accepted": "key:"}},
			{"transcripts", "", map[string]string{"handlers": "events transcript of", "accepted": "sha256:"}},
			{"shop", "", map[string]string{"handlers": "events webhookintake.doctor of provider standard"}},
		} {
			t.Run(cmp.Or(tt.source, "the default"), func(t *testing.T) {
				t.Parallel()
				report, err := in.examine(t, nil, append(strings.Fields(tt.flags), "--source="+tt.source)...)
				if err != nil || !report.OK || len(report.Steps) != 12 {
					t.Fatalf("%v, %+v", err, report)
				}
				for _, s := range report.Steps {
					if s.Status != Passed && s.Name != "handlers" {
						t.Errorf("%s: %s", s.Name, found(report, s.Name))
					}
				}
				for step, want := range tt.want {
					if got := found(report, step); !strings.Contains(got, want) {
						t.Errorf("%s: %s; want %q", step, got, want)
					}
				}
			})
		}
	})
	t.Run("as text", func(t *testing.T) {
		out, err := in.run(t, nil)
		if err != nil || strings.Count(out, "ok       ") != 12 || !strings.HasSuffix(out, "\n\nAll is well.\n") {
			t.Errorf("%v\n%s", err, out)
		}
		if out, err = in.run(t, nil, "--source", "contiguity", "--yes"); err != nil || !strings.HasSuffix(out, "\n\nIt works, with warnings: 1.\n") {
			t.Errorf("%v\n%s", err, out)
		}
	})
	in.fails(t, silent)
}

// fails has the faults that only real parts can have.
func (in *intake) fails(t *testing.T, silent *intake) {
	t.Helper()
	noSecret := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"}`)
	}))
	defer noSecret.Close()
	for _, tt := range []struct {
		name    string
		intake  *intake
		changes map[string]string
		flags   string
		step    string // that fails
		want    []string
	}{
		{"another secret", in, map[string]string{"SOURCES": `{"kyc": {"secrets": ["s3cr3t-of-the-engine-test-x"]}}`}, "",
			"accepted", []string{"401 signature_mismatch", "other secrets than the document"}},
		{"a source that the intake does not have", in, map[string]string{"SOURCES": `{"other": {"provider": "kyc", "secrets": ["s3cr3t-of-the-engine-test-x"]}}`}, "",
			"refusal", []string{"404 unknown_source", "every 5 minutes"}},
		{"process does not run", silent, nil, "--wait 1s",
			"ledger", []string{"no record", "about 2 waiting", "event source of process is enabled"}},
		{"no sources yet", in, map[string]string{"SOURCES": "", "SOURCES_SECRET_ARN": "a", "AWS_ENDPOINT_URL_SECRETS_MANAGER": noSecret.URL}, "",
			"sources", []string{"no value yet", "put your sources document"}},
		{"another table", in, map[string]string{"TABLE_NAME": silent.env["TABLE_NAME"]}, "--wait 1s",
			"ledger", []string{"no record", "the queue: "}},
		{"no table", in, map[string]string{"TABLE_NAME": "none"}, "", "table", []string{"does not exist", "stop process"}},
		{"a handler would handle it", in, nil, "--source contiguity", "handlers", []string{"witness", "--yes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := tt.intake.examine(t, tt.changes, strings.Fields(tt.flags)...)
			if cli.ExitCode(err) != cli.ExitFailed || report.OK {
				t.Fatalf("%v, %+v", err, report)
			}
			for _, want := range append(tt.want, "failed: ") {
				if got := found(report, tt.step); !strings.Contains(got, want) {
					t.Errorf("%s: %s; want %q", tt.step, got, want)
				}
			}
		})
	}
	t.Run("dead letters", func(t *testing.T) {
		if err := in.Queue(t, in.env["DLQ_URL"]).Send(t.Context(), queue.Message{Event: webhook.Event{
			Source: "texts", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms", Received: time.Now(), Raw: []byte("{}"),
		}}, 0); err != nil {
			t.Fatal(err)
		}
		report, err := in.examine(t, nil)
		if got := found(report, "queues"); err != nil || !strings.HasPrefix(got, "warning: ") || !strings.Contains(got, "go tool hookctl dead list") {
			t.Errorf("%v, %s", err, got)
		}
	})
}
