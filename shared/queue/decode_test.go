package queue_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func zip(t testing.TB, raw string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(raw)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestDecodeUnreadable(t *testing.T) {
	t.Parallel()
	const secret = "SECRET"
	zipped := zip(t, secret)
	gz := attributes("encoding", "gzip+base64")
	const badHandlers = "attribute failure names more than 32 handlers, or one whose name is malformed"
	for _, tt := range []struct {
		name       string
		body       string
		attributes map[string]string
		want       string
	}{
		{name: "no attributes at all", attributes: nil, want: "attribute source is missing"},
		{name: "no source", attributes: attributes("source", ""), want: "attribute source is missing"},
		{name: "source", attributes: attributes("source", secret), want: "attribute source is malformed"},
		{name: "source of the payloads", attributes: attributes("source", "payload"), want: "attribute source is malformed"},
		{name: "no provider", attributes: attributes("provider", ""), want: "attribute provider is missing"},
		{name: "provider", attributes: attributes("provider", secret), want: "attribute provider is malformed"},
		{name: "no id", attributes: attributes("id", ""), want: "attribute id is missing"},
		{name: "id", attributes: attributes("id", secret+" "), want: "attribute id is malformed"},
		{name: "no type", attributes: attributes("type", ""), want: "attribute type is missing"},
		{name: "type", attributes: attributes("type", strings.Repeat("t", 201)), want: "attribute type is malformed"},
		{name: "no time", attributes: attributes("received", ""), want: "attribute received is missing"},
		{name: "time with a sign", attributes: attributes("received", "+1772366400007"), want: "attribute received is malformed"},
		{name: "time with a zero", attributes: attributes("received", "01772366400007"), want: "attribute received is malformed"},
		{name: "time before 1970", attributes: attributes("received", "-1"), want: "attribute received is malformed"},
		{name: "time with a fraction", attributes: attributes("received", "1772366400007.0"), want: "attribute received is malformed"},
		{name: "time past 9999", attributes: attributes("received", "253402300800000"), want: "attribute received is malformed"},
		{name: "time past int64", attributes: attributes("received", "99999999999999999999"), want: "attribute received is malformed"},
		{name: "unknown encoding", attributes: attributes("encoding", secret), want: "attribute encoding has an unknown value"},
		{name: "encoding of another case", attributes: attributes("encoding", "Base64"), want: "attribute encoding has an unknown value"},
		{name: "not base64", body: secret + "!", attributes: attributes("encoding", "base64"), want: "body is not base64"},
		{name: "URL alphabet", body: "-_-_", attributes: attributes("encoding", "base64"), want: "body is not base64"},
		{name: "no padding", body: "YQ", attributes: attributes("encoding", "base64"), want: "body is not base64"},
		{name: "loose bits", body: "YR==", attributes: attributes("encoding", "base64"), want: "body is not base64"},
		{name: "line breaks", body: "YWJj\r\nYWJj", attributes: attributes("encoding", "base64"), want: "body is not base64: it has line breaks"},
		{name: "not base64 of gzip", body: "\x1f\x8b", attributes: gz, want: "body is not base64"},
		{name: "not gzip", body: b64(secret), attributes: gz, want: "body is not gzip"},
		{name: "gzip cut short", body: b64(zipped[:len(zipped)-1]), attributes: gz, want: "body is damaged gzip"},
		{name: "wrong checksum", body: b64(zipped[:len(zipped)-8] + "\x00\x00\x00\x00" + zipped[len(zipped)-4:]), attributes: gz, want: "body is damaged gzip"},
		{name: "a byte after gzip", body: b64(zipped + "x"), attributes: gz, want: "body has bytes after its gzip stream"},
		{name: "two gzip streams", body: b64(zipped + zipped), attributes: gz, want: "body has bytes after its gzip stream"},
		{name: "origin", attributes: attributes("origin", secret), want: "attribute origin is malformed"},
		{name: "origin of no identity", attributes: attributes("origin", `{"identity":"hash"}`), want: "attribute origin is malformed"},
		{name: "origin with a long digest", attributes: attributes("origin", `{"digest":"`+strings.Repeat("d", 101)+`"}`), want: "attribute origin is malformed"},
		{name: "origin with a digest that a terminal would obey", attributes: attributes("origin", `{"digest":"\u001b[2J"}`), want: "attribute origin is malformed"},
		{name: "origin with a longer window", attributes: attributes("origin", `{"window_s":2592001}`), want: "attribute origin is malformed"},
		{name: "origin with a negative window", attributes: attributes("origin", `{"window_s":-1}`), want: "attribute origin is malformed"},
		{name: "origin with a negative secret", attributes: attributes("origin", `{"secret":-1}`), want: "attribute origin is malformed"},
		{name: "origin with long words", attributes: attributes("origin", `{"signed":"`+strings.Repeat("s", 41)+`"}`), want: "attribute origin is malformed"},
		{name: "failure", attributes: attributes("failure", secret), want: "attribute failure is malformed"},
		{name: "failure of another type", attributes: attributes("failure", `{"reason":1}`), want: "attribute failure is malformed"},
		{name: "failure is null", attributes: attributes("failure", "null"), want: "attribute failure is malformed"},
		{name: "failure with more behind", attributes: attributes("failure", `{"reason":"replay"}{}`), want: "attribute failure is malformed"},
		{name: "failure without reason", attributes: attributes("failure", "{}"), want: "attribute failure is malformed"},
		{name: "failure that a terminal would obey", attributes: attributes("failure", `{"reason":"\u001b[2J"}`), want: "attribute failure is malformed"},
		{name: "failure for too long a reason", attributes: attributes("failure", `{"reason":"`+strings.Repeat("r", 201)+`"}`), want: "attribute failure is malformed"},
		{name: "failure with too many handlers", attributes: attributes("failure", `{"reason":"replay","handlers":[`+strings.Repeat(`"h",`, 32)+`"h"]}`), want: badHandlers},
		{name: "failure with too many assumed handlers", attributes: attributes("failure", `{"reason":"permanent","assume_done":[`+strings.Repeat(`"h",`, 24_999)+`"h"]}`), want: badHandlers},
		{name: "failure with a handler without a name", attributes: attributes("failure", `{"reason":"replay","handlers":[""]}`), want: badHandlers},
		{name: "failure with a handler that a terminal would obey", attributes: attributes("failure", `{"reason":"replay","assume_done":["\u001b[2J"]}`), want: badHandlers},
		{name: "failure that is never sent", attributes: attributes("failure", `{"reason":"receive_limit"}`), want: "attribute failure is malformed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := queue.Decode(queue.Wire{Body: tt.body, Attributes: tt.attributes})
			if m.Unreadable == nil || m.Unreadable.Error() != tt.want {
				t.Errorf("unreadable = %v, want %q", m.Unreadable, tt.want)
			}
		})
	}
}

// A message of the version before says nothing of its origin. Ids of the providers whose
// ids are all ours say it by their prefix, and no others.
func TestDecodeOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider, id, origin string
		identity             webhook.Identity
		want                 queue.Origin
	}{
		{provider: "standard", id: "sha256:ab"},
		{provider: "standard", id: "key:ab"},
		{provider: "contiguity", id: "hmac-0a1b2c:ab"},
		{provider: "compliancely", id: "sha256:ab", identity: webhook.BodyHash},
		{provider: "compliancely", id: "key:ab", identity: webhook.KeyHash},
		{provider: "compliancely", id: "hmac-0a1b2c:ab", identity: webhook.BodyHash},
		{provider: "compliancely", id: "hkey-0a1b2c:ab", identity: webhook.KeyHash},
		{provider: "contiguity-v1", id: "sha256:ab", identity: webhook.BodyHash},
		{provider: "compliancely", id: "sha256:ab", origin: `{"identity":"key"}`, identity: webhook.KeyHash},
		{provider: "standard", id: "key:ab", origin: `{"digest":"sha256:cd","secret":1,"later":{"key":"x"}}`,
			want: queue.Origin{Digest: "sha256:cd", Secret: new(1)}},
		{provider: "kyc", id: "evt_1", origin: `{"window_s":2592000,"signed":"body"}`,
			want: queue.Origin{Window: 30 * 24 * time.Hour, Signed: "body"}},
	} {
		m := queue.Decode(queue.Wire{Body: "{}", Attributes: attributes("provider", tt.provider, "id", tt.id, "origin", tt.origin)})
		if m.Unreadable != nil || m.Identity != tt.identity {
			t.Errorf("%s of %s with origin %s: identity %q, unreadable %v; want %q", tt.id, tt.provider, tt.origin, m.Identity, m.Unreadable, tt.identity)
		}
		if diff := cmp.Diff(tt.want, m.Origin); diff != "" {
			t.Errorf("%s of %s with origin %s (-want +got):\n%s", tt.id, tt.provider, tt.origin, diff)
		}
	}
}

func TestDecodeReadsWhatItCan(t *testing.T) {
	t.Parallel()
	w := queue.Wire{Body: "{}", Attributes: attributes("provider", "", "failure", `{"reason":"attempts"}`)}
	got := queue.Decode(w)
	if got.Unreadable == nil {
		t.Fatal("readable without a provider")
	}
	want := sms("{}")
	want.Provider, want.Wire, want.Unreadable = "", w, got.Unreadable
	want.Failure = &queue.Failure{Reason: queue.ReasonAttempts}
	if diff := cmp.Diff(want, got, cmpopts.EquateErrors()); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

// Dead letters are shown on terminals, and may come from other programs than Encode.
func TestDecodeFailureIsPrintable(t *testing.T) {
	t.Parallel()
	failure := `{"reason":"attempts","error":"a\u001b[31m\u202e` + strings.Repeat("x", 600) + `"}`
	m := queue.Decode(queue.Wire{Body: "{}", Attributes: attributes("failure", failure)})
	if m.Unreadable != nil {
		t.Fatal(m.Unreadable)
	}
	if want := "a [31m " + strings.Repeat("x", 493); m.Failure.Error != want {
		t.Errorf("error = %q, want %q", m.Failure.Error, want)
	}
}

// A message can decompress to a thousand times its size. Decode may use only a small
// multiple of what it returns, as a growing buffer does.
func TestDecodeBomb(t *testing.T) {
	bomb := b64(zip(t, strings.Repeat("\x00", 32<<20)))
	w := queue.Wire{Body: bomb, Attributes: attributes("encoding", "gzip+base64")}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m := queue.Decode(w)
	runtime.ReadMemStats(&after)
	if m.Unreadable == nil || m.Raw != nil {
		t.Errorf("%d bytes, unreadable: %v, want none of it", len(m.Raw), m.Unreadable)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*queue.MaxRaw {
		t.Errorf("decoding took %d MiB", used>>20)
	}
	m = queue.Decode(queue.Wire{Body: b64(zip(t, strings.Repeat("\x00", queue.MaxRaw))), Attributes: w.Attributes})
	if m.Unreadable != nil || len(m.Raw) != queue.MaxRaw {
		t.Errorf("at the limit: %d bytes, unreadable: %v", len(m.Raw), m.Unreadable)
	}
}
