package traffic_test

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"webhookintake/functions/hookctl/traffic"
)

var someFaults = traffic.Faults{Duplicate: 0.1, Reorder: 0.1, Forged: 0.1, Slow: 0.1}

// TestSchedule tests the promises of Schedule with random plans.
func TestSchedule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(0, 1)
		plan := traffic.Plan{
			Events: rapid.IntRange(1, 300).Draw(t, "events"),
			Rate:   rapid.Float64Range(0.01, traffic.MaxRate).Draw(t, "rate"),
			Seed:   rapid.Uint64().Draw(t, "seed"),
			Faults: traffic.Faults{
				Duplicate: share.Draw(t, "duplicate"), Reorder: share.Draw(t, "reorder"),
				Forged: share.Draw(t, "forged"), Slow: share.Draw(t, "slow"),
			},
		}
		types := rapid.IntRange(1, 20).Draw(t, "types")
		got := plan.Schedule(types)
		if !slices.Equal(got, plan.Schedule(types)) {
			t.Fatal("the same seed made another schedule")
		}
		if !slices.IsSortedFunc(got, func(a, b traffic.Delivery) int { return cmp.Compare(a.At, b.At) }) {
			t.Fatal("not in the order of sending")
		}
		checkEvents(t, plan, types, got)
	})
}

// checkEvents wants each event once, evenly in time, and its duplicate after it.
func checkEvents(t *rapid.T, plan traffic.Plan, types int, got []traffic.Delivery) {
	firsts := map[int]traffic.Delivery{}
	slot := time.Duration(float64(time.Second) / plan.Rate)
	for _, d := range got {
		earliest := time.Duration(float64(d.Event) * float64(time.Second) / plan.Rate)
		if d.Created < earliest || d.Created > earliest+slot+1 {
			t.Fatalf("event %d at %v, want it in its turn, from %v for %v", d.Event, d.Created, earliest, slot)
		}
		if !d.Copy {
			if _, twice := firsts[d.Event]; twice {
				t.Fatalf("event %d twice, and no duplicate", d.Event)
			}
			firsts[d.Event] = d
			if d.Late != (d.At >= d.Created+2*slot) || d.At < d.Created {
				t.Fatalf("late %v, created %v and sent %v, with events every %v", d.Late, d.Created, d.At, slot)
			}
			continue
		}
		first, ok := firsts[d.Event]
		if !ok || first.Type != d.Type || first.Created != d.Created || first.Forgery != traffic.Authentic {
			t.Fatalf("duplicate %+v of %+v", d, first)
		}
	}
	perType := map[int]int{}
	for event := range plan.Events {
		d, ok := firsts[event]
		if !ok {
			t.Fatalf("event %d is missing", event)
		}
		if perType[d.Type]++; perType[d.Type] > event/types+1 {
			t.Fatalf("type %d occurs %d times in %d events of %d types", d.Type, perType[d.Type], event+1, types)
		}
	}
}

func TestFaultsComeAsOftenAsAsked(t *testing.T) {
	t.Parallel()
	const events = 20_000
	var duplicate, late, forged, slow float64
	kinds := map[any]int{}
	for _, d := range (traffic.Plan{Events: events, Rate: 100, Faults: someFaults, Seed: 1}).Schedule(5) {
		for _, one := range []struct {
			n   *float64
			has bool
		}{{&duplicate, d.Copy}, {&late, d.Late}, {&forged, d.Forgery != traffic.Authentic}, {&slow, d.Slow != traffic.Prompt}} {
			if one.has {
				*one.n++
			}
		}
		kinds[d.Forgery]++
		kinds[d.Slow]++
	}
	for name, got := range map[string]float64{"duplicate": duplicate / 0.9, "reorder": late, "forged": forged, "slow": slow / 0.9} {
		if share := got / events; math.Abs(share-0.1) > 0.01 {
			t.Errorf("%s: %.3f of all, want 0.1", name, share)
		}
	}
	for _, kind := range []any{
		traffic.OtherSecret, traffic.ChangedBody, traffic.NoSignature, traffic.SlowRead, traffic.HangUp,
	} {
		if kinds[kind] < events/100 {
			t.Errorf("%T %v came %d times", kind, kind, kinds[kind])
		}
	}
}

// TestFaultsLeaveTheRest wants the same events at the same times with faults and without.
func TestFaultsLeaveTheRest(t *testing.T) {
	t.Parallel()
	events := func(f traffic.Faults, seed uint64) map[int][2]int64 {
		all := map[int][2]int64{}
		for _, d := range (traffic.Plan{Events: 500, Rate: 50, Faults: f, Seed: seed}).Schedule(7) {
			all[d.Event] = [2]int64{int64(d.Created), int64(d.Type)}
		}
		return all
	}
	if d := diff.Diff(events(traffic.Faults{}, 4), events(someFaults, 4)); d != "" {
		t.Errorf("events without and with faults:\n%s", d)
	}
	if diff.Equal(events(someFaults, 4), events(someFaults, 5)) {
		t.Error("another seed made the same events")
	}
}
