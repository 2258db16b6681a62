package records_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"webhookintake/functions/hookctl/records"
	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

var errHandler = hook.Permanent(errors.New("no"))

func TestReplay(t *testing.T) {
	t.Parallel()
	once := []hook.Option{hook.AtMostOnce}
	for _, tt := range []struct {
		name   string
		first  []handler // when the event came
		second []handler // when it is replayed; nil means the same
		named  []string
		ran    string // at the replay
		says   []string
	}{
		{"all", []handler{{name: "a"}, {name: "b"}}, nil, nil, "a b",
			[]string{"1 event to be handled again. As the handlers are registered here, these run:", "  a       1 times", "sent kyc#evt_1: a, b", "1 event put into the queue."}},
		{"one that is named", []handler{{name: "a"}, {name: "b"}}, nil, []string{"b"}, "b", []string{"sent kyc#evt_1: b"}},
		{"named, and one that has not finished", []handler{{name: "a"}, {name: "b", err: errHandler}}, []handler{{name: "a"}, {name: "b"}}, []string{"a"}, "a b",
			[]string{"  b       1 times  was not named, but has not finished for it, and runs too"}},
		{"at most once, again", []handler{{name: "a", options: once}}, nil, nil, "a",
			[]string{"  a       1 times  AT MOST ONCE, and it began before: what it did, it does again"}},
		{"at most once, for the first time", []handler{{name: "a"}}, []handler{{name: "a"}, {name: "b", options: once}}, []string{"b"}, "b",
			[]string{"  b       1 times"}},
		{"outcome unknown, another named", []handler{{name: "a", options: once, err: errors.New("?")}, {name: "b"}}, nil, []string{"b"}, "b",
			[]string{"  a       1 times  does NOT run: it began once, and whether it acted is not known, so the event fails again; name it, too, if it is to run again", "sent kyc#evt_1: b"}},
		{"outcome unknown, named", []handler{{name: "a", options: once, err: errors.New("?")}, {name: "b"}}, nil, []string{"a"}, "a", nil},
		{"skips what is stale", []handler{{name: "a", options: []hook.Option{hook.SkipStale}}}, nil, nil, "a",
			[]string{"  a       1 times  is skipped where it has finished a newer event of the same entity"}},
		{"moves its state once more", []handler{{name: "a", moves: true}}, nil, nil, "a",
			[]string{"  a       1 times  moved its state when it ran before, and moves it once more"}},
		{"moves its state for the first time", []handler{{name: "a"}}, []handler{{name: "a"}, {name: "b", moves: true}}, []string{"b"}, "b",
			[]string{"  b       1 times"}},
		{"unhandled, and now there is one", []handler{}, []handler{{name: "a"}}, nil, "a", []string{"sent kyc#evt_1: a"}},
		{"unhandled still", []handler{}, nil, nil, "",
			[]string{"  no handler is known here for 1 of them; without one an event ends as unhandled", "sent kyc#evt_1: no handler that is known here"}},
		{"no longer registered here", []handler{{name: "a"}, {name: "b", options: once}, {name: "c", moves: true}}, []handler{}, nil, "",
			[]string{"  a       1 times  has run before and is not registered here: it runs if the function has it", "  b       1 times  AT MOST ONCE, and not registered here: it runs again if the function has it",
				"  c       1 times  moved a state when it ran before, and is not registered here: it moves it once more if the function has it"}},
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
			if err := w.replay(second, tt.named...).Run(t.Context(), []records.Entry{w.entry("kyc#evt_1")}); err != nil {
				t.Fatalf("%v\n%s", err, w.out.String())
			}
			if ran := strings.Join(w.work(second), " "); ran != tt.ran {
				t.Errorf("ran %q, want %q", ran, tt.ran)
			}
			wantLines(t, w.out.String(), tt.says...)
		})
	}
}

// TestReplayAfterTheWindow wants the named handler alone to run where the event, received
// now, would be a new one: of an id made from the body, that is after an hour.
func TestReplayAfterTheWindow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.register([]handler{{name: "a"}, {name: "b"}})
	e := tin()
	w.receive(e)
	w.work(r)
	w.now = w.now.Add(3 * time.Hour)
	before := w.entry(e.Key())
	if err := w.replay(r, "b").Run(t.Context(), []records.Entry{before}); err != nil {
		t.Fatal(err)
	}
	if ran := w.work(r); !slices.Equal(ran, []string{"b"}) {
		t.Errorf("ran %q, want b alone", ran)
	}
	after := w.entry(e.Key())
	if !after.Received.Equal(noon) || !after.DedupUntil.Equal(before.DedupUntil) {
		t.Errorf("received %v, window until %v; want those of the first time", after.Received, after.DedupUntil)
	}
}

// TestReplaySaysWhoMayRun wants nobody to run unannounced whom the function may have, and
// who is registered only with settings that are not known here.
func TestReplaySaysWhoMayRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receive(approved("evt_1"))
	w.work(w.register([]handler{{name: "a"}}))
	all := w.register([]handler{{name: "a"}, {name: "reply", options: []hook.Option{hook.AtMostOnce}}})
	r := w.replay(all, "a")
	r.Sure = w.register([]handler{{name: "a"}})
	if err := r.Run(t.Context(), []records.Entry{w.entry("kyc#evt_1")}); err != nil {
		t.Fatal(err)
	}
	wantLines(t, w.out.String(),
		"  a            1 times", "  reply?       1 times  was not named, but has not finished for it, and runs too",
		"  ? runs only where the settings that it needs are set, which is not seen from here", "sent kyc#evt_1: a, reply?")
	if ran := w.work(all); !slices.Equal(ran, []string{"a", "reply"}) {
		t.Errorf("ran %q", ran)
	}
}

// TestReplayTwice wants one run of two replays of the same state: each opens it once.
func TestReplayTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.register([]handler{{name: "a"}})
	w.receive(approved("evt_1"))
	w.work(r)
	for range 2 {
		if err := w.replay(r).Run(t.Context(), []records.Entry{w.entry("kyc#evt_1")}); err != nil {
			t.Fatal(err)
		}
	}
	if ran := w.work(r); len(ran) != 1 {
		t.Errorf("ran %q, want once", ran)
	}
}

// TestPropertyPlanIsWhatRuns holds the plan of any replay against what the worker does.
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
		if errors.Is(err, records.ErrHandler) || errors.Is(err, records.ErrNotEnded) {
			return
		}
		if err != nil {
			rt.Fatal(err)
		}
		var want []string
		for _, run := range plan.Runs {
			known := slices.ContainsFunc(r.For("kyc", e.Type), func(h hook.Handler) bool { return h.Name == run.Handler })
			if known && !run.Stuck {
				want = append(want, run.Handler)
			}
		}
		if err := w.replay(r, named...).Run(t.Context(), []records.Entry{e}); err != nil {
			rt.Fatal(err)
		}
		if ran := w.work(r); !slices.Equal(ran, want) {
			rt.Fatalf("planned %q, ran %q; record %+v", want, ran, e.Record)
		}
	})
}

// TestReplayMessage holds what is sent.
func TestReplayMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.register([]handler{{name: "a"}, {name: "b"}})
	w.receive(approved("evt_1"))
	w.work(r)
	w.now = w.now.Add(time.Hour)
	if err := w.replay(r, "b", "a").Run(t.Context(), []records.Entry{w.entry("kyc#evt_1")}); err != nil {
		t.Fatal(err)
	}
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

// TestReplayAsks wants nothing sent before a yes, nor at a dry run, which asks nothing.
func TestReplayAsks(t *testing.T) {
	t.Parallel()
	errNo := errors.New("no")
	for _, tt := range []struct {
		name   string
		answer error
		dry    bool
		asked  string
		sent   int
		want   error
		says   string
	}{
		{"yes", nil, false, "Have 2 events handled again?", 2, nil, "2 events put into the queue."},
		{"no", errNo, false, "Have 2 events handled again?", 0, errNo, "  a       2 times"},
		{"dry run", errNo, true, "", 0, nil, "2 events could be replayed; none was."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			registry := w.register([]handler{{name: "a"}})
			w.receive(approved("evt_1"))
			w.receive(approved("evt_2"))
			w.work(registry)
			r := w.replay(registry)
			asked := ""
			r.Confirm = func(question string) error { asked = question; return tt.answer }
			if tt.dry {
				r.Queue = nil
			}
			entries, err := r.Read(t.Context(), []string{"kyc#evt_2", "kyc#evt_1", "kyc#evt_2"})
			if err != nil {
				t.Fatal(err)
			}
			err = r.Run(t.Context(), entries)
			if !errors.Is(err, tt.want) || asked != tt.asked || len(w.queue.Messages()) != tt.sent {
				t.Errorf("%v, asked %q, sent %d; want %v, %q, %d", err, asked, len(w.queue.Messages()), tt.want, tt.asked, tt.sent)
			}
			wantLines(t, w.out.String(), tt.says)
		})
	}
}

func TestReplayInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	w.receive(approved("evt_1"))
	w.work(registry)
	ctx, cancel := context.WithCancel(t.Context())
	r := w.replay(registry)
	r.Confirm = func(string) error { cancel(); return nil }
	err := r.Run(ctx, []records.Entry{w.entry("kyc#evt_1")})
	if !errors.Is(err, context.Canceled) || len(w.queue.Messages()) > 0 {
		t.Errorf("%v, sent %d", err, len(w.queue.Messages()))
	}
	wantLines(t, w.out.String(), "0 events put into the queue, 1 not.")
}
