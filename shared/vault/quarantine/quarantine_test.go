package quarantine_test

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/vault"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

var at = time.Date(2026, 11, 28, 9, 0, 0, 123456789, time.UTC)

func request() quarantine.Request {
	return quarantine.Request{
		Source: "kyc-eu-1", Code: webhook.ErrSignatureMismatch,
		Request: webhook.Request{
			Header: http.Header{"X-Webhook-Signature": {"sha256=aa", "b\xff"}, "X-Webhook-Id": {""}},
			Query:  url.Values{"token": {"a b"}}, RawQuery: "token=a+b&%zz", Body: []byte("{\"a\":\"\xff\x00\"}"), At: at,
		},
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		change func(*quarantine.Request)
	}{
		{"all parts", func(*quarantine.Request) {}},
		{"empty body", func(r *quarantine.Request) { r.Body = []byte{} }},
		{"no header", func(r *quarantine.Request) { r.Header = http.Header{} }},
		{"no query", func(r *quarantine.Request) { r.RawQuery, r.Query = "", nil }},
		{"largest", func(r *quarantine.Request) { r.Body = make([]byte, quarantine.MaxBody) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := request()
			tt.change(&want)
			data, err := quarantine.Encode(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := quarantine.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("read back (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestTooLarge(t *testing.T) {
	t.Parallel()
	body, head := request(), request()
	body.Body = make([]byte, quarantine.MaxBody+1)
	head.RawQuery = strings.Repeat("a", quarantine.MaxHead)
	for _, r := range []quarantine.Request{body, head} {
		if _, err := quarantine.Encode(r); !errors.Is(err, quarantine.ErrTooLarge) {
			t.Errorf("Encode = %v, want ErrTooLarge", err)
		}
	}
}

func TestDecodeInvalid(t *testing.T) {
	t.Parallel()
	const good = `{"format":1,"source":"kyc","code":"signature_missing","at":"2026-11-28T09:00:00Z","body":"e30="}`
	if _, err := quarantine.Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"nothing":          "",
		"not JSON":         "private",
		"half":             good[:50],
		"more":             good + "{}",
		"another format":   strings.Replace(good, `"format":1`, `"format":2`, 1),
		"no format":        strings.Replace(good, `"format":1,`, "", 1),
		"no source":        strings.Replace(good, "kyc", "", 1),
		"an accepted code": strings.Replace(good, "signature_missing", "too_large", 1),
		"no time":          strings.Replace(good, `"at":"2026-11-28T09:00:00Z",`, "", 1),
		"a header twice":   strings.Replace(good, `"body"`, `"header":{"A":[],"a":[]},"body"`, 1),
		"unknown field":    strings.Replace(good, `"body"`, `"verified":true,"body"`, 1),
		"not base64":       strings.Replace(good, "e30=", "private", 1),
	} {
		if _, err := quarantine.Decode([]byte(data)); !errors.Is(err, quarantine.ErrInvalid) || strings.Contains(err.Error(), "private") {
			t.Errorf("%s: Decode = %v, want ErrInvalid without the text", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	data, err := quarantine.Encode(request())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format":1,"source":"a","code":"signature_missing","at":"1970-01-01T00:00:01.1+01:00","header":{"A":["",null]},"body":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first, err := quarantine.Decode(data)
		if err != nil {
			return
		}
		again, err := quarantine.Encode(first)
		if errors.Is(err, quarantine.ErrTooLarge) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		second, err := quarantine.Decode(again)
		if err != nil {
			t.Fatalf("what was decoded cannot be decoded again: %v", err)
		}
		first.Body, second.Body = append([]byte{}, first.Body...), append([]byte{}, second.Body...)
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("read back (-first +second):\n%s", diff)
		}
	})
}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"kyc", "a", "kyc-eu-1", "1-2-3", strings.Repeat("a", 63)} {
		for _, code := range quarantine.Codes() {
			for _, notKept := range []int{0, 1, 10_000_000} {
				want := quarantine.Entry{At: at.Truncate(time.Millisecond), Source: source, Code: code, NotKept: notKept}
				key := quarantine.NewKey(want)
				if err := vault.CheckKey(key); err != nil {
					t.Fatal(err)
				}
				want.Key, want.ID = key, key[len(key)-26:]
				got, ok := quarantine.ParseKey(key)
				if diff := cmp.Diff(want, got); !ok || diff != "" {
					t.Errorf("%s is read as (-want +got):\n%s", key, diff)
				}
			}
		}
	}
	entry := quarantine.Entry{At: at, Source: "kyc", Code: webhook.ErrSignatureMissing}
	if a, b := quarantine.NewKey(entry), quarantine.NewKey(entry); a == b {
		t.Errorf("two requests have the key %s", a)
	}
}

func TestKeysAreInOrderOfArrival(t *testing.T) {
	t.Parallel()
	key := func(at time.Time) string {
		return quarantine.NewKey(quarantine.Entry{At: at, Source: "kyc", Code: webhook.ErrSignatureMissing})
	}
	order := []string{key(at.Add(-time.Millisecond)), vault.QuarantineFrom(at), key(at), key(at.Add(time.Millisecond))}
	if !slices.IsSorted(order) {
		t.Errorf("not in order: %q", order)
	}
}

func TestParseKeyOfOthers(t *testing.T) {
	t.Parallel()
	const good = "quarantine/1790000000000-kyc-signature.missing-0-abc"
	if _, ok := quarantine.ParseKey(good); !ok {
		t.Fatalf("%s is not read", good)
	}
	for name, key := range map[string]string{
		"another prefix": strings.Replace(good, "quarantine/", "spill/", 1),
		"no prefix":      "1790000000000-kyc-signature.missing-0-abc",
		"short time":     strings.Replace(good, "1790000000000", "179000000000", 1),
		"no time":        strings.Replace(good, "1790000000000", "1790000000x00", 1),
		"no source":      strings.Replace(good, "kyc", "", 1),
		"another code":   strings.Replace(good, "signature.missing", "unknown.source", 1),
		"no number":      strings.Replace(good, "-0-", "-x-", 1),
		"a huge number":  strings.Replace(good, "-0-", "-9223372036854775807-", 1),
		"too few parts":  "quarantine/1790000000000-kyc-signature.missing-0",
		"no id":          strings.TrimSuffix(good, "abc"),
		"not a key":      good + "_",
	} {
		if e, ok := quarantine.ParseKey(key); ok {
			t.Errorf("%s: %s is read as %+v", name, key, e)
		}
	}
}
