package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

const hasherKey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=" // 0123456789abcdef, twice

func mac(text string) string {
	h := hmac.New(sha256.New, []byte("0123456789abcdef0123456789abcdef"))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil))
}

func TestHasher(t *testing.T) {
	t.Parallel()
	h, ok := webhook.NewHasher(webhook.NewSecret(hasherKey))
	if !ok || !h.Keyed() || (webhook.Hasher{}).Keyed() {
		t.Fatalf("NewHasher = %v, %v", h, ok)
	}
	name := mac("id")[:6]
	sum := sha256.Sum256([]byte("x"))
	for got, want := range map[string]string{
		h.Body([]byte("x")):                  "hmac-" + name + ":" + mac("x"),
		h.Values([]byte("x")):                "hkey-" + name + ":" + mac("x"),
		webhook.Hasher{}.Body([]byte("x")):   "sha256:" + hex.EncodeToString(sum[:]),
		webhook.Hasher{}.Values([]byte("x")): "key:" + hex.EncodeToString(sum[:]),
	} {
		if got != want || !webhook.ValidName(got) {
			t.Errorf("hash = %s, want %s", got, want)
		}
	}
}

func TestMalformedHasherKey(t *testing.T) {
	t.Parallel()
	raw := base64.StdEncoding.EncodeToString
	for _, key := range []string{
		"", "x", raw([]byte("too short")), raw([]byte(strings.Repeat("0123456789a", 3))),
		strings.TrimSuffix(hasherKey, "="), hasherKey + "\n", " " + hasherKey, strings.Replace(hasherKey, "WY=", "WZ=", 1),
		raw(make([]byte, 32)), raw([]byte(strings.Repeat("a", 32))),
	} {
		if h, ok := webhook.NewHasher(webhook.NewSecret(key)); ok || h.Keyed() {
			t.Errorf("NewHasher took %q", key)
		}
	}
}

func TestHasherHidesItsKey(t *testing.T) {
	t.Parallel()
	h, _ := webhook.NewHasher(webhook.NewSecret(hasherKey))
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		text := fmt.Sprintf(verb, h)
		for _, key := range []string{"0123456789abcdef", hasherKey, hex.EncodeToString([]byte("0123456789abcdef"))} {
			mustNotShow(t, verb, text, key)
		}
	}
}
