package sources

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
)

// twoSources is a document with secrets that contain hunter2, which must never show.
const twoSources = `{
  "contiguity": {"secrets": ["whsec_hunter2_3333", "whsec_hunter2_4444"]},
  "kyc":   {"signed":"body",   "secrets":["hunter2"] }
}`

func TestSourcesList(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, args, want string }{
		{"table", twoSources, "list", "" +
			"SOURCE      PROVIDER    SECRETS                     SETTINGS\n" +
			"contiguity  contiguity  2        ••••3333 ••••4444\n" +
			"kyc         kyc         1        ••••               signed=body\n"},
		{"JSON", `{"kyc": {"signed": "body", "secrets": ["hunter2"]}}`, "list --json",
			"[\n  {\n    \"source\": \"kyc\",\n    \"provider\": \"kyc\",\n    \"secrets\": [\n      \"••••\"\n    ],\n    \"settings\": {\n      \"signed\": \"body\"\n    }\n  }\n]\n"},
		{"no version", "", "list", "There are no sources yet: every webhook is answered with 404 (unknown_source).\n" +
			"Add one:  go tool hookctl sources set NAME --stack intake\n"},
		{"no version as JSON", "", "list --json", "[]\n"},
		{"no sources", "{}", "list", "There are no sources yet: every webhook is answered with 404 (unknown_source).\n" +
			"Add one:  go tool hookctl sources set NAME --stack intake\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, err := newFakeAWS(t, tt.value).sources(strings.Fields(tt.args)...).Run(t.Context())
			if d := diff.Diff(tt.want, out); err != nil || d != "" {
				t.Errorf("%v (-want +got):\n%s", err, d)
			}
		})
	}
}

// TestSourcesChanges runs every change, and checks what is written and printed.
func TestSourcesChanges(t *testing.T) {
	t.Parallel()
	const kyc = `  "kyc": {"signed":"body",   "secrets":["hunter2"] }`
	for _, tt := range []struct {
		name, value, args, stdin string
		want                     string // what is written
		says                     []string
	}{
		{name: "the first source", args: "set kyc --signed body --secret-env NEW",
			want: `  "kyc": {"secrets": ["hunter2-the-new-5555"], "signed": "body"}`,
			says: []string{"kyc is new, of provider kyc", "••••5555  new", "Written. Ingest has it after at most 5 minutes", "https://in.example.com/hooks/kyc"}},
		{name: "from standard input", value: twoSources, args: "set kyc", stdin: "hunter2-piped-6666\n",
			want: `  "contiguity": {"secrets": ["whsec_hunter2_3333", "whsec_hunter2_4444"]},` + "\n" +
				`  "kyc": {"signed": "body", "secrets": ["hunter2-piped-6666"]}`,
			says: []string{"kyc is changed", "••••6666  new", "dropped      ••••  was secrets[0]", "at once when a webhook does not match"}},
		{name: "a setting alone", value: twoSources, args: "set kyc --signed either",
			want: `  "contiguity": {"secrets": ["whsec_hunter2_3333", "whsec_hunter2_4444"]},` + "\n" +
				`  "kyc": {"signed": "either", "secrets": ["hunter2"]}`,
			says: []string{"signed       body -> either", "warning: kyc: what is signed is not pinned"}},
		{name: "a setting and the secret", value: `{"kyc": {"secrets": ["hunter2"]}}`, args: "set kyc --signed body --secret-env NEW",
			want: `  "kyc": {"secrets": ["hunter2-the-new-5555"], "signed": "body"}`, says: []string{"••••5555  new", "signed       not set -> body"}},
		{name: "all settings", value: `{"old": {"provider": "kyc", "secrets": ["hunter2"], "signed": "body"}}`,
			args: "set tins --provider compliancely --product tin_match --header X-Sig --key /id,/status --secret-env NEW",
			want: `  "old": {"provider": "kyc", "secrets": ["hunter2"], "signed": "body"},` + "\n" +
				`  "tins": {"provider": "compliancely", "secrets": ["hunter2-the-new-5555"], "product": "tin_match", "header": "X-Sig", "key": ["/id","/status"]}`,
			says: []string{"tins is new, of provider compliancely", `key          not set -> ["/id","/status"]`}},
		{name: "a setting removed", value: `{"contiguity": {"secrets": ["whsec_hunter2"], "tolerance_s": 60}}`, args: "set contiguity --tolerance=",
			want: `  "contiguity": {"secrets": ["whsec_hunter2"]}`, says: []string{"tolerance_s  60 -> not set"}},
		{name: "unchecked time", value: `{"contiguity": {"secrets": ["whsec_hunter2"]}}`, args: "set contiguity --tolerance 0",
			want: `  "contiguity": {"secrets": ["whsec_hunter2"], "tolerance_s": 0}`, says: []string{"tolerance_s  not set -> 0"}},
		{name: "removed", value: twoSources, args: "remove contiguity", want: kyc, says: []string{"contiguity is removed", "It is gone after at most 5 minutes"}},
		{name: "rotated", value: twoSources, args: "rotate contiguity --secret-env NEW",
			want: `  "contiguity": {"secrets": ["hunter2-the-new-5555","whsec_hunter2_3333"]},` + "\n" + kyc,
			says: []string{"secrets[0]   ••••5555  new", "secrets[1]   ••••3333  was secrets[0]", "dropped      ••••4444", "warning: contiguity: secrets[0] does not begin with whsec_",
				"It is in use after at most 5 minutes, or at once", "Contiguity's Console made the new secret", "sources rotate contiguity --finish --stack intake"}},
		{name: "rotated in a region", value: twoSources, args: "rotate kyc --secret-env NEW --region us-east-1 --profile p",
			want: `  "contiguity": {"secrets": ["whsec_hunter2_3333", "whsec_hunter2_4444"]},` + "\n" +
				`  "kyc": {"signed": "body", "secrets": ["hunter2-the-new-5555","hunter2"]}`,
			says: []string{"sources check --stack intake --region us-east-1 --profile p\n", "--finish --stack intake --region us-east-1 --profile p\n"}},
		{name: "finished", value: twoSources, args: "rotate contiguity --finish",
			want: `  "contiguity": {"secrets": ["whsec_hunter2_3333"]},` + "\n" + kyc, says: []string{"dropped      ••••4444", "are answered with 401"}},
		{name: "nothing to finish", value: twoSources, args: "rotate kyc --finish", says: []string{"Nothing changes"}},
		{name: "nothing to set", value: twoSources, args: "set contiguity --provider contiguity", says: []string{"Nothing changes"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeAWS(t, tt.value)
			c := f.sources(append(strings.Fields(tt.args), "--yes")...)
			c.Stdin = tt.stdin
			out, err := c.Run(t.Context())
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			got := strings.Join(f.written(), "and again ")
			if tt.want != "" {
				tt.want = "{\n" + tt.want + "\n}\n"
			}
			if d := diff.Diff(tt.want, got); d != "" {
				t.Errorf("written (-want +got):\n%s", d)
			}
			for _, want := range tt.says {
				if !strings.Contains(out, want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			if strings.Contains(out, "hunter2") {
				t.Errorf("a secret shows:\n%s", out)
			}
		})
	}
}

// TestSourcesRefused wants nothing written, and the reason.
func TestSourcesRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, value, args string
		code              int
		want              []string
	}{
		{"faults", twoSources, "set Kyc2 --signed twice --product x --secret-env NEW --yes", cli.ExitFailed,
			[]string{"nothing was changed: the sources would not be valid:", `sources."Kyc2": not a source's name`, `sources."Kyc2".provider: no provider of that name`}},
		{"a field of another provider", twoSources, "set kyc --tolerance 5 --yes", cli.ExitFailed, []string{"sources.kyc.tolerance_s: this provider does not use it"}},
		{"a fault elsewhere", `{"kyc": {"secrets": ["hunter2"]}, "contiguity": {"secret": "hunter2"}}`, "set kyc --signed body --yes", cli.ExitFailed,
			[]string{"sources.contiguity.secret: there is no such field", "sources.contiguity.secrets: give at least one"}},
		{"not JSON", `{"kyc": {"secrets": ["hunter2`, "set kyc --signed body --yes", cli.ExitFailed, []string{"line 1", "aws secretsmanager put-secret-value"}},
		{"nobody to ask", twoSources, "set kyc --signed either", cli.ExitFailed, []string{"nothing was changed: standard input is not a terminal", "--yes"}},
		{"the same secret", `{"kyc": {"secrets": ["hunter2-the-new-5555"]}}`, "rotate kyc --secret-env NEW --yes", cli.ExitFailed,
			[]string{"the source already has that secret, as secrets[0]"}},
		{"no secret", twoSources, "rotate kyc --yes", cli.ExitFailed, []string{"the secret is empty"}},
		{"an empty variable", twoSources, "rotate kyc --secret-env NOT_SET --yes", cli.ExitFailed, []string{"the secret is empty"}},
		{"no such source", twoSources, "rotate eu --secret-env NEW --yes", cli.ExitFailed, []string{`no such source "eu": there are contiguity, kyc`}},
		{"remove what is not there", "", "remove kyc --yes", cli.ExitFailed, []string{`no such source "kyc": there are no sources yet`}},
		{"list of an invalid document", `{"kyc": {"secret": "hunter2"}}`, "list", cli.ExitFailed, []string{"sources.kyc.secret:", "sources check --stack intake"}},
		{"seconds", twoSources, "set contiguity --tolerance 5m --yes", cli.ExitUsage, []string{`--tolerance "5m": give a whole number of seconds`}},
		{"secret as an argument", twoSources, "rotate kyc hunter3", cli.ExitUsage, []string{"got 2 arguments"}},
		{"finish with a secret", twoSources, "rotate kyc --finish --secret-env NEW", cli.ExitUsage, []string{"finish", "secret-env"}},
		{"no name", twoSources, "set", cli.ExitUsage, []string{"got 0 arguments; the form is: go tool hookctl sources set NAME"}},
		{"since", twoSources, "check --since 9m59s", cli.ExitUsage, []string{`--since "9m59s": give a duration of at least 10m`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFakeAWS(t, tt.value)
			out, err := f.sources(strings.Fields(tt.args)...).Run(t.Context())
			if cli.ExitCode(err) != tt.code || len(f.written()) > 0 {
				t.Fatalf("%v, written %d times\n%s", err, len(f.written()), out)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want %q in it", err, want)
				}
			}
			if strings.Contains(out+err.Error(), "hunter2") {
				t.Errorf("a secret shows: %v\n%s", err, out)
			}
		})
	}
}

// TestSourcesConcurrently has another version written between the two reads.
func TestSourcesConcurrently(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, twoSources)
	reads := 0
	f.before = func(operation string) {
		if operation == "GetSecretValue" {
			if reads++; reads == 2 {
				f.put("v-2", `{"kyc": {"secrets": ["theirs"]}}`, clitest.Noon.Add(-time.Minute))
			}
		}
	}
	out, err := f.sources("remove", "kyc", "--yes").Run(t.Context())
	if cli.ExitCode(err) != cli.ExitFailed || !strings.Contains(err.Error(), "somebody else changed the sources in the meantime; nothing was written") || len(f.written()) > 0 {
		t.Errorf("%v, written %d times\n%s", err, len(f.written()), out)
	}
}

// TestSourcesSecretIsAskedFor wants the secret that was typed, piped in, or read from a file
// without the line break at its end.
func TestSourcesSecretIsAskedFor(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(name, []byte("hunter2-in-a-file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, prompt, stdin, want string }{
		{"rotate kyc --yes", "hunter2-typed", "", `["hunter2-typed","hunter2"]`},
		{"rotate kyc --yes --secret-prompt", "hunter2-typed", "hunter2-piped", `["hunter2-typed","hunter2"]`},
		{"rotate kyc --yes", "", "hunter2-piped", `["hunter2-piped","hunter2"]`},
		{"rotate kyc --yes --secret-file FILE", "hunter2-typed", "hunter2-piped", `["hunter2-in-a-file","hunter2"]`},
	} {
		f := newFakeAWS(t, twoSources)
		args := strings.Fields(tt.args)
		if last := len(args) - 1; args[last] == "FILE" {
			args[last] = name
		}
		c := f.sources(args...)
		c.Password, c.Stdin = tt.prompt, tt.stdin
		out, err := c.Run(t.Context())
		if err != nil || len(f.written()) != 1 || !strings.Contains(f.written()[0], tt.want) || strings.Contains(out, "hunter2") {
			t.Errorf("%s: %v, written %q\n%s", tt.args, err, f.written(), out)
		}
	}
	f := newFakeAWS(t, twoSources)
	c := f.sources("rotate", "kyc", "--yes")
	c.Stdin = strings.Repeat("x", cli.MaxSecret+1)
	if _, err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "the secret alone") {
		t.Errorf("a large file piped in: %v", err)
	}
}

// TestSourcesAsk runs the program itself on a terminal.
func TestSourcesAsk(t *testing.T) {
	t.Parallel()
	f := newFakeAWS(t, twoSources)
	t.Run("script", func(t *testing.T) { // it is parallel, and ends before the services do
		env := f.env()
		env["AWS_REGION"], env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"] = "us-east-1", "id", "key"
		clitest.Script(t, "testdata/terminal", env)
	})
	if got := f.written(); len(got) != 1 || !strings.Contains(got[0], `["hunter2-typed-7777","hunter2"]`) {
		t.Errorf("written %q, want once: after the yes", got)
	}
}
