package source_test

import (
	"errors"
	"testing"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	set, err := source.Parse([]byte(`{"plain": {"secrets": ["old", "new"]}}`), options())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, source, secret string
		want                 error
		wantSource           string
		wantSecret           int
	}{
		{name: "second secret", source: "plain", secret: "new", wantSource: "plain", wantSecret: 1},
		{name: "wrong secret", source: "plain", secret: "other", want: webhook.ErrSignatureMismatch, wantSource: "plain"},
		{name: "no signature", source: "plain", want: webhook.ErrSignatureMissing, wantSource: "plain"},
		{name: "unknown source", source: "plain2", secret: "new", want: webhook.ErrUnknownSource},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src, verified, err := source.Fixed(set).Verify(t.Context(), tt.source, request(tt.secret, nil, time.Time{}))
			if !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
			if src.Name != tt.wantSource || verified.Secret != tt.wantSecret {
				t.Errorf("source %q, secret %d, want %q, %d", src.Name, verified.Secret, tt.wantSource, tt.wantSecret)
			}
		})
	}
}

func TestFixedLoad(t *testing.T) {
	t.Parallel()
	if err := source.Fixed(nil).Load(t.Context()); err != nil {
		t.Errorf("Load = %v", err)
	}
	if err := verify(t, source.Fixed(nil), "a"); !errors.Is(err, webhook.ErrUnknownSource) {
		t.Errorf("no sources: %v, want %v", err, webhook.ErrUnknownSource)
	}
}
