package doctor_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
)

func TestAllIsWell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var live []doctor.Step
		w.options.Report = func(s doctor.Step) { live = append(live, s) }
		report := w.examine()
		if !report.OK || report.Err() != nil || report.Warnings() != 0 || report.Stack != "intake" || report.Source != "contiguity" {
			t.Fatalf("%+v", report)
		}
		if diff := cmp.Diff(report.Steps, live); diff != "" {
			t.Errorf("steps as they were reported (-report +reported):\n%s", diff)
		}
		id := strings.TrimPrefix(report.Event, "contiguity#")
		if !strings.HasPrefix(id, "evt_doctor_") {
			t.Errorf("event %s", report.Event)
		}
		var got []string
		for _, s := range report.Steps {
			if s.Status != doctor.Passed || s.Next != "" {
				t.Errorf("%s is %s, next %q", s.Name, s.Status, s.Next)
			}
			got = append(got, s.Name+": "+s.Found)
		}
		want := []string{
			"outputs: stack intake names everything that is needed",
			"table: created 1999-12-31 23:00:00 UTC (1h ago), with the stack",
			"vault: it answers; nothing waits in it for upkeep",
			"health: GET https://intake.example/healthz answers 200",
			"sources: valid, compliancely, contiguity, contiguity-v1, kyc; the webhook goes to contiguity\n" +
				`no probe: the sources have no "$key"; make one with: hookctl sources key`,
			"handlers: no handler handles events webhookintake.doctor of provider contiguity",
			"refusal: unsigned: 401 signature_missing; forged: 401 signature_mismatch",
			"accepted: signed with the first secret of contiguity: 200 with id " + id,
			"again: a copy of it: 200 with the same id",
			"ledger: completed (unhandled) 0s after it was received, by the clocks there; claimed once: fence 1, attempts 0",
			"copy: dropped: the queue is empty, and the record unchanged",
			"queues: the queue: empty; no dead letters",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		if again := w.examine(); again.Event == report.Event {
			t.Error("the same event again")
		}
	})
}

// TestEarlySteps wants the later steps left out after a step that failed.
func TestEarlySteps(t *testing.T) {
	t.Parallel()
	examine(t, []row{
		{"no such stack", func(w *world) {
			w.options.Find = func(context.Context) (doctor.Site, error) { return doctor.Site{}, errBroken }
		}, "outputs", doctor.Failed, []string{"broken", "check that the stack is deployed"}},
		{"an output is missing", func(w *world) {
			w.options.Find = func(context.Context) (doctor.Site, error) {
				return doctor.Site{}, fmt.Errorf("TableName %w", stack.ErrMissing)
			}
		}, "outputs", doctor.Failed, []string{"TableName is not known; next: "}},
		{"from the environment", func(w *world) { w.site.Name = "" }, "outputs", doctor.Passed, []string{"the environment names everything"}},
		{"no answer", func(w *world) { w.options.Transport = silence{} }, "health", doctor.Failed, []string{"healthz: broken", "reachable from here"}},
		{"another site answers", func(w *world) {
			w.answer(func(*http.Request) (int, string) { return 200, "<html>welcome</html>" })
		}, "health", doctor.Failed, []string{"answers 200, not 200 with status ok", "check that the URL leads to it"}},
		{"a redirect", func(w *world) {
			w.answer(func(*http.Request) (int, string) { return 301, "" })
		}, "health", doctor.Failed, []string{"answers 301"}},
		{"ingest is down", func(w *world) {
			w.answer(func(*http.Request) (int, string) { return 500, `{"message":"Internal Server Error"}` })
		}, "health", doctor.Failed, []string{"answers 500", "LOGS OF INGEST"}},
		{"throttled", func(w *world) {
			w.answer(func(*http.Request) (int, string) { return 429, `{"message":"Too Many Requests"}` })
		}, "health", doctor.Failed, []string{"answers 429", "rate limit"}},
		{"not encrypted", func(w *world) { w.site.HealthURL = "http://intake.example/healthz" },
			"health", doctor.Warned, []string{"without encryption", "use an https URL"}},
		{"not encrypted, to an address", func(w *world) { w.site.HealthURL = "http://192.0.2.1/healthz" },
			"health", doctor.Warned, []string{"without encryption"}},
		{"not encrypted, within this machine", func(w *world) { w.site.HealthURL = "http://127.0.0.1:8080/healthz" },
			"health", doctor.Passed, nil},
		{"not encrypted, within this machine by name", func(w *world) { w.site.HealthURL = "http://localhost:8080/healthz" },
			"health", doctor.Passed, nil},
	})
}

// made sets when the table was created, and the stack.
func made(table, stack time.Duration, err error) func(w *world) {
	return func(w *world) {
		now := time.Now()
		w.site.Table = func(context.Context) (time.Time, error) { return now.Add(table), err }
		if w.site.Created = now.Add(stack); stack == 0 {
			w.site.Created = time.Time{}
		}
	}
}

// TestTable wants a table that was deleted, and one that was created again, found.
func TestTable(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	examine(t, []row{
		{"as old as the stack", made(-year, -year, nil), "table", doctor.Passed, []string{"with the stack"}},
		{"taken over from another stack", made(-2*year, -year, nil), "table", doctor.Passed, []string{"with the stack"}},
		{"the first change set was read for a day", made(-year, -year-24*time.Hour, nil), "table", doctor.Passed, []string{"with the stack"}},
		{"created again", made(-year, -year-24*time.Hour-time.Millisecond, nil), "table", doctor.Warned,
			[]string{"created 1999-01-01 00:00:00 UTC", "after the stack", "run twice", "If the table is lost"}},
		{"without a stack", made(-time.Hour, 0, nil), "table", doctor.Passed, []string{"created 1999-12-31 23:00:00 UTC (1h ago)"}},
		{"deleted", made(0, -year, doctor.ErrNoTable), "table", doctor.Failed,
			[]string{"does not exist", "stop process before the table is created again", "If the table is lost"}},
		{"no right to look", made(0, -year, errBroken), "table", doctor.Warned, []string{"not known: broken", "dynamodb:DescribeTable"}},
	})
}

// TestVault wants a vault that is missing or closed found, and the later steps taken.
func TestVault(t *testing.T) {
	t.Parallel()
	answers := func(spilled bool, err error) func(w *world) {
		return func(w *world) { w.site.Vault = func(context.Context) (bool, error) { return spilled, err } }
	}
	examine(t, []row{
		{"no vault", func(w *world) { w.site.Vault = nil }, "vault", doctor.Passed, []string{"none is known"}},
		{"no bucket", answers(false, vault.ErrNoBucket), "vault", doctor.Warned, []string{"does not exist", "large webhooks are refused", "VAULT_BUCKET"}},
		{"denied", answers(false, vault.ErrDenied), "vault", doctor.Warned, []string{"denies access", "s3:ListBucket"}},
		{"another region", answers(false, errBroken), "vault", doctor.Warned, []string{"broken", "name and region"}},
		{"spilled", answers(true, nil), "vault", doctor.Warned, []string{"wait in it for upkeep", "hookctl upkeep --stack intake"}},
	})
}

// silence never answers.
type silence struct{}

func (silence) RoundTrip(*http.Request) (*http.Response, error) { return nil, errBroken }

// give sets a world's sources document.
func give(doc string, err error) func(w *world) {
	return func(w *world) {
		w.site.Sources = func(context.Context) ([]byte, error) { return []byte(doc), err }
	}
}

// A uses is a log of ingest.
type uses func(sources.Query) (time.Time, error)

func (u uses) LastUse(_ context.Context, q sources.Query) (time.Time, bool, error) {
	last, err := u(q)
	return last, true, err
}

// used is a log in which a webhook came an hour ago to a URL that expires in seven days; if now
// is nil, none came.
func used(now func() time.Time) uses {
	return func(q sources.Query) (time.Time, error) {
		if now == nil || q.Source != "compliancely" || q.Expires.Before(now().Add(7*24*time.Hour)) {
			return time.Time{}, nil
		}
		return now().Add(-time.Hour), nil
	}
}

// urls gives a world a source that checks URLs, whose window is as long as they are valid, and
// the log.
func urls(log uses) func(*world) {
	doc := strings.Replace(document, `"product": "tin_match"`,
		`"product": "tin_match", "dedup_window_s": 2592000, "url_secrets": ["s3cr3t-of-urls-0123456789"]`, 1)
	return func(w *world) {
		give(doc, nil)(w)
		if log != nil {
			w.site.URLs = log
		}
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	const set = "go tool hookctl sources set --stack intake"
	examine(t, []row{
		{"no version yet", give("", fmt.Errorf("read: %w", source.ErrNoVersion)), "sources", doctor.Failed, []string{"no value yet", set}},
		{"a URL outlives the window", give(strings.Replace(document, `"product": "tin_match"`, `"product": "tin_match", "url_secrets": ["s3cr3t-of-urls-0123456789"]`, 1), nil),
			"sources", doctor.Warned, []string{"compliancely: a webhook can be replayed from 1 hour after", "sources url NAME --valid 30d --stack intake"}},
		{"a URL in use expires soon", urls(used(time.Now)), "sources", doctor.Warned,
			[]string{"compliancely: a webhook came 1999-12-31 23:00:00 UTC (1h ago) to a URL that expires within a week"}},
		{"no URL in use expires soon", urls(used(nil)), "sources", doctor.Passed, []string{"valid"}},
		{"the log is not readable", urls(func(sources.Query) (time.Time, error) { return time.Time{}, errBroken }), "sources", doctor.Warned,
			[]string{"compliancely: when its URLs in use expire is not known", "broken"}},
		{"the log is not known", urls(nil), "sources", doctor.Warned, []string{"compliancely: when its URLs in use expire is not known"}},
		{"a key, so upkeep probes", give(strings.Replace(document, "{", `{"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",`, 1), nil),
			"sources", doctor.Passed, []string{"the webhook goes to contiguity; next: "}},
		{"no source", give("{}", nil), "sources", doctor.Failed, []string{"names no source", set}},
		{"not readable", give("", errBroken), "sources", doctor.Failed, []string{"broken", "secretsmanager:GetSecretValue"}},
		{"not valid", give(`{"kyc": {"secrets": ["s3cr3t"], "signed": "s3cr3t"}}`, nil), "sources", doctor.Failed,
			[]string{"not valid:\nsources.kyc.signed", set}},
		{"a sample secret", give(`{"kyc": {"secrets": ["sample-only-kyc"]}}`, nil), "sources", doctor.Failed, []string{"sources.kyc.secrets[0]"}},
		{"a source that is named", func(w *world) { w.options.Source = "kyc" }, "sources", doctor.Passed, []string{"the webhook goes to kyc"}},
		{"a source that is not there", func(w *world) { w.options.Source = "shop" }, "sources", doctor.Failed,
			[]string{`no source "shop"; there are compliancely, contiguity, contiguity-v1, kyc`}},
		{"a token in a URL that is not encrypted", func(w *world) {
			w.options.Source, w.site.HealthURL = "contiguity-v1", "http://intake.example/healthz"
		}, "sources", doctor.Failed, []string{"have their token in the URL"}},
		{"a token in a URL", func(w *world) { w.options.Source = "contiguity-v1" }, "accepted", doctor.Passed, []string{"sha256:"}},
		{"a source without ids", func(w *world) { w.options.Source = "compliancely" }, "accepted", doctor.Passed, []string{"sha256:"}},
	})
}

func TestWithoutStackSampleSecretsAreTaken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.site.Name, w.site.AllowSample = "", true
		give(`{"kyc": {"secrets": ["sample-only-kyc"]}}`, nil)(w)
		report := w.examine()
		if got := step(t, report, "sources"); got.Status != doctor.Passed {
			t.Error(line(got))
		}
		// The intake has others, and does not accept them.
		if got := step(t, report, "accepted"); got.Status != doctor.Failed || !strings.Contains(line(got), "401 signature_mismatch") {
			t.Error(line(got))
		}
	})
}

// TestInterrupted ends the run while it waits for the ledger.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithTimeoutCause(t.Context(), 3*time.Second, errors.New("Ctrl-C"))
		defer cancel()
		report := doctor.Run(ctx, w.options) // nothing handles the queue
		got := step(t, report, "ledger")
		if got.Status != doctor.Failed || got.Found != "interrupted" || got.Millis != 3000 {
			t.Errorf("ledger %s after %v ms", line(got), got.Millis)
		}
		if got := step(t, report, "queues"); got.Status != doctor.NotTried {
			t.Errorf("queues %s", line(got))
		}
	})
}
