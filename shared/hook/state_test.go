package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

type tally struct {
	Cents int `json:"cents"`
}

type total string

func orderID(o order) string { return o.ID }

// sum adds the order to its tally.
func sum(_ context.Context, e hook.Event[order], s tally) (tally, total, error) {
	s.Cents += e.Data.Cents
	return s, total(fmt.Sprint(s.Cents)), nil
}

func tallies(opts ...hook.StateOption) hook.State[tally, total] {
	return hook.NewState[tally, total]("tally", opts...)
}

func body(o order) webhook.Event {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return webhook.Event{Source: "shop", Provider: "shop", ID: "evt_1", Type: "order.paid", Raw: raw}
}

// prepare returns the call of the handler with that name for an order.
func prepare(t *testing.T, r *hook.Registry, name string, d hook.Delivery) hook.Call {
	t.Helper()
	for _, h := range r.For("shop", "order.paid") {
		if h.Name != name {
			continue
		}
		call, err := h.Prepare(body(order{ID: "o-1", Cents: 5}), d)
		if err != nil {
			t.Fatal(err)
		}
		return call
	}
	t.Fatalf("no handler %s", name)
	return hook.Call{}
}

func TestOnStateMoves(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.OnState(&r, paid, "sum", tallies(hook.ForgetAfter(time.Hour)), orderID, sum)
	call := prepare(t, &r, "sum", hook.Delivery{})
	if call.State.ForgetAfter != time.Hour || call.Run != nil {
		t.Errorf("call = %+v", call)
	}
	for found, want := range map[string]hook.Move{
		"":             {State: []byte(`{"cents":5}`), Result: []byte(`"5"`)},
		`{"cents":37}`: {State: []byte(`{"cents":42}`), Result: []byte(`"42"`)},
	} {
		var stored json.RawMessage
		if found != "" {
			stored = json.RawMessage(found)
		}
		run, err := call.State.Bind(stored)
		if err != nil {
			t.Fatal(err)
		}
		got, err := run(t.Context())
		if err != nil || string(got.State) != string(want.State) || string(got.Result) != string(want.Result) {
			t.Errorf("from %q: %s, %s, %v", found, got.State, got.Result, err)
		}
	}
}

// Another name or key gives another state, and the id reveals neither.
func TestStateIDs(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{"a", "b", `a" "b`} {
		for _, key := range []string{"b", `b" "c`, "a", `" "b`} {
			var r hook.Registry
			if !webhook.ValidName(name) {
				continue
			}
			hook.OnState(&r, paid, "sum", hook.NewState[tally, total](name), func(order) string { return key }, sum)
			id := prepare(t, &r, "sum", hook.Delivery{}).State.ID
			if other, ok := seen[id]; ok || len(id) != 64 {
				t.Errorf("%q and %s have the id %s", []string{name, key}, other, id)
			}
			seen[id] = name + " " + key
		}
	}
}

func TestStoredStateDoesNotFit(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.OnState(&r, paid, "sum", tallies(), orderID, sum)
	call := prepare(t, &r, "sum", hook.Delivery{})
	for found, says := range map[string]string{
		`{"cents":"secret"}`:             "field cents: want int",
		`{"cents":1,"euros":"secret"}`:   "field euros",
		`["secret"]`:                     "want hook_test.tally",
		`{"cents":1`:                     "state tally",
		``:                               "state tally",
		`{"cents":99999999999999999999}`: "field cents",
	} {
		_, err := call.State.Bind(json.RawMessage(found))
		if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("Bind(%s) = %v, want ErrPayload with %q and no value", found, err, says)
		}
	}
}

func TestResult(t *testing.T) {
	t.Parallel()
	s, other := tallies(), hook.NewState[tally, total]("other")
	var got total
	var gotErr error
	ask := func(ctx context.Context, _ hook.Event[order]) error {
		got, gotErr = s.Result(ctx)
		return nil
	}
	var r hook.Registry
	hook.On(&r, paid, "before", ask)
	hook.OnState(&r, paid, "first", s, orderID, sum)
	hook.On(&r, paid, "between", ask)
	hook.OnState(&r, paid, "second", s, orderID, sum)
	hook.OnState(&r, paid, "third", other, orderID, sum)
	hook.On(&r, paid, "after", ask)
	all := map[string]json.RawMessage{"first": []byte(`"1"`), "second": []byte(`"2"`), "third": []byte(`"3"`)}
	for _, tt := range []struct {
		name, handler string
		results       map[string]json.RawMessage
		done          []string
		want          total
		err           error
		permanent     bool
	}{
		{name: "the only one before", handler: "between", results: all, want: "1"},
		{name: "the last of two before", handler: "after", results: all, want: "2"},
		{name: "none before", handler: "before", results: all, err: hook.ErrNoResult, permanent: true},
		{name: "not yet", handler: "between", err: hook.ErrNoResult},
		{name: "not yet, and never an earlier one's", handler: "after", results: map[string]json.RawMessage{"first": []byte(`"1"`)}, err: hook.ErrNoResult},
		{name: "never", handler: "between", done: []string{"first"}, err: hook.ErrNoResult, permanent: true},
		{name: "another type", handler: "between", results: map[string]json.RawMessage{"first": []byte(`1`)}, err: webhook.ErrPayload, permanent: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := prepare(t, &r, tt.handler, hook.Delivery{Results: tt.results, Done: tt.done})
			if _, err := call.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got != tt.want || !errors.Is(gotErr, tt.err) || hook.Hint(gotErr).Permanent != tt.permanent {
				t.Errorf("Result = %q, %v (permanent: %v)", got, gotErr, hook.Hint(gotErr).Permanent)
			}
		})
	}
	if _, err := s.Result(t.Context()); err == nil {
		t.Error("Result outside of a handler succeeds")
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	s := tallies()
	var got tally
	var r hook.Registry
	hook.OnState(&r, paid, "sum", s, orderID, sum)
	hook.On(&r, paid, "get", func(ctx context.Context, e hook.Event[order]) (err error) {
		got, err = s.Get(ctx, e.Data.ID)
		return err
	})
	id := prepare(t, &r, "sum", hook.Delivery{}).State.ID
	for _, tt := range []struct {
		name   string
		stored string
		fails  error
		want   tally
		err    error
	}{
		{name: "there", stored: `{"cents":7}`, want: tally{7}},
		{name: "none", want: tally{}},
		{name: "does not fit", stored: `{"cents":"7"}`, err: webhook.ErrPayload},
		{name: "not read", fails: errBroken, err: errBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			call := prepare(t, &r, "get", hook.Delivery{ReadState: func(_ context.Context, asked string) (json.RawMessage, error) {
				if asked != id {
					t.Errorf("read %s, want the id that the handler moves, %s", asked, id)
				}
				if tt.stored == "" {
					return nil, tt.fails
				}
				return json.RawMessage(tt.stored), tt.fails
			}})
			_, err := call.Run(t.Context())
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("Get = %v, %v, want %v, %v", got, err, tt.want, tt.err)
			}
		})
	}
	if _, err := s.Get(t.Context(), "o-1"); err == nil {
		t.Error("Get outside of a handler succeeds")
	}
}

func TestStateRegistrationPanics(t *testing.T) {
	t.Parallel()
	type hidden struct{ name string } //nolint:unused // reflection finds it
	type opaque struct{ C chan int }
	for _, tt := range []struct {
		name     string
		register func(*hook.Registry)
		want     []string
	}{
		{"two states of one name", func(r *hook.Registry) {
			hook.OnState(r, paid, "a", tallies(), orderID, sum)
			hook.OnState(r, shipped, "b", tallies(), orderID, sum)
		}, []string{`state "tally" is made twice`, "state_test.go:", `handler "b"`}},
		{"no NewState", func(r *hook.Registry) { hook.OnState(r, paid, "a", hook.State[tally, total]{}, orderID, sum) }, []string{"NewState", "state_test.go:"}},
		{"no name", func(r *hook.Registry) {
			hook.OnState(r, paid, "a", hook.NewState[tally, total](""), orderID, sum)
		}, []string{"state name", "state_test.go:"}},
		{"no function", func(r *hook.Registry) { hook.OnState(r, paid, "a", tallies(), orderID, nil) }, []string{"no function"}},
		{"no key", func(r *hook.Registry) { hook.OnState(r, paid, "a", tallies(), nil, sum) }, []string{"no function"}},
		{"at most once", func(r *hook.Registry) { hook.OnState(r, paid, "a", tallies(), orderID, sum, hook.AtMostOnce) }, []string{"AtMostOnce"}},
		{"forgotten at once", func(r *hook.Registry) {
			hook.OnState(r, paid, "a", tallies(hook.ForgetAfter(time.Millisecond)), orderID, sum)
		}, []string{"ForgetAfter(1ms)"}},
		{"hidden field", func(r *hook.Registry) {
			hook.OnState(r, paid, "a", hook.NewState[hidden, total]("s"), orderID, keep[hidden])
		}, []string{"field name", "exported"}},
		{"no JSON", func(r *hook.Registry) {
			hook.OnState(r, paid, "a", hook.NewState[opaque, total]("s"), orderID, keep[opaque])
		}, []string{"JSON", "chan int"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				message := fmt.Sprint(recover())
				for _, want := range tt.want {
					if !strings.Contains(message, want) {
						t.Errorf("panic = %q, want %q in it", message, want)
					}
				}
			}()
			tt.register(new(hook.Registry))
		})
	}
}

// keep leaves a state as it is.
func keep[S any](_ context.Context, _ hook.Event[order], s S) (S, total, error) { return s, "", nil }

// Types with their own JSON methods may have any fields, and one State may serve several
// handlers.
func TestStateRegistrationTakes(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	s := tallies()
	hook.OnState(&r, paid, "a", s, orderID, sum)
	hook.OnState(&r, paid, "b", s, orderID, sum)
	hook.OnState(&r, shipped, "a", s, orderID, sum, hook.SkipStale)
	hook.OnState(&r, paid, "time", hook.NewState[time.Time, total]("time"), orderID, keep[time.Time])
	hook.OnState(&r, paid, "map", hook.NewState[map[string]int, total]("map"), orderID, keep[map[string]int])
	if n := len(r.For("shop", "order.paid")); n != 4 {
		t.Errorf("%d handlers, want 4", n)
	}
}

// A zero State says what is wrong with it, and no retry follows.
func TestZeroState(t *testing.T) {
	t.Parallel()
	var zero hook.State[tally, total]
	_, result := zero.Result(t.Context())
	_, get := zero.Get(t.Context(), "key")
	for name, err := range map[string]error{"Result": result, "Get": get} {
		if err == nil || !strings.Contains(err.Error(), "NewState") || !hook.Hint(err).Permanent {
			t.Errorf("%s: %v, want a permanent error that names NewState", name, err)
		}
	}
}
