package events_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

var errHandler = hook.Permanent(errors.New("no"))

func TestReplay(t *testing.T) {
	t.Parallel()
	once := []hook.Option{hook.AtMostOnce}
	for _, tt := range []struct {
		name   string
		first  []handler // when the event arrives
		second []handler // when it is replayed; nil means the same
		named  []string
		ran    string // at the replay
		plan   []string
	}{
		{"all", []handler{{name: "a"}, {name: "b"}}, nil, nil, "a b", []string{"a", "b"}},
		{"one that is named", []handler{{name: "a"}, {name: "b"}}, nil, []string{"b"}, "b", []string{"b"}},
		{"named, and one that has not finished", []handler{{name: "a"}, {name: "b", err: errHandler}}, []handler{{name: "a"}, {name: "b"}}, []string{"a"}, "a b",
			[]string{"a", "b: was not named, but has not finished for this event, so it runs too"}},
		{"at most once, again", []handler{{name: "a", options: once}}, nil, nil, "a",
			[]string{"a: AT MOST ONCE, and it began before: it acts again"}},
		{"at most once, for the first time", []handler{{name: "a"}}, []handler{{name: "a"}, {name: "b", options: once}}, []string{"b"}, "b",
			[]string{"b"}},
		{"outcome unknown, another named", []handler{{name: "a", options: once, err: errors.New("?")}, {name: "b"}}, nil, []string{"b"}, "b",
			[]string{"not a: does NOT run: it began before and may have acted, so the event fails again; to run it again, name it too", "b"}},
		{"outcome unknown, named", []handler{{name: "a", options: once, err: errors.New("?")}, {name: "b"}}, nil, []string{"a"}, "a",
			[]string{"a: AT MOST ONCE, and it began before: it acts again"}},
		{"skips what is stale", []handler{{name: "a", options: []hook.Option{hook.SkipStale}}}, nil, nil, "a",
			[]string{"a: is skipped if it has finished a newer event of the same entity"}},
		{"moves its state once more", []handler{{name: "a", moves: true}}, nil, nil, "a",
			[]string{"a: moved its state when it ran before, and moves it once more"}},
		{"moves its state for the first time", []handler{{name: "a"}}, []handler{{name: "a"}, {name: "b", moves: true}}, []string{"b"}, "b",
			[]string{"b"}},
		{"unhandled, and now there is one", []handler{}, []handler{{name: "a"}}, nil, "a", []string{"a"}},
		{"unhandled still", []handler{}, nil, nil, "", nil},
		{"no longer registered here", []handler{{name: "a"}, {name: "b", options: once}, {name: "c", moves: true}}, []handler{}, nil, "", []string{
			"a: has run before and is not registered here: it runs if the function has it",
			"b: AT MOST ONCE, and not registered here: it runs again if the function has it",
			"c: moved a state when it ran before, and is not registered here: it moves it once more if the function has it"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := w.register(tt.first)
			second := first
			if tt.second != nil {
				second = w.register(tt.second)
			}
			w.receive(approved("evt_1"))
			w.work(first)
			w.now = w.now.Add(48 * time.Hour)
			results := w.mustRun(w.replay(second, tt.named...), w.entry("kyc#evt_1"))
			if ran := strings.Join(w.work(second), " "); ran != tt.ran {
				t.Errorf("ran %q, want %q", ran, tt.ran)
			}
			if got := planned(results[0].Plan); !slices.Equal(got, tt.plan) {
				t.Errorf("plan %q, want %q", got, tt.plan)
			}
		})
	}
}

// planned returns a line for each handler of a plan.
func planned(p events.Plan) (lines []string) {
	for _, run := range p.Runs {
		line := run.Mark()
		if run.NotRepeated {
			line = "not " + line
		}
		if run.Warning != "" {
			line += ": " + run.Warning
		}
		lines = append(lines, line)
	}
	return lines
}

// TestReplayAfterTheWindow wants only the named handler to run although the event, received
// now, would be a new one. With an id made from the body this happens after an hour.
func TestReplayAfterTheWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.register([]handler{{name: "a"}, {name: "b"}})
	e := tin()
	w.receive(e)
	w.work(r)
	w.now = w.now.Add(3 * time.Hour)
	before := w.entry(e.Key())
	w.mustRun(w.replay(r, "b"), before)
	if ran := w.work(r); !slices.Equal(ran, []string{"b"}) {
		t.Errorf("ran %q, want b alone", ran)
	}
	after := w.entry(e.Key())
	if !after.Received.Equal(noon) || !after.DedupUntil.Equal(before.DedupUntil) {
		t.Errorf("received %v, window until %v; want those of the first time", after.Received, after.DedupUntil)
	}
}

// TestReplayPlansWhatMayRun wants every handler in the plan that the function may have, and
// those marked that need settings which are not known here.
func TestReplayPlansWhatMayRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receive(approved("evt_1"))
	w.work(w.register([]handler{{name: "a"}}))
	all := w.register([]handler{{name: "a"}, {name: "reply", options: []hook.Option{hook.AtMostOnce}}})
	r := w.replay(all, "a")
	r.Handlers.Certain = w.register([]handler{{name: "a"}})
	results := w.mustRun(r, w.entry("kyc#evt_1"))
	want := []string{"a", "reply?: was not named, but has not finished for this event, so it runs too"}
	if got := planned(results[0].Plan); !slices.Equal(got, want) || results[0].Text() != "a, reply?" {
		t.Errorf("plan %q, %s, want %q", got, results[0].Text(), want)
	}
	if ran := w.work(all); !slices.Equal(ran, []string{"a", "reply"}) {
		t.Errorf("ran %q", ran)
	}
}

// TestReplayTwice sends two replays of the same state, of which one runs.
func TestReplayTwice(t *testing.T) {
	t.Parallel()
	w, r := newWorldHandled(t, "evt_1")
	for range 2 {
		w.mustRun(w.replay(r), w.entry("kyc#evt_1"))
	}
	if ran := w.work(r); len(ran) != 1 {
		t.Errorf("ran %q, want once", ran)
	}
}

// TestPropertyPlanIsWhatRuns compares the plan of any replay with what the worker does.
func TestPropertyPlanIsWhatRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t)
		names := []string{"a", "b", "c", "d"}
		var first, second []handler
		for _, name := range names {
			h := handler{name: name}
			if rapid.Bool().Draw(rt, name+" at most once") {
				h.options = []hook.Option{hook.AtMostOnce}
			}
			then := h
			h.err = rapid.SampledFrom([]error{nil, nil, errHandler, hook.NotSent(errHandler)}).Draw(rt, name+" ends")
			if rapid.Bool().Draw(rt, name+" there at first") {
				first = append(first, h)
			}
			if rapid.Bool().Draw(rt, name+" there at the replay") {
				second = append(second, then)
			}
		}
		named := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 3, rapid.ID).Draw(rt, "named")
		w.receive(approved("evt_1"))
		w.work(w.register(first))
		r := w.register(second)
		e := w.entry("kyc#evt_1")
		plan, err := w.replay(r, named...).Plan(e)
		if errors.Is(err, events.ErrHandler) || errors.Is(err, events.ErrNotEnded) {
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		for _, run := range plan.Runs {
			known := slices.ContainsFunc(r.For("kyc", e.Type), func(h hook.Handler) bool { return h.Name == run.Handler })
			if known && !run.NotRepeated {
				want = append(want, run.Handler)
			}
		}
		w.mustRun(w.replay(r, named...), e)
		if ran := w.work(r); !slices.Equal(ran, want) {
			rt.Fatalf("planned %q, ran %q; record %+v", want, ran, e.Record)
		}
	})
}

// TestReplayMessage checks the message that is sent.
func TestReplayMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.register([]handler{{name: "a"}, {name: "b"}})
	w.receive(approved("evt_1"))
	w.work(r)
	w.now = w.now.Add(time.Hour)
	w.mustRun(w.replay(r, "b", "a"), w.entry("kyc#evt_1"))
	m := w.queue.Messages()[0]
	want := approved("evt_1")
	want.Received = noon
	if m.Unreadable != nil || !sameEvent(m.Event, want) {
		t.Errorf("sent %v received %v, %v", m.Event, m.Received, m.Unreadable)
	}
	f := m.Failure
	if f == nil || f.Reason != queue.ReasonReplay || f.Fence != 1 || f.At != w.now.UnixMilli() || !slices.Equal(f.Handlers, []string{"b", "a"}) || f.AssumeDone != nil {
		t.Errorf("failure %+v", f)
	}
}

func sameEvent(a, b webhook.Event) bool {
	return a.Key() == b.Key() && a.Provider == b.Provider && a.Type == b.Type && a.Received.Equal(b.Received) && string(a.Raw) == string(b.Raw)
}

// TestReplayDryRun does everything except sending.
func TestReplayDryRun(t *testing.T) {
	t.Parallel()
	w, registry := newWorldHandled(t, "evt_1", "evt_2")
	r := w.replay(registry)
	r.Queue = nil
	entries := named(t, memory.NewReader(w.store), "kyc#evt_2", "kyc#evt_1", "kyc#evt_2")
	if results := w.mustRun(r, entries...); len(results) != 2 || len(w.queue.Messages()) > 0 {
		t.Errorf("%d results, sent %d; want 2 and none", len(results), len(w.queue.Messages()))
	}
}

// A replay carries what the record has of the event's origin. Of a record that an older
// version wrote, the provider's name and the id's form say how the id was made.
func TestReplayCarriesOrigin(t *testing.T) {
	t.Parallel()
	hash := strings.Repeat("9d", 32)
	for _, tt := range []struct {
		name     string
		edit     func(*ledger.Record)
		identity webhook.Identity
		want     queue.Origin
	}{
		{"body", func(r *ledger.Record) { r.Identity, r.Hash = webhook.BodyHash, hash }, webhook.BodyHash,
			queue.Origin{Digest: "sha256:" + hash, Window: time.Hour}},
		{"key, and a longer window", func(r *ledger.Record) {
			r.Identity, r.Hash, r.DedupUntil, r.Secret = webhook.KeyHash, "", noon.Add(48*time.Hour), new(1)
		}, webhook.KeyHash, queue.Origin{Window: 48 * time.Hour, Secret: new(1)}},
		{"keyed", func(r *ledger.Record) { r.Identity, r.Hash = webhook.BodyHash, "hmac-0a1b2c:"+hash }, webhook.BodyHash,
			queue.Origin{Digest: "hmac-0a1b2c:" + hash, Window: time.Hour}},
		{"of the version before", func(r *ledger.Record) { r.Identity, r.Hash = webhook.Given, hash }, webhook.BodyHash,
			queue.Origin{Digest: "sha256:" + hash, Window: time.Hour}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := tin()
			rec := ledger.Record{State: ledger.StateCompleted, Type: e.Type, Fence: 1, Received: noon, DedupUntil: noon.Add(time.Hour), Expires: noon.Add(720 * time.Hour)}
			tt.edit(&rec)
			sum := sha256.Sum256(e.Raw)
			if rec.Hash == hash {
				rec.Hash = hex.EncodeToString(sum[:])
				tt.want.Digest = "sha256:" + rec.Hash
			}
			r := w.replay(w.register([]handler{{name: "a"}}))
			r.Ledger = &table{records: map[string]ledger.Record{e.Key(): rec}, payloads: map[string]string{e.Key(): string(e.Raw)}}
			w.mustRun(r, events.Entry{Key: e.Key(), Record: rec})
			m := w.queue.Messages()[0]
			if m.Identity != tt.identity {
				t.Errorf("identity %q, want %q", m.Identity, tt.identity)
			}
			if diff := cmp.Diff(tt.want, m.Origin); diff != "" {
				t.Errorf("origin (-want +got):\n%s", diff)
			}
		})
	}
}
