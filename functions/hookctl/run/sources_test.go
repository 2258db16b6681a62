package run

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
)

func TestReadSources(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "sources.json")
	if err := os.WriteFile(file, []byte(ownSources), 0o600); err != nil {
		t.Fatal(err)
	}
	const other = `{"kyc":{"secrets":["own-own-own"]}}`
	for _, tt := range []struct {
		name, given, stdin string
		env                map[string]string
		want               []string // sources
		from               string
		fault              string // part of the error; empty: none
	}{
		{name: "none", want: slices.Sorted(maps.Keys(dialect.Sources()))},
		{name: "variable", env: map[string]string{"SOURCES": other}, want: []string{"kyc"}, from: "SOURCES"},
		{name: "file before the variable", given: file, env: map[string]string{"SOURCES": other}, want: []string{"contiguity"}, from: file},
		{name: "piped in", given: "-", stdin: other, want: []string{"kyc"}, from: "standard input"},
		{name: "nothing piped in", given: "-", fault: "standard input: sources: "},
		{name: "no source", given: "-", stdin: "{}", fault: "there is no source in it"},
		{name: "placeholder", given: "-", stdin: `{"kyc":{"secrets":["YOUR_SECRET"]}}`, fault: "sources.kyc.secrets[0]: is a placeholder"},
		{name: "no such file", given: file + "x", fault: file + "x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := readSources(clitest.Call{Env: tt.env, Stdin: tt.stdin}.NewEnv(t.Output(), t.Output()), tt.given)
			if (err != nil) != (tt.fault != "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
				t.Fatalf("error = %v, want %q in it", err, tt.fault)
			}
			if diff := cmp.Diff(tt.want, slices.Sorted(maps.Keys(got.set))); diff != "" || got.from != tt.from {
				t.Errorf("from %q, want %q; sources (-want +got):\n%s", got.from, tt.from, diff)
			}
		})
	}
}

// TestAskForSources answers for two of the providers, for one of them with a typing error at
// first.
func TestAskForSources(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	e := clitest.Call{}.NewEnv(t.Output(), &said)
	var asked []string
	typed := map[string][]string{
		"Secret of contiguity (Enter if you have none): ": {"v1," + clitest.Secret, clitest.Secret},
		"Secret of kyc (Enter if you have none): ":        {`own"own-own`},
	}
	e.Password = func(question string) (string, error) {
		asked = append(asked, question)
		if len(typed[question]) == 0 {
			return "", nil
		}
		answer := typed[question][0]
		typed[question] = typed[question][1:]
		return answer, nil
	}
	got, err := readSources(e, ask)
	if err != nil || len(asked) != len(source.Providers())+1 { // once again after the error
		t.Fatalf("asked %q, error %v", asked, err)
	}
	if want := "The secret begins with \"v1,\"; cut that, and begin with whsec_. Give it again:\n"; said.String() != want {
		t.Errorf("it says %q, want %q", said.String(), want)
	}
	secrets := map[string]string{}
	for name, src := range got.set {
		secrets[name] = src.Settings.Secrets[0].Reveal()
	}
	want := map[string]string{"contiguity": clitest.Secret, "kyc": `own"own-own`}
	if diff := cmp.Diff(want, secrets); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	e.Password = func(string) (string, error) { return "", nil }
	if _, err := readSources(e, ask); err == nil || !strings.Contains(err.Error(), "no source") {
		t.Errorf("without any answer: %v", err)
	}
}
