package screen

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestColorOnlyOnTerminals(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unset := func(string) string { return "" }
	for name, s := range map[string]*Screen{
		"a buffer": New(new(bytes.Buffer), unset),
		"a file":   New(file, unset),
	} {
		if s.color {
			t.Errorf("colours for %s", name)
		}
		for _, style := range []func(string) string{s.Bold, s.Dim, s.Good, s.Bad} {
			if got := style("text"); got != "text" {
				t.Errorf("%s: styled text is %q", name, got)
			}
		}
	}
}

func TestColors(t *testing.T) {
	t.Parallel()
	s := &Screen{color: true}
	if got, want := s.Bad("no"), "\x1b[31mno\x1b[0m"; got != want {
		t.Errorf("Bad = %q, want %q", got, want)
	}
	if got := s.Good(""); got != "" {
		t.Errorf("Good of nothing = %q", got)
	}
}

func TestLinesDoNotMix(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := New(&out, func(string) string { return "" })
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for range 50 {
				s.Print("%s\n%s", "first", "second")
			}
		})
	}
	writers.Wait()
	if got, want := out.String(), strings.Repeat("first\nsecond\n", 400); got != want {
		t.Error("pieces of output are mixed")
	}
}

func TestPadAndCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ got, want string }{
		{Pad("ab", 4), "ab  "},
		{Pad("äö", 4), "äö  "},
		{Pad("abcde", 4), "abcde"},
		{Cut("abcd", 4), "abcd"},
		{Cut("äöüßé", 4), "äöü…"},
		{Cut("ab", 0), "…"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	logs := NewLogs()
	log := slog.New(logs)
	log.Info("one", "a", 1, slog.Group("g", "b", "two words"))
	log.With("c", true).WithGroup("h").Warn("two", "d", 4)
	log.Debug("not shown")
	want := []string{"one  a=1  g.b=two words", "two  c=true  h.d=4"}
	if diff := cmp.Diff(want, logs.Take()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if got := logs.Take(); got != nil {
		t.Errorf("taken again: %v", got)
	}
}
