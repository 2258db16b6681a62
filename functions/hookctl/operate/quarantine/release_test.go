package quarantine_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	kept "webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

const (
	right = `{
		"contiguity":   {"secrets": ["whsec_the_right_one", "whsec_another_old"]},
		"kyc":          {"secrets": ["kyc_the_right_one"]},
		"tins":         {"provider": "compliancely", "secrets": ["tin_the_right_one"], "key": ["/id"], "product": "tin_match", "header": "x-sig"},
		"old":          {"provider": "contiguity-v1", "secrets": ["token_the_right_one"]},
		"standard":     {"secrets": ["whsec_dGhlIHJpZ2h0IG9uZSwgaW4gYmFzZTY0"]},
		"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	}`
	event = `{"id":"evt_1","type":"kyc.session.approved","timestamp":1795348740,"created":1795348740,"data":{"a":1}}`
)

// wrong is the document in which every secret is a typing mistake away from the right one.
var wrong = strings.NewReplacer("the_right_one", "the_wrong_one", "dGhlIHJpZ2h0", "dGhlIHdyb25n", `"header": "x-sig"`, `"header": "x-other"`).Replace(right)

// TestReleaseIsWhatIngestWouldHaveSent: the wrong secret refused it; a week later, with the
// right one, the same message is queued, received when it arrived.
func TestReleaseIsWhatIngestWouldHaveSent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"contiguity", "kyc", "tins", "old", "standard"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, id := []byte(event), "evt_1"
			switch name {
			case "old":
				body = []byte(`{"from":"+1","crumbs":{"type":"sms","timestamp":1795348740}}`)
			case "tins":
				body = []byte(`{"id":7,"tin":"x","name":"y"}`)
			}
			want := newWorld(t, right)
			if status := want.post(name, want.signed(right, name, id, body)); status != http.StatusOK {
				t.Fatalf("with the right secret: %d", status)
			}

			w := newWorld(t, wrong)
			request := w.signed(right, name, id, body)
			if name == "tins" { // its header was configured wrong: it went to the usual one
				w.document = strings.Replace(wrong, "x-other", "x-sig", 1)
			}
			if status := w.post(name, request); status != http.StatusUnauthorized {
				t.Fatalf("with the wrong secret: %d", status)
			}
			w.now = w.now.Add(7 * 24 * time.Hour)
			if got := w.release(w.releaser()); len(got) != 1 || got[0].Outcome != quarantine.Refused || w.left() != 1 || len(w.queued()) > 0 {
				t.Fatalf("released with the wrong secret: %+v", got)
			}
			w.document = right
			if got := w.release(w.releaser()); len(got) != 1 || got[0].Outcome != quarantine.Released {
				t.Fatalf("not released with the right secret: %+v", got)
			}
			if w.left() != 0 {
				t.Error("it is still in the quarantine")
			}
			ignore := cmpopts.IgnoreFields(queue.Message{}, "Wire")
			if diff := cmp.Diff(want.queue.Messages(), w.queue.Messages(), ignore); diff != "" {
				t.Errorf("messages (-as ingest sends +released):\n%s", diff)
			}
		})
	}
}

// object puts a kept request into the vault by hand.
func (w *world) object(change func(e *kept.Entry, r *kept.Request)) {
	w.Helper()
	r := kept.Request{Source: "contiguity", Code: webhook.ErrSignatureMismatch, Request: w.signed(right, "contiguity", "", []byte(event))}
	e := kept.Entry{At: r.At, Source: r.Source, Code: r.Code}
	change(&e, &r)
	data, err := kept.Encode(r)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.vault.Put(w.Context(), kept.NewKey(e), data); err != nil {
		w.Fatal(err)
	}
}

// TestOnlyWhatVerifiesIsReleased: everything else stays where it is, and says why.
func TestOnlyWhatVerifiesIsReleased(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		document string
		put      func(w *world)
		want     quarantine.Outcome
		now      webhook.Code
	}{
		{"right", right, func(w *world) { w.object(func(*kept.Entry, *kept.Request) {}) }, quarantine.Released, ""},
		{"another body", right, func(w *world) {
			w.object(func(_ *kept.Entry, r *kept.Request) { r.Body = append(r.Body, ' ') })
		}, quarantine.Refused, webhook.ErrSignatureMismatch},
		{"signed long before it arrived", right, func(w *world) {
			w.object(func(e *kept.Entry, r *kept.Request) {
				r.Request = w.signed(right, "contiguity", "", []byte(event))
				e.At, r.At = e.At.Add(time.Hour), r.At.Add(time.Hour)
				w.now = w.now.Add(time.Hour)
			})
		}, quarantine.Refused, webhook.ErrTimestampOutsideWindow},
		{"an arrival of somebody's choice", right, func(w *world) {
			w.now = w.now.Add(-time.Hour)
			r := w.signed(right, "contiguity", "", []byte(event)) // a replay of an hour later
			w.now = w.now.Add(time.Hour)
			w.object(func(e *kept.Entry, k *kept.Request) { k.Request, e.At = r, r.At })
		}, quarantine.Unreadable, ""},
		{"an arrival to come", right, func(w *world) {
			w.now = w.now.Add(time.Hour)
			r := w.signed(right, "contiguity", "", []byte(event))
			w.now = w.now.Add(-time.Hour)
			w.object(func(e *kept.Entry, k *kept.Request) { k.Request, e.At = r, r.At })
		}, quarantine.Unreadable, ""},
		{"a key of another arrival", right, func(w *world) {
			w.object(func(e *kept.Entry, _ *kept.Request) { e.At = e.At.Add(time.Second) })
		}, quarantine.Unreadable, ""},
		{"a key of another source", right, func(w *world) {
			w.object(func(e *kept.Entry, _ *kept.Request) { e.Source = "kyc" })
		}, quarantine.Unreadable, ""},
		{"a key of another code", right, func(w *world) {
			w.object(func(e *kept.Entry, _ *kept.Request) { e.Code = webhook.ErrSignatureMissing })
		}, quarantine.Unreadable, ""},
		{"not an object of ours", right, func(w *world) {
			key := kept.NewKey(kept.Entry{At: w.now, Source: "kyc", Code: webhook.ErrSignatureMissing})
			if err := w.vault.Put(w.Context(), key, []byte("private")); err != nil {
				w.Fatal(err)
			}
		}, quarantine.Unreadable, ""},
		{"signed, and not usable", right, func(w *world) {
			w.object(func(_ *kept.Entry, r *kept.Request) { r.Request = w.signed(right, "contiguity", "", []byte("private")) })
		}, quarantine.Refused, webhook.ErrMalformedBody},
		{"the source is gone", `{"kyc": {"secrets": ["kyc_the_right_one"]}}`, func(w *world) {
			w.object(func(*kept.Entry, *kept.Request) {})
		}, quarantine.SourceGone, ""},
		{"no source is left", `{}`, func(w *world) { w.object(func(*kept.Entry, *kept.Request) {}) }, quarantine.SourceGone, ""},
		{"the sources cannot be read", "", func(w *world) { w.object(func(*kept.Entry, *kept.Request) {}) }, quarantine.Failed, ""},
		{"the vault cannot be read", right, func(w *world) {
			w.object(func(*kept.Entry, *kept.Request) {})
			w.fault = func(op, _ string) (bool, error) {
				if op == "get" {
					return false, vault.ErrDenied
				}
				return true, nil
			}
		}, quarantine.Failed, ""},
		{"somebody else was faster", right, func(w *world) {
			w.object(func(*kept.Entry, *kept.Request) {})
			w.fault = func(op, _ string) (bool, error) {
				if op == "get" {
					return false, vault.ErrNotFound
				}
				return true, nil
			}
		}, quarantine.Gone, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, tt.document)
			tt.put(w)
			before := w.left()
			got := w.release(w.releaser())
			if len(got) != 1 || got[0].Outcome != tt.want || got[0].Now != tt.now {
				t.Fatalf("got %+v, want %s %s", got, tt.want, tt.now)
			}
			if got[0].Err != nil && strings.Contains(got[0].Err.Error(), "private") {
				t.Errorf("the error quotes the request: %v", got[0].Err)
			}
			released := 0
			if tt.want == quarantine.Released {
				released = 1
			}
			if n := len(w.queued()); n != released || w.left() != before-released {
				t.Errorf("%d are queued and %d left, want %d and %d", n, w.left(), released, before-released)
			}
		})
	}
}

// TestReleaseFails: whatever fails, an event is in the queue, in the quarantine, or in both.
func TestReleaseFails(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	for _, tt := range []struct {
		name         string
		lost         func() (bool, error)
		deletes      bool
		deleteErr    error
		want         quarantine.Outcome
		queued, left int
		again        int // messages in the queue after another release, when all is well
	}{
		{"all well", nil, true, nil, quarantine.Released, 1, 0, 1},
		{"the queue is away", func() (bool, error) { return false, away }, true, nil, quarantine.Failed, 0, 1, 1},
		{"the queue's reply is lost", func() (bool, error) { return true, away }, true, nil, quarantine.Failed, 1, 1, 2},
		{"it cannot be deleted", nil, false, vault.ErrDenied, quarantine.NotDeleted, 1, 1, 2},
		{"the reply of the deletion is lost", nil, true, away, quarantine.NotDeleted, 1, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, right)
			w.object(func(*kept.Entry, *kept.Request) {})
			w.lost = tt.lost
			w.fault = func(op, _ string) (bool, error) {
				if op == "delete" {
					return tt.deletes, tt.deleteErr
				}
				return true, nil
			}
			got := w.release(w.releaser())
			if len(got) != 1 || got[0].Outcome != tt.want || (got[0].Err != nil) != (tt.want != quarantine.Released) {
				t.Errorf("got %+v, want %s", got, tt.want)
			}
			if n := len(w.queued()); n != tt.queued || w.left() != tt.left {
				t.Errorf("%d are queued and %d left, want %d and %d", n, w.left(), tt.queued, tt.left)
			}
			w.lost, w.fault = nil, nil
			w.release(w.releaser())
			if ids := w.queued(); len(ids) != tt.again || slices.ContainsFunc(ids, func(id string) bool { return id != "evt_1" }) || w.left() != 0 {
				t.Errorf("after another release %q are queued and %d left, want %d of evt_1 and none", ids, w.left(), tt.again)
			}
		})
	}
}

// post4 sends four webhooks, of which the wrong secret refuses all.
func (w *world) post4() {
	w.Helper()
	for i := range 4 {
		w.now = w.now.Add(time.Second)
		body := strings.Replace(event, "evt_1", fmt.Sprint("evt_", i), 1)
		if status := w.post("contiguity", w.signed(right, "contiguity", "", []byte(body))); status != http.StatusUnauthorized {
			w.Fatalf("status %d", status)
		}
	}
}

func TestVerifyAndDrop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, wrong)
	w.post4()
	w.document = right
	var verified, dropped []quarantine.Result
	entries := w.find(quarantine.Filter{}).Entries
	if err := w.releaser().VerifyAll(t.Context(), entries, func(r quarantine.Result) { verified = append(verified, r) }); err != nil {
		t.Fatal(err)
	}
	for _, r := range verified {
		if r.Outcome != quarantine.Verifies || !strings.HasPrefix(r.Event.ID, "evt_") {
			t.Errorf("verified: %+v", r)
		}
	}
	if len(w.queued()) > 0 || w.left() != 4 || len(verified) != 4 {
		t.Errorf("verifying %d sent or deleted", len(verified))
	}
	if err := w.releaser().DropAll(t.Context(), entries[:3], func(r quarantine.Result) { dropped = append(dropped, r) }); err != nil {
		t.Fatal(err)
	}
	if len(w.queued()) > 0 || w.left() != 1 || len(dropped) != 3 || dropped[0].Outcome != quarantine.Dropped {
		t.Errorf("dropped %+v, %d left", dropped, w.left())
	}
}
