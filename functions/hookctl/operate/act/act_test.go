package act_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/functions/hookctl/operate/act"
)

var (
	errAway  = errors.New("away")
	errEnded = errors.New("it has ended")
)

// numbers returns the numbers below n.
func numbers(n int) func(context.Context) iter.Seq2[int, error] {
	return func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// even acts on even numbers only, and notes them.
func even(n int) (a act.Act[int], acted func() []int) {
	var mu sync.Mutex
	var done []int
	plan := func(_ context.Context, i int) (act.Plan, error) {
		p := act.Plan{Key: fmt.Sprintf("n#%04d", i), Text: "runs a"}
		if i%2 == 1 {
			p.Refuse = act.Refused(fmt.Errorf("%w: at %d", errEnded, i), errAway, errEnded)
		}
		return p, nil
	}
	do := func(ctx context.Context, i int, check act.Check) (act.Plan, error) {
		p, err := plan(ctx, i)
		if p = check(p); p.Refuse == nil {
			mu.Lock()
			defer mu.Unlock()
			done = append(done, i)
		}
		return p, err
	}
	return act.Act[int]{Items: numbers(n), Plan: plan, Do: do}, func() []int { slices.Sort(done); return done }
}

// A survey counts everything that matches, and does nothing.
func TestSurvey(t *testing.T) {
	t.Parallel()
	a, acted := even(9)
	reported := 0
	got, err := a.Survey(t.Context(), func(act.Result[int]) { reported++ })
	if err != nil || len(acted()) > 0 || reported != 9 {
		t.Fatalf("%v, acted on %v, reported %d", err, acted(), reported)
	}
	for i := range got.Groups { // which ones are taken depends on the order in which answers come
		got.Groups[i].Samples = got.Groups[i].Samples[:0]
		got.Groups[i].Why = ""
	}
	want := act.Survey{Act: 5, Refuse: 4, Groups: []act.Group{
		{Text: "runs a", Count: 5, Samples: []string{}}, {Text: "it has ended", Refused: true, Count: 4, Samples: []string{}},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(act.Survey{})); diff != "" {
		t.Errorf("survey (-want +got):\n%s", diff)
	}
}

// A survey of which nothing is known says so, and a run does not begin with it.
func TestSurveyFails(t *testing.T) {
	t.Parallel()
	a, _ := even(9)
	a.Plan = func(context.Context, int) (act.Plan, error) { return act.Plan{}, errAway }
	if _, err := a.Survey(t.Context(), nil); !errors.Is(err, errAway) {
		t.Errorf("Survey = %v, want %v", err, errAway)
	}
	a.Items = func(context.Context) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) { yield(0, errAway) }
	}
	if _, err := a.Survey(t.Context(), nil); !errors.Is(err, errAway) {
		t.Errorf("Survey = %v, want %v", err, errAway)
	}
	if _, err := a.Run(t.Context(), func(act.Result[int]) {}); !errors.Is(err, errAway) {
		t.Errorf("Run = %v, want %v", err, errAway)
	}
}

// The memory of an act is eight bytes an item: many items whose plans all differ need no more
// than a few megabytes. No other test may run beside it.
func TestMemory(t *testing.T) { //nolint:paralleltest // it measures the heap
	const n = 200_000
	a := act.Act[int]{Items: numbers(n), Plan: func(_ context.Context, i int) (act.Plan, error) {
		return act.Plan{Key: fmt.Sprint(i), Text: fmt.Sprint("runs ", i)}, nil
	}}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	s, err := a.Survey(t.Context(), nil)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil || s.Act != n || s.Others != n-100 || len(s.Groups) != 100 {
		t.Fatalf("%v, %d items, %d groups and %d others", err, s.Act, len(s.Groups), s.Others)
	}
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 8<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	a, acted := even(100)
	reported := 0
	tally, err := a.Run(t.Context(), func(act.Result[int]) { reported++ })
	if err != nil || tally != (act.Tally{Done: 50, Refused: 50}) || reported != 100 {
		t.Errorf("%v, %+v, reported %d", err, tally, reported)
	}
	if got := acted(); len(got) != 50 || got[49] != 98 {
		t.Errorf("acted on %v", got)
	}
}

// A run of a confirmed survey does what the survey planned: neither what matches only since,
// nor something else.
func TestConfirmed(t *testing.T) {
	t.Parallel()
	a, acted := even(10)
	survey, err := a.Survey(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	a.Items, a.Confirmed = numbers(20), &survey
	do := a.Do
	a.Do = func(ctx context.Context, i int, check act.Check) (act.Plan, error) {
		return do(ctx, i, func(p act.Plan) act.Plan {
			if i == 4 {
				p.Warn = "a second time"
			}
			return check(p)
		})
	}
	refused := map[int]bool{}
	tally, err := a.Run(t.Context(), func(r act.Result[int]) { refused[r.Item] = errors.Is(r.Refuse, act.ErrNotConfirmed) })
	if err != nil || tally != (act.Tally{Done: 4, Refused: 16}) || !refused[4] || !refused[10] || refused[3] {
		t.Errorf("%+v, %v, not confirmed: %v", tally, err, refused)
	}
	if got, want := acted(), []int{0, 2, 6, 8}; !slices.Equal(got, want) {
		t.Errorf("acted on %v, want %v", got, want)
	}
}

// A run keeps its rate, and none is kept if it is 0.
func TestRate(t *testing.T) {
	t.Parallel()
	for rate, want := range map[float64]time.Duration{0: 0, 20: 49 * 50 * time.Millisecond, 0.5: 49 * 2 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			a, _ := even(50)
			a.Rate = rate
			began := time.Now()
			if _, err := a.Run(t.Context(), func(act.Result[int]) {}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took != want {
				t.Errorf("at %g a second, 50 items took %v, want %v", rate, took, want)
			}
		})
	}
}

// Ctrl-C ends a run between two items: what has begun is finished and reported.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		a, acted := even(1000)
		do := a.Do
		a.Rate = 10
		a.Do = func(ctx context.Context, i int, check act.Check) (act.Plan, error) {
			if i == 20 {
				interrupt()
			}
			time.Sleep(time.Second)
			if err := ctx.Err(); err != nil {
				return act.Plan{}, err
			}
			return do(ctx, i, check)
		}
		tally, err := a.Run(ctx, func(r act.Result[int]) {
			if r.Err != nil {
				t.Errorf("%d: %v", r.Item, r.Err)
			}
		})
		if !errors.Is(err, context.Canceled) || tally.Done != 11 || len(acted()) != 11 {
			t.Errorf("%v, %+v, acted on %v; want 11 items", err, tally, acted())
		}
	})
}

// Whoever interrupts a wait says why, as a signal does.
func TestPaceSaysWhy(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancelCause(t.Context())
	pace := act.NewPace(0.001)
	if err := pace.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	stop(errAway)
	if err := pace.Wait(ctx, 1); !errors.Is(err, errAway) {
		t.Errorf("Wait = %v, want %v", err, errAway)
	}
}

// A run ends after ten failures in a row, as when credentials expire in its middle, also where
// some items are refused in between. What it did before counts, and nothing is done after it.
func TestStopped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, acted := even(1000)
		do := a.Do
		a.Rate = 100
		a.Do = func(ctx context.Context, i int, check act.Check) (act.Plan, error) {
			if i >= 500 && i%2 == 0 {
				return act.Plan{}, errAway
			}
			return do(ctx, i, check)
		}
		tally, err := a.Run(t.Context(), func(act.Result[int]) {})
		if !errors.Is(err, act.ErrStopped) || len(acted()) != 250 || tally.Done != 250 || tally.Failed != 10 {
			t.Errorf("%v, %+v, acted on %d", err, tally, len(acted()))
		}
	})
}
