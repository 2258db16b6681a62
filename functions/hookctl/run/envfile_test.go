package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseEnvFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       map[string]string
		fault      string // part of the error; empty: it is read
	}{
		{name: "empty", want: map[string]string{}},
		{name: "lines", text: "A=1\n\n# B=2\n  C = three words \r\nexport D=4\nEXPORT=5\n_E6=", want: map[string]string{
			"A": "1", "C": "three words", "D": "4", "EXPORT": "5", "_E6": "",
		}},
		{name: "comments", text: "A=1 # one\nB=#\nC=a#b\nD=x\t# tab\nE=a # b # c", want: map[string]string{
			"A": "1", "B": "", "C": "a#b", "D": "x", "E": "a",
		}},
		{name: "quotes", text: `A='a "b" \n #c' # d` + "\n" + `B="a 'b' \n\t\"c\" \\n #d"` + "\n" + `C=""` + "\n" + `D=it's "so"`, want: map[string]string{
			"A": `a "b" \n #c`, "B": "a 'b' \n\t\"c\" \\n #d", "C": "", "D": `it's "so"`,
		}},
		{name: "taken as it stands", text: "A=$B `c` {\"d\": [1]}==", want: map[string]string{"A": "$B `c` {\"d\": [1]}=="}},
		{name: "byte-order mark", text: "\ufeffA=1", want: map[string]string{"A": "1"}},
		{name: "no value", text: "A=1\nsecret", fault: "line 2: want NAME=VALUE"},
		{name: "no name", text: "=secret", fault: "line 1: want NAME=VALUE"},
		{name: "not a name", text: "my-secret=1", fault: "line 1: want NAME=VALUE"},
		{name: "twice", text: "A=secret\nA=secret", fault: "line 2: A is set twice"},
		{name: "open quote", text: `A="secret`, fault: "line 1: the value of A begins with a quotation mark"},
		{name: "text after a quote", text: `A='secret'x`, fault: "line 1: the value of A begins with a quotation mark"},
		{name: "not UTF-8", text: "A=secret\xff", fault: "not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := parseEnvFile(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("variables (-want +got):\n%s", diff)
			}
			if (err != nil) != (tt.fault != "") || err != nil && !strings.Contains(err.Error(), tt.fault) {
				t.Errorf("error = %v, want %q in it", err, tt.fault)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("it quotes a value: %v", err)
			}
		})
	}
}

func FuzzParseEnvFile(f *testing.F) {
	f.Add("A=1\nexport B='2' # two")
	f.Add(`C="\"`)
	f.Fuzz(func(t *testing.T, text string) {
		variables, err := parseEnvFile(text)
		if (variables == nil) != (err != nil) {
			t.Fatalf("%v, %v", variables, err)
		}
		for name, value := range variables {
			// What is read can be written in single quotes, and is then read as the same.
			if strings.ContainsAny(value, "'\n") {
				continue
			}
			again, err := parseEnvFile(name + "='" + value + "'")
			if err != nil || again[name] != value {
				t.Errorf("%s = %q, again %q, %v", name, value, again[name], err)
			}
		}
	})
}

// TestWithEnvFile wants the environment's value before the file's.
func TestWithEnvFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), ".env")
	if err := os.WriteFile(path, []byte("A=file\nB=file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv, err := withEnvFile(func(name string) string { return map[string]string{"A": "environment"}[name] }, path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"A": "environment", "B": "file", "C": ""} {
		if got := getenv(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if _, err := withEnvFile(getenv, path+"s"); err == nil || !strings.Contains(err.Error(), path+"s") {
		t.Errorf("of a file that is not there: %v, want its name", err)
	}
}
