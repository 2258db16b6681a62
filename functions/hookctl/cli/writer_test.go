package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func noEnv(string) string { return "" }

func TestColourOnlyOnTerminals(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for name, w := range map[string]*Writer{
		"a buffer": NewWriter(new(bytes.Buffer), noEnv),
		"a file":   NewWriter(file, noEnv),
	} {
		if w.IsTerminal() || w.Width() != 0 {
			t.Errorf("%s is taken for a terminal", name)
		}
		for _, style := range []func(string) string{w.Bold, w.Dim, w.Good, w.Bad} {
			if got := style("text"); got != "text" {
				t.Errorf("%s: styled text is %q", name, got)
			}
		}
	}
}

// TestWriterEscapes wants control characters escaped, including colours, except for the
// Writer's own colours.
func TestWriterEscapes(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b[31mb\r\u009b2J\u202e"
	const harmless = `a\u001b[31mb\u000d\u009b2J\u202e`
	var plain, coloured bytes.Buffer
	NewWriter(&plain, noEnv).Print("%s\t%s", evil, "ü")
	if got, want := plain.String(), harmless+"\tü\n"; got != want {
		t.Errorf("without colour %q, want %q", got, want)
	}
	w := &Writer{out: &coloured, mark: "random"}
	w.Print("%s %s", w.Bad(evil), evil+w.Good(""))
	if got, want := coloured.String(), "\x1b[31m"+harmless+"\x1b[0m "+harmless+"\n"; got != want {
		t.Errorf("with colour %q, want %q", got, want)
	}
}

func TestLinesDoNotMix(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := NewWriter(&out, noEnv)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50 {
				w.Print("%s\n%s", "first", "second")
			}
		})
	}
	writers.Wait()
	if got, want := out.String(), strings.Repeat("first\nsecond\n", 400); got != want {
		t.Error("the lines of several writers are mixed")
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	e := &Env{Err: NewWriter(&out, noEnv)}
	p := e.Progress()
	p.Show("looked at 40 letters")
	p.Clear()
	if out.Len() > 0 {
		t.Errorf("without a terminal: %q", out.String())
	}
	p.width = 12
	p.Showf("looked%s at %d letters", "\x1b", 40)
	p.Clear()
	if got, want := out.String(), "\r\x1b[Klooked\\u00…\r\x1b[K"; got != want {
		t.Errorf("on a terminal %q, want %q", got, want)
	}
}

// TestWriterFails wants the error of the stream.
func TestWriterFails(t *testing.T) {
	t.Parallel()
	if _, err := fmt.Fprint(NewWriter(closed{}, noEnv), "text"); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write = %v, want %v", err, os.ErrClosed)
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"{\n\t\"a\": \"\u00fc\"}":      "{\n\t\"a\": \"\u00fc\"}",
		"\u009b31mred\u202e":           `\u009b31mred\u202e`,
		"\x1b[2J\r\x7f":                `\u001b[2J\u000d\u007f`,
		"\U0001f600 \U000e0041\u00a0.": "\U0001f600 " + `\udb40\udc41\u00a0.`,
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}
