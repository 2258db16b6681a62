package queue_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

const maxPlain = queue.MaxBytes - 8<<10

// sms returns a message as ingest sends it, with that body.
func sms(raw string) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "contiguity-eu", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms",
		Received: time.UnixMilli(1772366400007).UTC(), Raw: []byte(raw),
	}}
}

// attributes returns those of Encode for sms, changed by pairs of name and value; an empty
// value removes the attribute.
func attributes(changes ...string) map[string]string {
	m := map[string]string{
		"source": "contiguity-eu", "provider": "contiguity", "id": "evt_1", "type": "text.incoming.sms",
		"received": "1772366400007",
	}
	for i := 0; i < len(changes); i += 2 {
		if m[changes[i]] = changes[i+1]; changes[i+1] == "" {
			delete(m, changes[i])
		}
	}
	return m
}

// noise returns n bytes that do not compress.
func noise(n int) string {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{7}).Read(b)
	return string(b)
}

// longNames returns n names of handlers, each as long as may be.
func longNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%0200d", i)
	}
	return names
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		raw        string
		edit       func(*queue.Message)
		body       string
		attributes map[string]string
	}{
		{name: "plain", raw: `{"a":"ü"}`, body: `{"a":"ü"}`, attributes: attributes()},
		{name: "short with a forbidden character", raw: "a\x00b", body: "YQBi", attributes: attributes("encoding", "base64")},
		{
			name: "dead letter", raw: "{}", body: "{}",
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonAttempts, Error: "a <b>\nc", Attempts: 12, At: 5, Fence: 3}
			},
			attributes: attributes("failure", `{"reason":"attempts","error":"a <b> c","attempts":12,"at":5,"fence":3}`),
		},
		{
			name: "from an operator", raw: "{}", body: "{}",
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: []string{"a"}, AssumeDone: []string{"b", "c"}}
			},
			attributes: attributes("failure", `{"reason":"replay","handlers":["a"],"assume_done":["b","c"]}`),
		},
		{
			name: "without a body", body: "none",
			edit: func(m *queue.Message) {
				m.NoBody, m.Failure = true, &queue.Failure{Reason: queue.ReasonCancel, Fence: 3}
			},
			attributes: attributes("encoding", "none", "failure", `{"reason":"cancel","fence":3}`),
		},
		{
			name: "with its origin", raw: "{}", body: "{}",
			edit: func(m *queue.Message) {
				m.Identity = webhook.BodyHash
				m.Origin = queue.Origin{Digest: "sha256:9dab", Window: time.Hour, Secret: new(0), Signed: "timestamp.body"}
			},
			attributes: attributes("origin", `{"identity":"body","digest":"sha256:9dab","window_s":3600,"secret":0,"signed":"timestamp.body"}`),
		},
		{
			name: "as received before", raw: "{}", body: "{}", attributes: attributes(),
			edit: func(m *queue.Message) {
				m.Wire = queue.Wire{MessageID: "m", Body: "old", Attributes: map[string]string{"foreign": "x"}}
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := sms(tt.raw)
			if tt.edit != nil {
				tt.edit(&m)
			}
			got, err := queue.Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(queue.Wire{Body: tt.body, Attributes: tt.attributes}, got); diff != "" {
				t.Errorf("Encode (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		raw  string
		want string
	}{
		{name: "empty", raw: "", want: "gzip+base64"}, // SQS refuses the base64 of nothing
		{name: "every allowed control character", raw: "\t\r\n", want: ""},
		{name: "the edges of the allowed", raw: " \x7f\u0080\uD7FF\uE000\uFFFD\U00010000\U0010FFFF", want: ""},
		{name: "NUL", raw: "{\x00}", want: "base64"},
		{name: "U+000B", raw: "\v", want: "base64"},
		{name: "U+FFFE", raw: "\uFFFE", want: "base64"},
		{name: "U+FFFF", raw: "\uFFFF", want: "base64"},
		{name: "a surrogate", raw: "\xed\xa0\x80", want: "base64"},
		{name: "cut UTF-8", raw: "{}\xc3", want: "base64"},
		{name: "long text and NUL", raw: strings.Repeat("text", 1024) + "\x00", want: "gzip+base64"},
		{name: "shorter", raw: strings.Repeat("text", 1023) + "\x00", want: "base64"},
		{name: "noise", raw: noise(9999), want: "base64"},
		{name: "as long as plain may be", raw: strings.Repeat("x", maxPlain), want: ""},
		{name: "longer", raw: strings.Repeat("x", maxPlain+1), want: "gzip+base64"},
		{name: "as long as it may be", raw: strings.Repeat("x", queue.MaxRaw), want: "gzip+base64"},
		{name: "long noise", raw: noise(maxPlain / 4 * 3), want: "base64"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, err := queue.Encode(sms(tt.raw))
			if err != nil {
				t.Fatal(err)
			}
			if got := w.Attributes["encoding"]; got != tt.want {
				t.Errorf("encoding = %q, want %q", got, tt.want)
			}
			if m := queue.Decode(w); m.Unreadable != nil || string(m.Raw) != tt.raw {
				t.Errorf("decoded: %d bytes, unreadable: %v, want the %d bytes", len(m.Raw), m.Unreadable, len(tt.raw))
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*queue.Message)
		want error
	}{
		{name: "no source", edit: func(m *queue.Message) { m.Source = "" }, want: queue.ErrInvalid},
		{name: "the source's name is long", edit: func(m *queue.Message) { m.Source = strings.Repeat("a", 64) }, want: queue.ErrInvalid},
		{name: "as long as may be", edit: func(m *queue.Message) { m.Source = strings.Repeat("a", 63) }},
		{name: "upper case source", edit: func(m *queue.Message) { m.Source = "Contiguity" }, want: queue.ErrInvalid},
		{name: "source begins with a hyphen", edit: func(m *queue.Message) { m.Source = "-a" }, want: queue.ErrInvalid},
		{name: "a source that is not allowed", edit: func(m *queue.Message) { m.Source = "payload" }, want: queue.ErrInvalid},
		{name: "no provider", edit: func(m *queue.Message) { m.Provider = "" }, want: queue.ErrInvalid},
		{name: "no id", edit: func(m *queue.Message) { m.ID = "" }, want: queue.ErrInvalid},
		{name: "space in the type", edit: func(m *queue.Message) { m.Type = "a b" }, want: queue.ErrInvalid},
		{name: "no time", edit: func(m *queue.Message) { m.Received = time.Time{} }, want: queue.ErrInvalid},
		{name: "year 10000", edit: func(m *queue.Message) { m.Received = time.UnixMilli(253402300800000) }, want: queue.ErrInvalid},
		{name: "failure without reason", edit: func(m *queue.Message) { m.Failure = new(queue.Failure) }, want: queue.ErrInvalid},
		{
			name: "the reason that is only shown", want: queue.ErrInvalid,
			edit: func(m *queue.Message) { m.Failure = &queue.Failure{Reason: queue.ReasonReceiveLimit} },
		},
		{
			name: "a handler whose name is malformed", want: queue.ErrInvalid,
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: []string{"a b"}}
			},
		},
		{
			name: "an assumed handler without a name", want: queue.ErrInvalid,
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, AssumeDone: []string{""}}
			},
		},
		{
			name: "as many handlers as may be",
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: longNames(32), AssumeDone: longNames(32)}
			},
		},
		{
			name: "too many handlers", want: queue.ErrInvalid,
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: longNames(33)}
			},
		},
		{
			name: "too many assumed handlers", want: queue.ErrInvalid,
			edit: func(m *queue.Message) {
				m.Failure = &queue.Failure{Reason: queue.ReasonPermanent, AssumeDone: longNames(33)}
			},
		},
		{
			name: "lists that do not fit beside the body", want: queue.ErrTooLarge,
			edit: func(m *queue.Message) {
				m.Raw = []byte(strings.Repeat("x", maxPlain))
				m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Handlers: longNames(32), AssumeDone: longNames(32)}
			},
		},
		{name: "no body, and a body", edit: func(m *queue.Message) { m.NoBody = true }, want: queue.ErrInvalid},
		{name: "noise that just fits", edit: func(m *queue.Message) { m.Raw = []byte(noise(maxPlain / 4 * 3)) }},
		{name: "noise", edit: func(m *queue.Message) { m.Raw = []byte(noise(maxPlain/4*3 + 1)) }, want: queue.ErrTooLarge},
		{name: "over what is ever unfolded", edit: func(m *queue.Message) { m.Raw = make([]byte, queue.MaxRaw+1) }, want: queue.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := sms("{}")
			tt.edit(&m)
			w, err := queue.Encode(m)
			if !errors.Is(err, tt.want) {
				t.Errorf("Encode = %v, want %v", err, tt.want)
			}
			if err != nil && (w.Body != "" || w.Attributes != nil) {
				t.Errorf("Encode failed and still gave %v", w)
			}
		})
	}
}

// The largest body of each encoding fits with the largest attributes.
func TestDeadLetterFits(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"plain":  strings.Repeat("x", maxPlain),
		"base64": noise(maxPlain / 4 * 3),
		"gzip":   noise(maxPlain/4*3-5000) + strings.Repeat("x", 4096),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := sms(raw)
			m.Source, m.Provider = strings.Repeat("s", 63), strings.Repeat("p", 63)
			m.ID, m.Type = strings.Repeat("i", 200), strings.Repeat("t", 200)
			m.Received = time.UnixMilli(253402300799999).UTC()
			m.Failure = &queue.Failure{
				Reason: queue.ReasonOutcomeUnknown, Error: strings.Repeat("\U0001F4A9", 501),
				Attempts: -1 << 62, At: -1 << 62, Fence: -1 << 62,
			}
			w, err := queue.Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if w.Size() > queue.MaxBytes {
				t.Errorf("%d bytes, SQS takes %d", w.Size(), queue.MaxBytes)
			}
			m.Failure.Error = strings.Repeat("\U0001F4A9", 500)
			wantRoundTrip(t, w, m)
		})
	}
}

// wantRoundTrip checks that w reads as m.
func wantRoundTrip(t interface {
	Helper()
	Fatalf(string, ...any)
}, w queue.Wire, m queue.Message) {
	t.Helper()
	got := queue.Decode(w)
	if got.Unreadable != nil {
		t.Fatalf("unreadable: %v", got.Unreadable)
	}
	if !bytes.Equal(got.Raw, m.Raw) {
		t.Fatalf("%d bytes became %d others", len(m.Raw), len(got.Raw))
	}
	want := m
	want.Wire, want.Time, want.Raw, got.Raw = w, time.Time{}, nil, nil
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(queue.Message{}, "Unreadable")); diff != "" {
		t.Fatalf("the message changed on its way (-sent +received):\n%s", diff)
	}
}

// sendable checks w by SQS's rules, independently of the package.
func sendable(w queue.Wire) string {
	total := len(w.Body)
	for name, value := range w.Attributes {
		total += len(name) + len("String") + len(value)
	}
	allowed := func(r rune) bool {
		return r == 0x9 || r == 0xA || r == 0xD || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
	}
	for text := range maps.Values(map[string]string{"": w.Body, "f": w.Attributes["failure"]}) {
		if text != strings.ToValidUTF8(text, "") || strings.ContainsFunc(text, func(r rune) bool { return !allowed(r) }) {
			return "forbidden characters"
		}
	}
	switch {
	case w.Body == "":
		return "an empty body"
	case total > 1_048_576:
		return "too large"
	case len(w.Attributes) > 10:
		return "too many attributes"
	}
	return ""
}
