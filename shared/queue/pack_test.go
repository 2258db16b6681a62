package queue_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// hasher returns a Hasher whose key consists of 32 bytes from b on.
func hasher(t testing.TB, b byte) webhook.Hasher {
	t.Helper()
	key := make([]byte, 32)
	for i := range key {
		key[i] = b + byte(i)
	}
	h, ok := webhook.NewHasher(webhook.NewSecret(base64.StdEncoding.EncodeToString(key)))
	if !ok {
		t.Fatal("not a key")
	}
	return h
}

// stored returns a message whose body is elsewhere.
func stored() queue.Message {
	m := sms("")
	m.Raw = nil
	m.Origin.Stored = &queue.Stored{Key: "bodies/0a", SHA256: strings.Repeat("0a", 32)}
	return m
}

func TestPack(t *testing.T) {
	t.Parallel()
	whole := sms("{\"text\":\"ä\x00\n\"}\n")
	whole.Identity = webhook.BodyHash
	whole.Origin = queue.Origin{Digest: "sha256:9dab", Window: time.Hour, Secret: new(1), Signed: "body"}
	for _, tt := range []struct {
		name string
		m    queue.Message
		hash webhook.Hasher
	}{
		{"without a key", whole, webhook.Hasher{}},
		{"with a key", whole, hasher(t, 1)},
		{"larger than the queue takes", sms(noise(5 << 20)), hasher(t, 1)},
		{"stored elsewhere", stored(), hasher(t, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			data, err := queue.Pack(tt.m, tt.hash)
			if err != nil {
				t.Fatal(err)
			}
			got, err := queue.Unpack(data, hasher(t, 2), tt.hash)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.m, got); diff != "" {
				t.Errorf("Unpack (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	m := sms("{}")
	m.ID = ""
	if _, err := queue.Pack(m, webhook.Hasher{}); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("Pack without an id = %v, want ErrInvalid", err)
	}
}

// TestUnpackRefuses: what nobody vouches for is not an event.
func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	data, err := queue.Pack(sms(`{"a":1}`), hasher(t, 1))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := queue.Pack(sms(`{"a":1}`), webhook.Hasher{})
	if err != nil {
		t.Fatal(err)
	}
	id := hasher(t, 1).Body(data[bytes.IndexByte(data, '\n')+1:]) // as an id is made of a body
	for _, tt := range []struct {
		name string
		data []byte
		want error
	}{
		{"nothing", nil, queue.ErrDamaged},
		{"no lines", []byte("sha256:00"), queue.ErrDamaged},
		{"another body", bytes.Replace(data, []byte(`"a":1`), []byte(`"a":2`), 1), queue.ErrDamaged},
		{"another id", bytes.Replace(data, []byte("evt_1"), []byte("evt_2"), 1), queue.ErrDamaged},
		{"cut off", data[:len(data)-1], queue.ErrDamaged},
		{"a plain sum, which everybody can make", plain, queue.ErrOtherKey},
		{"a sum that an id shows", append([]byte(id), data[bytes.IndexByte(data, '\n'):]...), queue.ErrDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := queue.Unpack(tt.data, hasher(t, 1)); !errors.Is(err, tt.want) {
				t.Errorf("Unpack = %v, want %v", err, tt.want)
			}
		})
	}
	if _, err := queue.Unpack(data, hasher(t, 2), webhook.Hasher{}); !errors.Is(err, queue.ErrOtherKey) {
		t.Errorf("Unpack with another key = %v, want ErrOtherKey", err)
	}
}

// TestStored: a body that is elsewhere is named, not sent.
func TestStored(t *testing.T) {
	t.Parallel()
	m := stored()
	m.Raw = []byte("read from the vault") // as process has it when it sends a dead letter
	w, err := queue.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	want := queue.Wire{Body: "bodies/0a", Attributes: attributes(
		"encoding", "vault", "origin", `{"at":{"key":"bodies/0a","sha256":"`+strings.Repeat("0a", 32)+`"}}`)}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
	got := queue.Decode(w)
	got.Wire = queue.Wire{}
	if diff := cmp.Diff(stored(), got, cmp.Comparer(func(a, b error) bool { return errors.Is(a, b) })); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

func TestStoredUnreadable(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("0a", 32)
	at := func(key, sum string) string { return `{"at":{"key":"` + key + `","sha256":"` + sum + `"}}` }
	for _, tt := range []struct {
		name       string
		attributes map[string]string
	}{
		{"no origin", attributes("encoding", "vault")},
		{"origin says nothing of it", attributes("encoding", "vault", "origin", `{"secret":0}`)},
		{"two bodies", attributes("origin", at("bodies/0a", sum))},
		{"no key", attributes("encoding", "vault", "origin", at("", sum))},
		{"endless key", attributes("encoding", "vault", "origin", at(strings.Repeat("k", 101), sum))},
		{"no sum", attributes("encoding", "vault", "origin", at("bodies/0a", ""))},
		{"short sum", attributes("encoding", "vault", "origin", at("bodies/0a", sum[2:]))},
		{"upper case", attributes("encoding", "vault", "origin", at("bodies/0a", strings.ToUpper(sum)))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if m := queue.Decode(queue.Wire{Body: "x", Attributes: tt.attributes}); m.Unreadable == nil {
				t.Errorf("Decode accepted %v", tt.attributes)
			}
		})
	}
}

// FuzzUnpack: nothing but what Pack returned is a message.
func FuzzUnpack(f *testing.F) {
	hash := hasher(f, 1)
	for _, m := range []queue.Message{sms("{}"), sms(""), stored()} {
		data, err := queue.Pack(m, hash)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := queue.Unpack(data, hash)
		if err != nil {
			return
		}
		again, err := queue.Pack(m, hash)
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("accepted %q, which Pack does not make: %v", data, err)
		}
	})
}
