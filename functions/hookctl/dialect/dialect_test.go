package dialect_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// TestEveryProviderHasADialect says what is missing for a new provider.
func TestEveryProviderHasADialect(t *testing.T) {
	t.Parallel()
	var providers, dialects []string
	for _, p := range source.Providers() {
		providers = append(providers, p.Name())
	}
	for _, d := range dialect.All() {
		name := d.Provider.Name()
		dialects = append(dialects, name)
		for field, isSet := range map[string]bool{
			"Types, or OpenTypes": (len(d.Types) > 0) != d.OpenTypes, "SampleSource": d.SampleSource != "", "Refresh": d.Refresh != nil,
			"Probe": d.Probe != nil, "OddSecret": d.OddSecret != nil, "AfterRotation": d.AfterRotation != "",
			"Traffic.Assumed": d.Traffic == nil || d.Traffic.Assumed != "",
		} {
			if !isSet {
				t.Errorf("the dialect of %s has no %s", name, field)
			}
		}
		for _, info := range d.Types {
			if info.Provider != name {
				t.Errorf("the dialect of %s has the type %s of %s", name, info.Name, info.Provider)
			}
		}
		if !slices.ContainsFunc(dialect.Samples(), func(s dialect.Sample) bool { return s.Provider.Name() == name }) {
			t.Errorf("provider %s has no sample: write one in bodies/", name)
		}
	}
	if !slices.Equal(dialects, providers) {
		t.Errorf("there are dialects of %q, and providers %q: write a file for each, and add it to All", dialects, providers)
	}
}

// TestProbes makes each provider's probe twice, and wants two authentic, different events.
func TestProbes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for _, d := range dialect.All() {
		src, ids := dialect.Sources()[d.Provider.Name()], map[string]bool{}
		for _, id := range []string{"evt_1", "evt_2"} {
			body, err := json.Marshal(d.Probe(id, "some.type", at))
			if err != nil {
				t.Fatal(err)
			}
			verified, err := src.Verifier.Verify(dialect.Sign(src.Provider, src.Settings, body, at))
			if err != nil {
				t.Errorf("%s: %v", src.Name, err)
			}
			ids[verified.ID] = true
		}
		if len(ids) != 2 {
			t.Errorf("%s: two probes are the events %v", src.Name, ids)
		}
	}
}

// TestOddSecrets wants no objection to a provider's own sample secret, and one to a secret of
// another kind.
func TestOddSecrets(t *testing.T) {
	t.Parallel()
	foreign := map[string]string{ // others find a signing secret odd
		"contiguity": "0123abcd", "standard": "whsec_0123456789abcdef0123456789abcdef",
	}
	for _, d := range dialect.All() {
		name := d.Provider.Name()
		if odd := d.OddSecret(dialect.Sources()[name].Settings.SigningSecret().Reveal()); odd != "" {
			t.Errorf("%s: its sample secret %s", name, odd)
		}
		other := cmp.Or(foreign[name], "whsec_0123abcd")
		if odd := d.OddSecret(other); odd == "" {
			t.Errorf("%s: %s looks like one of its secrets", name, other)
		}
	}
	d, err := dialect.Of("kyc")
	if err != nil {
		t.Fatal(err)
	}
	for signed, odd := range map[string]bool{"body": false, "timestamp.body": false, "either": true, "": true} {
		if got := d.OddSettings(func(field string) string {
			if field == webhook.FieldSigned {
				return signed
			}
			return ""
		}); (got != "") != odd {
			t.Errorf("kyc with signed %q: %q", signed, got)
		}
	}
}

func TestUnknownProvider(t *testing.T) {
	t.Parallel()
	const begin = `no provider "nobody"; there are contiguity, contiguity-v1, kyc, compliancely, standard`
	if _, err := dialect.Of("nobody"); err == nil || !strings.HasPrefix(err.Error(), begin) {
		t.Errorf("Of = %v, want %s …", err, begin)
	}
}
