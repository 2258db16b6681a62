package cli

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// parse runs a command with one flag of each kind, and returns its error.
func parse(args ...string) error {
	e := NewEnv(strings.NewReader(""), io.Discard, io.Discard, func(string) string { return "" })
	c := &cobra.Command{Use: "work", RunE: func(*cobra.Command, []string) error { return nil }}
	var n, m int
	var f float64
	var d time.Duration
	var word, address string
	Flag(c, &n, "times", 1, Whole(1, 0), "")
	Flag(c, &m, "limit", 5, Whole(1, 10), "")
	Flag(c, &f, "batch", 1.5, Number(1, 10), "")
	Flag(c, &d, "wait", time.Minute, Span(time.Second), "")
	Flag(c, &word, "state", "", OneOf("open", "closed"), "")
	Flag(c, &address, "addr", "127.0.0.1:80", Address(), "")
	c.Flags().Bool("json", false, "")
	c.Flags().Bool("secret-prompt", false, "")
	c.Flags().Uint64("seed", 0, "a `SEED`")
	root := Root(new(cobra.Command))
	root.AddCommand(c)
	return e.Execute(context.Background(), root, append([]string{"work"}, args...))
}

func TestFlagValues(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, args string
		want       string // the whole error; empty means none
	}{
		{"as it should be", "--times 3 --limit 10 --batch 2.5 --wait 1h --state open --addr [::1]:0 --json=false --seed 9", ""},
		{"no number", "--times x", `--times "x": give a whole number of at least 1`},
		{"number too small", "--times 0", `--times "0": give a whole number of at least 1`},
		{"number too large", "--limit 11", `--limit "11": give a whole number from 1 to 10`},
		{"number over 64 bits", "--limit 99999999999999999999", `--limit "99999999999999999999": give a whole number from 1 to 10`},
		{"not a number at all", "--batch NaN", `--batch "NaN": give a number from 1 to 10`},
		{"no unit", "--wait 5", `--wait "5": give a duration of at least 1s, as 90s, 15m or 24h`},
		{"duration too short", "--wait 999ms", `--wait "999ms": give a duration of at least 1s, as 90s, 15m or 24h`},
		{"no such word", "--state opn", `--state "opn": give one of open, closed`},
		{"address without a port", "--addr localhost", `--addr "localhost": give HOST:PORT, as 127.0.0.1:8080, with a port from 0 to 65535`},
		{"address with an empty port", "--addr localhost:", `--addr "localhost:": give HOST:PORT, as 127.0.0.1:8080, with a port from 0 to 65535`},
		{"address with a URL", "--addr http://localhost:80", `--addr "http://localhost:80": give HOST:PORT, as 127.0.0.1:8080, with a port from 0 to 65535`},
		{"port too large", "--addr :65536", `--addr ":65536": give HOST:PORT, as 127.0.0.1:8080, with a port from 0 to 65535`},
		{"neither true nor false", "--json=maybe", `--json "maybe": give true or false, or the flag alone`},
		{"below zero", "--seed -1", `--seed "-1": give a whole number of at least 0`},
		{"no value", "--seed", "--seed needs a value: --seed SEED"},
		{"a secret is not repeated", "--secret-prompt=hunter2", "--secret-prompt: give true or false, or the flag alone"},
		{"no such flag", "--tmies 2", "unknown flag: --tmies; did you mean --times?\nsee: go tool hookctl work --help"},
		{"one dash too few", "-state=open", "unknown shorthand flag: 's' in -state=open; did you mean --state?\nsee: go tool hookctl work --help"},
		{"nothing like it", "--frobnicate", "unknown flag: --frobnicate\nsee: go tool hookctl work --help"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := parse(strings.Fields(tt.args)...)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if ExitCode(err) != ExitUsage || err.Error() != tt.want {
				t.Errorf("exit code %d, %v; want %d, %s", ExitCode(err), err, ExitUsage, tt.want)
			}
		})
	}
}
