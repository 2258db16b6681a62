package queue_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// Whatever is in the queue, reading it does not panic, and the message can be sent again: as
// the same message if it is readable, else with the same body.
func FuzzDecode(f *testing.F) {
	f.Add("{}", "contiguity", "evt_1", "text.incoming.sms", "1772366400007", "", "", "")
	f.Add("YQBi", "contiguity", "evt_1", "text.incoming.sms", "1772366400007", "base64", `{"reason":"attempts","error":"x"}`, `{"identity":"body","digest":"sha256:ab","window_s":3600,"secret":0}`)
	f.Add(b64(zip(f, "{}")), "kyc", "1", "t", "1", "gzip+base64", `{"reason":"replay","handlers":["a"]}`, `{"signed":"body","at":{}}`)
	f.Add(b64("\x1f\x8b\x08\x00"), "kyc", "1", "t", "1", "gzip+base64", "", "null")
	f.Add("none", "kyc", "1", "t", "1", "none", `{"reason":"cancel","fence":2}`, "")
	f.Add("\x00", "K Y C", "", "\n", "-1", "rot13", "{", "{")
	f.Fuzz(func(t *testing.T, body, source, id, typ, received, encoding, failure, origin string) {
		w := queue.Wire{Body: body, Attributes: attributes("source", source, "id", id, "type", typ,
			"received", received, "encoding", encoding, "failure", failure, "origin", origin)}
		m := queue.Decode(w)
		if m.Unreadable != nil && m.Failure == nil {
			m.Failure = &queue.Failure{Reason: queue.ReasonUnreadable, Error: m.Unreadable.Error()}
		}
		sent, err := queue.Encode(m)
		switch {
		case err == nil:
		case m.Unreadable != nil && !queue.ValidText(body) && errors.Is(err, queue.ErrInvalid):
			return // no queue delivers such a body
		case errors.Is(err, queue.ErrTooLarge):
			return // another compressor made it smaller than ours
		case m.Failure != nil && !queue.ValidText(failure) && errors.Is(err, queue.ErrInvalid):
			return // nor such an attribute
		default:
			t.Fatalf("Encode = %v, unreadable: %v", err, m.Unreadable)
		}
		if problem := sendable(sent); problem != "" {
			t.Fatalf("SQS would not take it: %s", problem)
		}
		if m.Unreadable != nil {
			if sent.Body != body {
				t.Fatal("the body changed")
			}
			return
		}
		wantRoundTrip(t, sent, m)
	})
}

// Any body arrives byte for byte, and SQS accepts its message.
func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte(`{"id":"evt_1"}`), "")
	f.Add([]byte{}, "x")
	f.Add([]byte{0, 0xff}, "\x1b[31m\n\u202e\uFFFE\xff")
	f.Add([]byte("\uFFFD\uFFFE"), "<>&\u2028")
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		m := sms(string(raw))
		m.Failure = &queue.Failure{Reason: queue.ReasonAttempts, Error: text}
		w, err := queue.Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		if problem := sendable(w); problem != "" {
			t.Fatalf("SQS would not take it: %s", problem)
		}
		got := queue.Decode(w)
		if got.Unreadable != nil || string(got.Raw) != string(raw) {
			t.Fatalf("%d bytes became %d, unreadable: %v", len(raw), len(got.Raw), got.Unreadable)
		}
		m.Failure.Error = got.Failure.Error // see TestFailureErrorIsCleaned
		wantRoundTrip(t, w, m)
		again, err := queue.Encode(got)
		if diff := cmp.Diff(w, again, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("sent on, it is another message: %v\n%s", err, diff)
		}
	})
}

// Random messages, shorter and longer than the limit for compression.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	name := rapid.StringMatching(`[!-~]{1,200}`)
	source := rapid.StringMatching(`[a-z0-9][a-z0-9-]{0,62}`).Filter(func(s string) bool { return s != "payload" })
	handlers := rapid.SliceOfN(rapid.StringMatching(`[a-z-]{1,30}`), 0, 5)
	fill := rapid.SampledFrom([]string{"", "x", "\x00", "ü", "\xff", noise(997)})
	length := rapid.OneOf(rapid.IntRange(0, 3000), rapid.IntRange(4090, 4100), rapid.IntRange(30_000, 60_000))
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "start")
		if unit := fill.Draw(t, "fill"); unit != "" {
			n := length.Draw(t, "length")
			raw = append(raw, slices.Repeat([]byte(unit), n/len(unit))...)
		}
		m := queue.Message{Event: webhook.Event{
			Source: source.Draw(t, "source"), Provider: source.Draw(t, "provider"),
			ID: name.Draw(t, "id"), Type: name.Draw(t, "type"),
			Received: time.UnixMilli(rapid.Int64Range(1, 253402300799999).Draw(t, "received")).UTC(),
			Raw:      raw,
		}}
		if rapid.Bool().Draw(t, "origin") {
			m.Identity = rapid.SampledFrom([]webhook.Identity{webhook.Given, webhook.BodyHash, webhook.KeyHash}).Draw(t, "identity")
			m.Origin = queue.Origin{
				Digest: "sha256:ab", Window: time.Duration(rapid.IntRange(0, 2592000).Draw(t, "window")) * time.Second,
				Secret: new(rapid.IntRange(0, 9).Draw(t, "secret")),
			}
		}
		if rapid.Bool().Draw(t, "letter") {
			m.Failure = &queue.Failure{
				Reason: queue.ReasonReplay, Attempts: rapid.Int().Draw(t, "attempts"),
				At: rapid.Int64().Draw(t, "at"), Fence: rapid.Int64().Draw(t, "fence"),
				Handlers: handlers.Draw(t, "handlers"), AssumeDone: handlers.Draw(t, "done"),
			}
		}
		w, err := queue.Encode(m)
		if err != nil {
			t.Fatalf("Encode = %v", err)
		}
		if problem := sendable(w); problem != "" {
			t.Fatalf("SQS would not take it: %s", problem)
		}
		wantRoundTrip(t, w, m)
	})
}
