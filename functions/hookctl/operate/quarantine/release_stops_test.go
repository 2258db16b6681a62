package quarantine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/queue"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// TestRotationDuringRelease: what the sources of the moment do not vouch for stays; what they
// do is sent, though the release began with others.
func TestRotationDuringRelease(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		before, after string
		passes        time.Duration // for each request that is verified
		want          []quarantine.Outcome
	}{
		{"to the right secret", wrong, right, time.Minute,
			[]quarantine.Outcome{quarantine.Refused, quarantine.Refused, quarantine.Released, quarantine.Released}},
		{"revoked", right, wrong, 6 * time.Minute,
			[]quarantine.Outcome{quarantine.Released, quarantine.Released, quarantine.Refused, quarantine.Refused}},
		{"removed", right, "{}", 6 * time.Minute,
			[]quarantine.Outcome{quarantine.Released, quarantine.Released, quarantine.SourceGone, quarantine.SourceGone}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, wrong)
			w.post4()
			w.document = tt.before
			r := w.releaser()
			var got []quarantine.Outcome
			for i, e := range w.find(quarantine.Filter{}).Entries {
				if i == 2 {
					w.document = tt.after
				}
				w.now = w.now.Add(tt.passes)
				if err := r.ReleaseAll(t.Context(), []quarantine.Entry{e}, func(r quarantine.Result) { got = append(got, r.Outcome) }); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("outcomes %q, want %q", got, tt.want)
			}
			if n := len(w.queued()); n+w.left() != 4 {
				t.Errorf("%d are queued and %d left, of 4", n, w.left())
			}
		})
	}
}

// TestReleaseStops: after a failure nothing more is tried, and Ctrl-C ends it between two.
func TestReleaseStops(t *testing.T) {
	t.Parallel()
	w := newWorld(t, right)
	for range 100 {
		w.object(func(*kept.Entry, *kept.Request) {})
	}
	w.lost = func() (bool, error) { return false, errors.New("away") }
	if got := w.release(w.releaser()); len(got) > 16 || w.left() != 100 {
		t.Errorf("%d were tried, %d are left", len(got), w.left())
	}
	w.lost = nil
	ctx, stop := context.WithCancel(t.Context())
	tried := 0
	err := w.releaser().ReleaseAll(ctx, w.find(quarantine.Filter{}).Entries, func(quarantine.Result) { tried++; stop() })
	if !errors.Is(err, context.Canceled) || tried > 16 {
		t.Errorf("%v after %d", err, tried)
	}
	if n := len(w.queued()); n+w.left() != 100 {
		t.Errorf("%d are queued and %d left, of 100", n, w.left())
	}
}

// Ctrl-C while a message is being sent does not keep what was sent in the quarantine.
func TestReleaseEndsWhatItSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, right)
	w.object(func(*kept.Entry, *kept.Request) {})
	ctx, stop := context.WithCancel(t.Context())
	w.lost = func() (bool, error) {
		defer stop()
		return false, w.queue.Send(ctx, queue.Message{Event: webhook.Event{
			Source: "contiguity", Provider: "contiguity", ID: "evt_1", Type: "t", Received: noon, Identity: webhook.Given, Raw: []byte(event),
		}}, 0)
	}
	var got []quarantine.Result
	err := w.releaser().ReleaseAll(ctx, w.find(quarantine.Filter{}).Entries, func(r quarantine.Result) { got = append(got, r) })
	if len(got) != 1 || got[0].Outcome != quarantine.Released || w.left() != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v, %d left", got, err, w.left())
	}
}
