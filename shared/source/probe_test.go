package source_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/standard"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Whoever can read the key signs probes, and nobody else; a source of that name from before
// it was reserved stays what it was.
func TestProbe(t *testing.T) {
	t.Parallel()
	const body = `{"type":"webhookintake.probe"}`
	mine := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_" + keyB)}}
	keyed := `{"$key": "` + keyA + `"}`
	for _, tt := range []struct {
		name, document string
		reason         string // why there is no probe; empty if there is one
		verify         error  // what a probe that another key made is answered
	}{
		{"with a key", keyed, "", webhook.ErrSignatureMismatch},
		{"without a key", `{}`, `no "$key"`, webhook.ErrUnknownSource},
		{"with a source of the name", `{"$key": "` + keyA + `", "probe": {"provider": "standard", "secrets": ["whsec_` + keyB + `"]}}`,
			`one named "probe"`, webhook.ErrSignatureMismatch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := newVault(tt.document)
			s := source.Refreshing(v, source.RefreshOptions{})
			probe, err := s.Probe(t.Context(), time.Hour)
			if in := source.ProbeIn([]byte(tt.document), source.ParseOptions{}); (in == nil) != (err == nil) {
				t.Errorf("ProbeIn = %v, Probe = %v", in, err)
			}
			other, _ := source.Refreshing(newVault(strings.Replace(keyed, keyA, keyB, 1)), source.RefreshOptions{}).Probe(t.Context(), time.Hour)
			forged := other.Provider.Sign(other.Settings, "probe_2", []byte(body), time.Now())
			if _, _, got := s.Verify(t.Context(), webhook.Probe, forged); !errors.Is(got, tt.verify) {
				t.Errorf("a forged probe: %v, want %v", got, tt.verify)
			}
			if tt.reason != "" {
				if !errors.Is(err, source.ErrNoProbe) || !strings.Contains(err.Error(), tt.reason) {
					t.Fatalf("Probe = %v, want that %s", err, tt.reason)
				}
				src, _, err := s.Verify(t.Context(), webhook.Probe, standard.Provider{}.Sign(mine, "evt_1", []byte(`{"type":"t"}`), time.Now()))
				if configured := strings.Contains(tt.document, "standard"); (err == nil) != configured || src.IsProbe() {
					t.Errorf("the source that is configured: %v, %v", src.IsProbe(), err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			src, got, err := s.Verify(t.Context(), webhook.Probe, probe.Provider.Sign(probe.Settings, "probe_1", []byte(body), time.Now()))
			if err != nil || !src.IsProbe() || src.Provider.Name() != webhook.Probe || got.ID != "probe_1" || got.Type != webhook.ProbeType {
				t.Errorf("a probe: %v, %+v, %v", src.IsProbe(), got.Envelope, err)
			}
			late := probe.Provider.Sign(probe.Settings, "probe_1", []byte(body), time.Now().Add(-time.Hour))
			late.At = time.Now()
			if _, _, err := s.Verify(t.Context(), webhook.Probe, late); !errors.Is(err, webhook.ErrTimestampOutsideWindow) {
				t.Errorf("an old probe: %v", err)
			}
		})
	}
}

// The names are reserved: no provider may have one, no document can name the probe's, and none
// that is read contains the source.
func TestProbeIsReserved(t *testing.T) {
	t.Parallel()
	for _, p := range source.Providers() {
		if p.Name() == webhook.Probe || p.Name() == "payload" {
			t.Errorf("%s is reserved: give the provider another name", p.Name())
		}
	}
	_, err := source.Parse([]byte(`{"mine": {"provider": "probe", "secrets": ["whsec_`+keyA+`"]}}`), source.ParseOptions{})
	if err == nil || !strings.Contains(err.Error(), "sources.mine.provider: no provider of that name") || strings.Contains(err.Error(), "probe") {
		t.Errorf("Parse = %v", err)
	}
	set, err := source.Parse([]byte(`{"$key": "`+keyA+`"}`), source.ParseOptions{})
	if err != nil || len(set) != 0 {
		t.Errorf("Parse = %v, %v, want no source", set, err)
	}
}
