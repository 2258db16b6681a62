package sources

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/operate/sources"
)

// TestSourcesCheck tests the text for people, from a finished rotation to an invalid document.
func TestSourcesCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		previous string // put an hour before the current one, which is a day old
		current  string
		lines    []fakeLine
		want     string // in the error; empty means none
	}{
		{name: "rotation", current: `{"contiguity": {"secrets": ["whsec_hunter2_3333", "whsec_hunter2_4444"]},
			"kyc": {"secrets": ["hunter2"]}, "tins": {"provider": "compliancely", "secrets": ["hunter2-0000001111", "hunter2"]}}`,
			lines: []fakeLine{
				{"contiguity", 0, clitest.Noon.Add(-12 * time.Minute), false}, {"contiguity", 1, clitest.Noon.Add(-3 * time.Hour), false},
				{"tins", 1, clitest.Noon.Add(-30 * time.Second), true}, {"other", 0, clitest.Noon.Add(-time.Second), false},
			}},
		{name: "silent", current: `{"kyc": {"secrets": ["hunter2"], "signed": "body"}}`},
		{name: "invalid", previous: `{"kyc": {"secrets": ["hunter2"], "signed": "body"}}`, current: `{"kyc": {"secret": ["hunter2"]}}`,
			lines: []fakeLine{{"kyc", 0, clitest.Noon.Add(-12 * time.Minute), false}}, want: "sources.kyc.secret: there is no such field"},
		{name: "both-invalid", current: `{"kyc": {"secret": ["hunter2"]}}`, want: "every webhook is answered with 503"},
		{name: "none", want: "there are no sources"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeAWS(t, "")
			if tt.previous != "" {
				f.put("v-0", tt.previous, clitest.Noon.Add(-25*time.Hour))
			}
			if tt.current != "" {
				f.put("v-1", tt.current, clitest.Noon.Add(-24*time.Hour))
			}
			f.lines = tt.lines
			out, err := f.sources("check").Run(t.Context())
			if (err == nil) != (tt.want == "") || err != nil && (cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			clitest.Golden(t, tt.name+".golden", out)
			if strings.Contains(out, "hunter2") {
				t.Errorf("a secret shows:\n%s", out)
			}
		})
	}
}

func TestSourcesCheckJSON(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, twoSources)
	f.lines = []fakeLine{{"kyc", 0, clitest.Noon.Add(-12 * time.Minute), false}}
	out, err := f.sources("check", "--json", "--since", "30m").Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	clitest.Golden(t, "check.json", out)
	var got sources.Report
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]sources.Verdict{}
	for _, s := range got.Sources {
		verdicts[s.Name] = s.Verdict
	}
	if d := diff.Diff(map[string]sources.Verdict{"contiguity": sources.Idle, "kyc": sources.InUse}, verdicts); d != "" {
		t.Errorf("verdicts (-want +got):\n%s", d)
	}
}

// TestSourcesCheckWithoutLog wants the rest of the report although the log cannot be read.
func TestSourcesCheckWithoutLog(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, twoSources)
	f.noLog = true
	out, err := f.sources("check").Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "IngestLogs is not known") {
		t.Errorf("error = %v", err)
	}
	for _, want := range []string{"The current version is valid", "secrets[1]  ••••4444  not known"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "no accepted webhooks") || strings.Contains(out, "LogLevel") {
		t.Errorf("it says something about the log:\n%s", out)
	}
}

// TestCheckExpiredURL says when a webhook last came to an expired URL, and to one that expires
// soon, as text and as JSON.
func TestCheckExpiredURL(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, allNew)
	f.expired, f.expiring = clitest.Noon.Add(-12*time.Minute), clitest.Noon.Add(-2*time.Hour)
	out, err := f.sources("check").Run(t.Context())
	if want := "expiring URL: a webhook came 2026-10-01 10:00:00 UTC (2h ago) to a URL that expires within a week"; err != nil || !strings.Contains(out, want) {
		t.Errorf("%v, want %q in\n%s", err, want, out)
	}
	if want := "expired URL: a webhook was refused 2026-10-01 11:48:00 UTC (12m ago), as its URL was valid no more"; err != nil || !strings.Contains(out, want) {
		t.Errorf("%v, want %q in\n%s", err, want, out)
	}
	out, err = f.sources("check", "--json").Run(t.Context())
	if want := `"expired_url": "2026-10-01T11:48:00Z",` + "\n" + `      "expiring_url": "2026-10-01T10:00:00Z"`; err != nil || !strings.Contains(out, want) {
		t.Errorf("%v, want %s in\n%s", err, want, out)
	}
}
