package pipeline_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/operate/quarantine"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/webhook"
)

// What a run refuses for its signature can be listed, verified and dropped from another
// process, with the same errors.
func TestRemoteQuarantine(t *testing.T) {
	t.Parallel()
	set, err := source.Parse([]byte(`{"kyc":{"secrets":["a-real-looking-secret"]}}`), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(pipeline.Options{Sources: source.Fixed(set), Handlers: new(hook.Registry)})
	p.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/hooks/kyc", strings.NewReader("{}")))
	token := remote.NewToken()
	s := httptest.NewServer(remote.Handler(p.Intake(), token))
	t.Cleanup(s.Close)
	kept, err := (&remote.Client{Address: remote.Address{URL: s.URL, Token: token}, HTTP: s.Client()}).Quarantine()
	if err != nil {
		t.Fatal(err)
	}
	list, err := quarantine.Find(t.Context(), kept, quarantine.Filter{}, nil)
	if err != nil || len(list.Entries) != 1 || list.Entries[0].Code != webhook.ErrSignatureMissing {
		t.Fatalf("found %+v, %v", list, err)
	}
	r := quarantine.Releaser{Quarantine: kept}
	if got := r.Verify(t.Context(), list.Entries[0]); got.Outcome != quarantine.Refused || got.Now != webhook.ErrSignatureMissing {
		t.Errorf("verified: %+v", got)
	}
	if err := kept.Delete(t.Context(), list.Entries[0].Key); err != nil {
		t.Error(err)
	}
	if _, err := kept.Get(t.Context(), list.Entries[0].Key); !errors.Is(err, vault.ErrNotFound) {
		t.Errorf("Get of what was deleted = %v", err)
	}
}
