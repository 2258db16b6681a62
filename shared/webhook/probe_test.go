package webhook_test

import (
	"testing"

	"webhookintake/shared/webhook"
)

func TestProbeSecret(t *testing.T) {
	t.Parallel()
	secret := func(key string) string {
		hash, ok := webhook.NewHasher(webhook.NewSecret(key))
		if !ok {
			t.Fatalf("%q is no key", key)
		}
		secret, ok := hash.ProbeSecret()
		if !ok {
			t.Fatal("a key gives no secret")
		}
		return secret.Reveal()
	}
	const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	// From another implementation of RFC 5869, so that a later version cannot derive another
	// secret: ingest and upkeep of two versions must agree.
	if got, want := secret(key), "whsec_O+bf349ouSVt/MTGIyAiy78jRbhShzFkBp9LlI8ymB4="; got != want {
		t.Errorf("secret = %s, want %s", got, want)
	}
	if secret(key) == secret("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") {
		t.Error("two keys give one secret")
	}
	if s, ok := (webhook.Hasher{}).ProbeSecret(); ok || !s.IsEmpty() {
		t.Error("there is a secret without a key")
	}
}

func TestIsProbe(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		source, provider string
		want             bool
	}{
		{"probe", "probe", true},
		{"probe", "contiguity", false}, // from before the name was reserved
		{"contiguity", "probe", false},
		{"contiguity", "contiguity", false},
	} {
		if got := (webhook.Event{Source: tt.source, Provider: tt.provider}).IsProbe(); got != tt.want {
			t.Errorf("source %s of %s: IsProbe = %v", tt.source, tt.provider, got)
		}
	}
	for key, want := range map[string]bool{"probe#1": true, "probe": false, "probes#1": false, "payload#probe#1": false} {
		if got := webhook.IsProbeRecord(key, webhook.ProbeType); got != want {
			t.Errorf("IsProbeRecord(%q) = %v", key, got)
		}
	}
	if webhook.IsProbeRecord("probe#1", "text.incoming.sms") {
		t.Error("an event of another type counts as a probe")
	}
}
