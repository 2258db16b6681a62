package hook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// shop is a provider whose body is the payload.
type shop struct{}

func (shop) Name() string                                         { return "shop" }
func (shop) Configure(webhook.Settings) (webhook.Verifier, error) { return nil, nil }
func (shop) Sign(webhook.Settings, string, []byte, time.Time) webhook.Request {
	return webhook.Request{}
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func (shop) Open(body []byte) (webhook.Envelope, error) {
	if _, err := webhook.ParseObject(body); err != nil {
		return webhook.Envelope{}, err
	}
	return webhook.Envelope{ID: "evt_1", Type: "order.paid", Time: noon, Data: body}, nil
}

// clockless is a provider whose events have no time.
type clockless struct{ shop }

func (clockless) Timeless() {}

type order struct {
	ID    string `json:"id"`
	Cents int    `json:"cents"`
}

func (o order) Entity() string { return o.ID }

var (
	paid    = webhook.NewType[order](shop{}, "order.paid")
	shipped = webhook.NewType[order](shop{}, "order.shipped")
	noted   = webhook.NewType[map[string]any](shop{}, "order.noted")
	undated = webhook.NewType[order](clockless{}, "order.paid")
)

func nothing[T any](context.Context, hook.Event[T]) error { return nil }

func TestForKeepsOrder(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.On(&r, paid, "first", nothing)
	hook.OnProvider(&r, shop{}, "every", nothing[json.RawMessage])
	hook.On(&r, shipped, "first", nothing)
	hook.On(&r, paid, "last", nothing, hook.AtMostOnce, hook.SkipStale)
	for _, tt := range []struct {
		provider, typ string
		want          []string
	}{
		{"shop", "order.paid", []string{"first", "every", "last"}},
		{"shop", "order.shipped", []string{"every", "first"}},
		{"shop", "never.heard.of", []string{"every"}},
		{"other", "order.paid", nil},
	} {
		var got []string
		for _, h := range r.For(tt.provider, tt.typ) {
			got = append(got, h.Name)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("For(%s, %s) (-want +got):\n%s", tt.provider, tt.typ, diff)
		}
	}
	last := r.For("shop", "order.paid")[2]
	if !last.Has(hook.AtMostOnce) || !last.Has(hook.SkipStale) || r.For("shop", "order.paid")[0].Has(hook.SkipStale) {
		t.Error("options are not kept as given")
	}
}

// A handler of some types does not affect others, not even by its name.
func TestOnTypes(t *testing.T) {
	t.Parallel()
	var r hook.Registry
	hook.OnTypes(&r, shop{}, isPaid, "a", nothing)
	hook.On(&r, shipped, "a", nothing)
	for typ, want := range map[string]int{"order.paid": 1, "order.paid.twice": 1, "order.shipped": 1, "order.noted": 0, "": 0} {
		if got := len(r.For("shop", typ)); got != want {
			t.Errorf("%d handlers for %q, want %d", got, typ, want)
		}
	}
	if got := r.For("other", "order.paid"); got != nil {
		t.Errorf("another provider's event has %d handlers", len(got))
	}
}

func isPaid(typ string) bool { return strings.HasPrefix(typ, "order.paid") }

func TestZeroRegistryIsEmpty(t *testing.T) {
	t.Parallel()
	if got := new(hook.Registry).For("shop", "order.paid"); len(got) != 0 {
		t.Errorf("For = %v, want none", got)
	}
}

// impostor is a provider with the name of the stack's own.
type impostor struct{ shop }

func (impostor) Name() string { return webhook.Probe }

func TestRegistrationPanics(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		register func(*hook.Registry)
		want     []string
	}{
		{"same name twice", func(r *hook.Registry) {
			hook.On(r, paid, "a", nothing)
			hook.On(r, paid, "a", nothing)
		}, []string{`"a"`, "shop order.paid", "registry_test.go:", "registered twice"}},
		{"a type's and the provider's", func(r *hook.Registry) {
			hook.On(r, paid, "a", nothing)
			hook.OnProvider(r, shop{}, "a", nothing[json.RawMessage])
		}, []string{"types of shop", "registry_test.go:"}},
		{"the provider's and a type's", func(r *hook.Registry) {
			hook.OnProvider(r, shop{}, "a", nothing[json.RawMessage])
			hook.On(r, paid, "a", nothing)
		}, []string{"shop order.paid"}},
		{"some types' and the provider's", func(r *hook.Registry) {
			hook.OnTypes(r, shop{}, isPaid, "a", nothing)
			hook.OnProvider(r, shop{}, "a", nothing)
		}, []string{"types of shop", "registry_test.go:"}},
		{"some types' and one of them", func(r *hook.Registry) {
			hook.OnTypes(r, shop{}, isPaid, "a", nothing)
			hook.On(r, paid, "a", nothing)
		}, []string{"shop order.paid"}},
		{"a type's and some types', it among them", func(r *hook.Registry) {
			hook.On(r, paid, "a", nothing)
			hook.OnTypes(r, shop{}, isPaid, "a", nothing)
		}, []string{"types of shop"}},
		{"the provider of probes", func(r *hook.Registry) {
			hook.OnProvider(r, impostor{}, "a", nothing)
		}, []string{"types of probe", "run no handler", "registry_test.go:"}},
		{"no function to choose types", func(r *hook.Registry) { hook.OnTypes(r, shop{}, nil, "a", nothing) }, []string{"which types", "registry_test.go:"}},
		{"no function", func(r *hook.Registry) { hook.On(r, paid, "a", nil) }, []string{"has no function", "registry_test.go:"}},
		{"no name", func(r *hook.Registry) { hook.On(r, paid, "", nothing) }, []string{"give it a name", "shop order.paid", "registry_test.go:"}},
		{"name with a space", func(r *hook.Registry) { hook.On(r, paid, "a b", nothing) }, []string{`"a b"`}},
		{"stale without entity", func(r *hook.Registry) { hook.On(r, noted, "a", nothing, hook.SkipStale) }, []string{"Entity() string", "map[string]interface"}},
		{"stale without time", func(r *hook.Registry) { hook.On(r, undated, "a", nothing, hook.SkipStale) }, []string{"have none"}},
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

func TestDuplicateNamesBothPlaces(t *testing.T) {
	t.Parallel()
	defer func() {
		message := fmt.Sprint(recover())
		if n := strings.Count(message, "registry_test.go:"); n != 2 {
			t.Errorf("panic = %q, want two places in it, got %d", message, n)
		}
	}()
	var r hook.Registry
	hook.OnWrites(&r, paid, "a", func(context.Context, hook.Event[order]) ([]webhook.Write, error) { return nil, nil })
	hook.On(&r, paid, "a", nothing)
}

func TestPrepare(t *testing.T) {
	t.Parallel()
	var got hook.Event[order]
	handle := func(_ context.Context, e hook.Event[order]) error { got = e; return errBroken }
	for _, tt := range []struct {
		name, body string
		opts       []hook.Option
		want       error
	}{
		{name: "fits", body: `{"id":"o-1","cents":5}`},
		{name: "fits, with entity", body: `{"id":"o-1","cents":5}`, opts: []hook.Option{hook.SkipStale}},
		{name: "no entity in it", body: `{"cents":5}`, opts: []hook.Option{hook.SkipStale}, want: webhook.ErrPayload},
		{name: "wrong kind", body: `{"id":"o-1","cents":"5"}`, want: webhook.ErrPayload},
		{name: "no object", body: `[]`, want: webhook.ErrMalformedBody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r hook.Registry
			hook.On(&r, paid, "charge", handle, tt.opts...)
			h := r.For("shop", "order.paid")[0]
			call, err := h.Prepare(webhook.Event{ID: "evt_1", Raw: []byte(tt.body)}, hook.Delivery{Attempt: 3})
			if !errors.Is(err, tt.want) {
				t.Fatalf("Prepare = %v, want %v", err, tt.want)
			}
			if err != nil {
				return
			}
			if _, err := call.Run(t.Context()); !errors.Is(err, errBroken) {
				t.Errorf("Run = %v, want the handler's error", err)
			}
			if got.Data != (order{"o-1", 5}) || got.Attempt != 3 || !got.Time.Equal(noon) || got.ID != "evt_1" {
				t.Errorf("handler got %+v", got)
			}
		})
	}
}

var errBroken = errors.New("broken")
