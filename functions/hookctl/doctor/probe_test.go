package doctor

import (
	"errors"
	"testing"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// TestEveryProvider wants every provider to verify the event, with another id each time, and
// to refuse it unsigned and forged.
func TestEveryProvider(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	types := map[string]string{"compliancely": "unknown"}
	withoutIDs := map[string]bool{"contiguity-v1": true, "compliancely": true}
	for _, p := range source.Providers() {
		src, ok := dialect.Sources()[p.Name()]
		if !ok {
			t.Errorf("no sample source of %s", p.Name())
			continue
		}
		want := Type
		if types[p.Name()] != "" {
			want = types[p.Name()]
		}
		one, err := newEvent(src, at)
		if err != nil || one.typ != want || one.named == withoutIDs[p.Name()] || len(one.body) > 512 {
			t.Errorf("%s: %+v, %v, want type %s, named %v", p.Name(), one, err, want, !withoutIDs[p.Name()])
		}
		if other, err := newEvent(src, at); err != nil || other.id == one.id {
			t.Errorf("%s: the event %s a second time, %v", p.Name(), other.id, err)
		}
		for _, refused := range []struct {
			request webhook.Request
			want    error
		}{
			{one.unsigned(at), webhook.ErrSignatureMissing},
			{one.forged(at), webhook.ErrSignatureMismatch},
		} {
			if _, err := src.Verifier.Verify(refused.request); !errors.Is(err, refused.want) {
				t.Errorf("%s: %v, want %v", p.Name(), err, refused.want)
			}
		}
	}
}

// TestNoEvent has a source that accepts no signature, so that there is no event to send.
func TestNoEvent(t *testing.T) {
	t.Parallel()
	src := dialect.Sources()["kyc"]
	src.Settings.Secrets = []webhook.Secret{webhook.NewSecret("another")}
	if _, err := newEvent(src, time.Now()); !errors.Is(err, webhook.ErrSignatureMismatch) {
		t.Errorf("newEvent = %v, want %v", err, webhook.ErrSignatureMismatch)
	}
}
