package deploy

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// patience is how long one command may take; the slowest builds and deploys.
const patience = 10 * time.Minute

// An answer is what a person types at a question.
type answer struct {
	// question matches the end of what was printed since the last answer, to the space
	// behind it: what is typed before that is printed may be lost.
	question *regexp.Regexp
	text     string
}

// usual are the answers of somebody who agrees to everything, and takes every default.
var usual = []answer{
	{regexp.MustCompile(`(?i)disable rollback.*\[y/N\]: $`), ""},
	{regexp.MustCompile(`\[y/N\]:? $`), "y"},
	{regexp.MustCompile(`\[[^\]\n]*\]: $`), ""},
}

// styling are the sequences by which a terminal shows colors and moves its cursor.
var styling = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// A shell runs commands in a folder, each on its own terminal, which is wide enough for every
// table.
type shell struct {
	dir     string
	env     []string // beyond the test's own
	answers []answer // before the usual ones
}

// try runs a command of bash and returns what the terminal showed, which is wide enough for
// the columns of every table.
func (s shell) try(t *testing.T, command string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "script", "--quiet", "--return", "--flush", "--command", `stty columns 2000; bash -euo pipefail -c "$COMMAND"`, "/dev/null")
	cmd.Dir = s.dir
	cmd.Env = append(append(os.Environ(), s.env...), "COMMAND="+command, "TERM=dumb", "COLUMNS=200")
	keyboard, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	screen, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	shown := converse(screen, keyboard, append(s.answers, usual...))
	return shown, cmd.Wait()
}

// converse types the answers to what a command asks, until it ends.
func converse(screen io.Reader, keyboard io.Writer, answers []answer) string {
	var all, unanswered bytes.Buffer
	part := make([]byte, 4096)
	for {
		n, err := screen.Read(part)
		all.Write(part[:n])
		unanswered.Write(part[:n])
		for _, a := range answers {
			if n > 0 && a.question.Match(styling.ReplaceAll(unanswered.Bytes(), nil)) {
				unanswered.Reset()
				_, _ = io.WriteString(keyboard, a.text+"\n") // it may have ended; then Read says so
				break
			}
		}
		if err != nil {
			return strings.ReplaceAll(styling.ReplaceAllString(all.String(), ""), "\r\n", "\n")
		}
	}
}

// run wants the command to succeed.
func (s shell) run(t *testing.T, command string) string {
	t.Helper()
	out, err := s.try(t, command)
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, tail(out))
	}
	return out
}

// shows wants the command to succeed and its output to match.
func (s shell) shows(t *testing.T, command, pattern string) string {
	t.Helper()
	out := s.run(t, command)
	if !regexp.MustCompile(pattern).MatchString(out) {
		t.Fatalf("%s: shows nothing like %q\n%s", command, pattern, tail(out))
	}
	return out
}

// isPassing matches an answer that a provider meets by sending again: ingest gives a read of
// its sources a second, which is not always enough where qemu runs it on a busy machine.
var isPassing = regexp.MustCompile(`(?s)\b503\b.{1,40}\bsources_unavailable\b`)

func TestIsPassing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"503  refused   sources_unavailable  1032.4 ms":                                    true,
		"an unsigned webhook was answered 503 sources_unavailable, not 401":                true,
		"503  refused   queue_unavailable  5012.0 ms":                                      false,
		"a forged webhook was answered 500, not 401\nno log has sources_unavailable in it": false,
		"200  accepted  evt_503  12.4 ms":                                                  false,
	} {
		if isPassing.MatchString(text) != want {
			t.Errorf("%q is a passing answer: %t, want %t", text, !want, want)
		}
	}
}

// accepts is shows, but types the command again while the answer is a passing one.
func (s shell) accepts(t *testing.T, command, pattern string) {
	t.Helper()
	eventually(t, 5*time.Minute, command+" gets another answer than 503", func() (string, bool) {
		out, err := s.try(t, command)
		switch {
		case isPassing.MatchString(out):
			t.Logf("answered 503, tried again: %s", command)
			return tail(out), false
		case err != nil || !regexp.MustCompile(pattern).MatchString(out):
			t.Fatalf("%s: %v, shows nothing like %q\n%s", command, err, pattern, tail(out))
		}
		return "", true
	})
}

// willShow waits until the command succeeds and its output matches.
func (s shell) willShow(t *testing.T, command, pattern string) {
	t.Helper()
	want := regexp.MustCompile(pattern)
	eventually(t, 5*time.Minute, command+" shows "+pattern, func() (string, bool) {
		out, err := s.try(t, command)
		return tail(out), err == nil && want.MatchString(out)
	})
}

// refuses wants the command to fail, and one line of its output to match.
func (s shell) refuses(t *testing.T, command, pattern string) {
	t.Helper()
	out, err := s.try(t, command)
	if err == nil || !regexp.MustCompile(pattern).MatchString(out) {
		t.Errorf("%s: %v, want an error, and a line like %q\n%s", command, err, pattern, tail(out))
	}
}

// tail returns the end of an output, where errors are.
func tail(out string) string { return out[max(0, len(out)-4000):] }
