package source_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

var errDown = errors.New("connection refused")

// A step is one request after some time, with the number of fetches it causes.
type step struct {
	after   time.Duration
	do      func(*vault) // changes the vault before the request; nil changes nothing
	secret  string
	want    error
	fetches int
}

func down(v *vault) { v.fail(errDown) }
func up(v *vault)   { v.fail(nil) }

func rotate(current string) func(*vault) { return func(v *vault) { v.put(doc(current)) } }

// TestRefresh follows sources in a secret through their life, request by request.
func TestRefresh(t *testing.T) {
	t.Parallel()
	mismatch, unavailable := webhook.ErrSignatureMismatch, webhook.ErrSourcesUnavailable
	const s, m = time.Second, time.Minute
	for _, tt := range []struct {
		name  string
		steps []step
	}{
		{"read once, then again when older than 5 min", []step{
			{secret: "old", fetches: 1},
			{after: 5 * m, secret: "old", fetches: 0},
			{after: 1, secret: "old", fetches: 1},
			{after: 5 * m, secret: "old", fetches: 0},
		}},
		{"rotated: a mismatch reads when older than 30 s", []step{
			{secret: "old", fetches: 1},
			{after: 30 * s, do: rotate("new"), secret: "new", want: mismatch, fetches: 0},
			{after: 1, secret: "new", fetches: 1},
			{after: 30 * s, secret: "old", want: mismatch, fetches: 0},
		}},
		{"a wrong signature reads at most every 30 s", []step{
			{secret: "wrong", want: mismatch, fetches: 1},
			{after: 31 * s, secret: "wrong", want: mismatch, fetches: 1},
			{after: 29 * s, secret: "wrong", want: mismatch, fetches: 0},
			{after: 2 * s, secret: "wrong", want: mismatch, fetches: 1},
		}},
		{"a missing signature reads nothing", []step{
			{secret: "old", fetches: 1},
			{after: 4 * m, secret: "", want: webhook.ErrSignatureMissing, fetches: 0},
		}},
		{"one read a request, even when old and mismatching", []step{
			{secret: "old", fetches: 1},
			{after: time.Hour, secret: "wrong", want: mismatch, fetches: 1},
		}},
		{"unreachable: the old copy serves, tried again after 30 s", []step{
			{secret: "old", fetches: 1},
			{after: 6 * m, do: down, secret: "old", fetches: 1},
			{after: 30*s - 1, secret: "old", fetches: 0},
			{after: 1, secret: "old", fetches: 1},
			{after: 30 * s, do: up, secret: "old", fetches: 1},
			{after: m, secret: "old", fetches: 0},
		}},
		{"unreachable for over 24 h: 503, tried again after 1 s", []step{
			{secret: "old", fetches: 1},
			{after: 24 * time.Hour, do: down, secret: "old", fetches: 1},
			{after: 30 * s, secret: "old", want: unavailable, fetches: 1},
			{after: s - 1, secret: "old", want: unavailable, fetches: 0},
			{after: 1, do: up, secret: "old", fetches: 1},
		}},
		{"unreachable on a mismatch: 401, and no further try for 30 s", []step{
			{secret: "old", fetches: 1},
			{after: m, do: down, secret: "wrong", want: mismatch, fetches: 1},
			{after: 29 * s, secret: "wrong", want: mismatch, fetches: 0},
			{after: s, do: up, secret: "wrong", want: mismatch, fetches: 1},
		}},
		{"cold start without the secret: 503, tried again after 1 s", []step{
			{do: down, secret: "old", want: unavailable, fetches: 1},
			{after: s - 1, secret: "old", want: unavailable, fetches: 0},
			{after: 1, secret: "old", want: unavailable, fetches: 1},
			{after: s, do: up, secret: "old", fetches: 1},
		}},
		{"the source is gone with the new version", []step{
			{secret: "old", fetches: 1},
			{after: m, do: func(v *vault) { v.put("{}") }, secret: "wrong", want: webhook.ErrUnknownSource, fetches: 1},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				v := newVault(doc("old"))
				play(t, v, source.Refreshing(v, source.RefreshOptions{Parse: options()}), tt.steps)
			})
		})
	}
}

// play runs the steps, starting with a vault that was never read.
func play(t *testing.T, v *vault, s *source.Sources, steps []step) {
	t.Helper()
	for i, step := range steps {
		time.Sleep(step.after) // of the bubble: no time passes
		if step.do != nil {
			step.do(v)
		}
		if err := verify(t, s, step.secret); !errors.Is(err, step.want) {
			t.Errorf("step %d: error = %v, want %v", i, err, step.want)
		}
		if got := v.fetched(); got != step.fetches {
			t.Errorf("step %d: %d fetches, want %d", i, got, step.fetches)
		}
	}
}

func TestUnavailableWrapsCause(t *testing.T) {
	t.Parallel()
	v := newVault("")
	v.fail(errDown)
	s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
	if err := s.Load(t.Context()); !errors.Is(err, webhook.ErrSourcesUnavailable) || !errors.Is(err, errDown) {
		t.Errorf("Load = %v, want it to wrap %v and %v", err, webhook.ErrSourcesUnavailable, errDown)
	}
	if err := verify(t, s, "a"); !errors.Is(err, errDown) {
		t.Errorf("in the pause: %v, want it to wrap %v", err, errDown)
	}
}

func TestLoadSavesTheFirstRequestTheRead(t *testing.T) {
	t.Parallel()
	v := newVault(doc("a"))
	s := source.Refreshing(v, source.RefreshOptions{Parse: options()})
	if got := v.fetched(); got != 0 {
		t.Errorf("%d fetches before the first call, want none", got)
	}
	if err := s.Load(t.Context()); err != nil || v.fetched() != 1 {
		t.Fatalf("Load = %v, want one fetch", err)
	}
	if err := verify(t, s, "a"); err != nil || v.fetched() != 0 {
		t.Errorf("Verify = %v, want no fetch", err)
	}
}

// A version may be put during the read, so the age counts from the start of the read.
func TestAgeCountsFromBeginOfRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := newVault(doc("a"))
		v.takes = 500 * time.Millisecond
		play(t, v, source.Refreshing(v, source.RefreshOptions{Parse: options()}), []step{
			{secret: "a", fetches: 1},
			{after: 5*time.Minute - v.takes, secret: "a", fetches: 0},
			{after: 1, secret: "a", fetches: 1},
		})
	})
}

// While Lambda freezes a process, the wall clock advances and the monotonic clock does not.
func TestFrozenProcess(t *testing.T) {
	t.Parallel()
	now := time.Now()
	v := newVault(doc("a"))
	s := source.Refreshing(v, source.RefreshOptions{Parse: options(), Now: func() time.Time { return now }})
	if err := s.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	v.fetched()
	thawed := now
	// The first word of a Time with a monotonic reading has its wall seconds from bit
	// 30 on. Nothing in the API moves one clock of a Time without the other.
	*(*uint64)(unsafe.Pointer(&thawed)) += 600 << 30
	if thawed.Sub(now) != 0 || thawed.Round(0).Sub(now.Round(0)) != 10*time.Minute {
		t.Fatalf("the frozen time is wrong: %v after %v", thawed, now)
	}
	now = thawed
	if err := verify(t, s, "a"); err != nil || v.fetched() != 1 {
		t.Errorf("Verify after ten frozen minutes = %v, want one fetch", err)
	}
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	v := newVault(doc("a"))
	s := source.Refreshing(v, source.RefreshOptions{Parse: options(), Now: func() time.Time { return now }})
	for _, when := range []string{"at first", "a day back"} {
		if err := verify(t, s, "a"); err != nil || v.fetched() != 1 {
			t.Errorf("%s: %v, want one fetch", when, err)
		}
		now = now.AddDate(0, 0, -1)
	}
	v.fail(errDown)
	for _, when := range []string{"failed", "failed, and a day back again"} {
		if err := verify(t, s, "a"); err != nil || v.fetched() != 1 {
			t.Errorf("%s: %v, want one fetch", when, err)
		}
		now = now.AddDate(0, 0, -1)
	}
}
