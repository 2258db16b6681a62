package ledger_test

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"webhookintake/shared/ledger"
)

// drawTry returns an arbitrary try.
func drawTry(rt *rapid.T) ledger.Try {
	return ledger.Try{
		At: time.UnixMilli(rapid.Int64Range(0, 1<<45).Draw(rt, "at")).UTC(), Attempt: rapid.IntRange(1, 1000).Draw(rt, "attempt"),
		Outcome: rapid.SampledFrom([]string{"failed", "permanent", ledger.OutcomeDied, "out come", ""}).Draw(rt, "outcome"),
		Handler: rapid.OneOf(rapid.StringMatching(`[!-~]{0,200}`), rapid.String()).Draw(rt, "handler"),
		Error:   rapid.OneOf(rapid.String(), rapid.StringMatching(`"{400,700}`), rapid.StringMatching(`[字€]{300,600}`)).Draw(rt, "error"),
	}
}

func drawTries(rt *rapid.T, what string) []ledger.Try {
	return rapid.SliceOfN(rapid.Custom(drawTry), 0, 7).Draw(rt, what)
}

// checkBounds checks what a record may hold.
func checkBounds(t interface{ Fatalf(string, ...any) }, tries []ledger.Try) {
	if size := len(ledger.EncodeTries(tries)); len(tries) > ledger.MaxTries || size > ledger.MaxTriesSize {
		t.Fatalf("%d tries of %d bytes", len(tries), size)
	}
	for _, one := range tries {
		for _, text := range []string{one.Outcome, one.Handler, one.Error} {
			if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q is not fit to print", text)
			}
		}
	}
}

// Whatever the tries of a run are, they fit into the record, are read as they were written,
// and include the newest.
func TestPropertyTries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		before, run := drawTries(rt, "before"), drawTries(rt, "run")
		all := ledger.AddTries(before, run)
		checkBounds(rt, all)
		if diff := cmp.Diff(all, ledger.DecodeTries(ledger.EncodeTries(all)), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("read again (-written +read):\n%s", diff)
		}
		given := append(append([]ledger.Try{}, before...), run...)
		if len(given) == 0 {
			return
		}
		if len(all) == 0 {
			rt.Fatal("nothing is left of them")
		}
		newest, last := given[len(given)-1], all[len(all)-1]
		if !last.At.Equal(newest.At) || last.Attempt != newest.Attempt || last.Error == "" && newest.Error != "" {
			rt.Fatalf("the newest is %+v, want %+v", last, newest)
		}
	})
}

// Tries that something else wrote into the table explain nothing and do no harm.
func FuzzDecodeTries(f *testing.F) {
	f.Add("")
	f.Add(`[{"at":1790000000000,"attempt":3,"outcome":"failed","handler":"charge","error":"no credit"}]`)
	f.Add(`[{"at":-9223372036854775808,"attempt":-1,"error":"\u001b[31m"}]`)
	f.Add(`{"at":1}`)
	f.Add(strings.Repeat(`[`, 100))
	f.Fuzz(func(t *testing.T, text string) {
		tries := ledger.DecodeTries(text)
		checkBounds(t, tries)
		again := ledger.DecodeTries(ledger.EncodeTries(tries))
		if diff := cmp.Diff(tries, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("read again (-first +second):\n%s", diff)
		}
	})
}

func TestAddTries(t *testing.T) {
	t.Parallel()
	named := func(attempt int, handlers ...string) []ledger.Try {
		var tries []ledger.Try
		for _, h := range handlers {
			tries = append(tries, ledger.Try{At: now, Attempt: attempt, Outcome: "failed", Handler: h, Error: "no credit"})
		}
		return tries
	}
	long := func(tries []ledger.Try, length int) []ledger.Try {
		for i := range tries {
			tries[i].Error = strings.Repeat("x", length)
		}
		return tries
	}
	for _, tt := range []struct {
		name        string
		before, run []ledger.Try
		want        string // handlers
		least       int    // characters of each text of the last run
	}{
		{"none", nil, nil, "", 0},
		{"the first", nil, named(1, "a", "b"), "a b", 9},
		{"five", named(1, "a", "b", "c"), named(2, "a", "b"), "a b c a b", 9},
		{"oldest out first", named(1, "a", "b", "c", "d"), named(2, "e", "f", "g"), "c d e f g", 9},
		{"nothing new", named(1, "a"), nil, "a", 9},
		{"a long text is cut", named(1, "a", "b", "c", "d"), long(named(2, "e"), 900), "a b c d e", 500},
		{"long texts of one run are cut alike", named(1, "a", "b"), long(named(2, "c", "d", "e"), 900), "c d e", 250},
		{"more handlers than are kept", nil, long(named(1, "a", "b", "c", "d", "e", "f"), 900), "b c d e f", 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := ledger.AddTries(tt.before, tt.run)
			var handlers []string
			for _, one := range got {
				handlers = append(handlers, one.Handler)
			}
			if strings.Join(handlers, " ") != tt.want {
				t.Errorf("tries of %q, want %q", handlers, tt.want)
			}
			for _, one := range ledger.LastRun(got) {
				if len(one.Error) < tt.least {
					t.Errorf("%s: a text of %d characters is left, want %d", one.Handler, len(one.Error), tt.least)
				}
			}
		})
	}
}
