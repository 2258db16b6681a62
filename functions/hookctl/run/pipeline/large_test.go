package pipeline_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/source"
)

// TestLargeBody sends an e-mail with a photo of 4 MB, which no queue takes, and handles it
// after a restart: the handler sees all of it.
func TestLargeBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testLargeBody) // or a busy machine takes longer than ingest has
}

func testLargeBody(t *testing.T) {
	photo := make([]byte, 4<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(photo) // it never fails
	body, err := json.Marshal(map[string]any{
		"id": "evt_photo", "type": "email.incoming", "timestamp": time.Now().Unix(),
		"data": map[string]any{"from": "a@example.com", "attachment": base64.StdEncoding.EncodeToString(photo)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var seen [sha256.Size]byte
	var handlers hook.Registry
	hook.OnProvider(&handlers, contiguity.Provider{}, "see", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		seen = sha256.Sum256(e.Raw)
		return nil
	})
	var reported []byte
	begin := func() *pipeline.Pipeline {
		return pipeline.New(pipeline.Options{
			Sources: source.Fixed(dialect.Sources()), Handlers: &handlers,
			Answered: func(a pipeline.Answered) { reported = a.Event.Raw },
		})
	}
	first := begin()
	src := dialect.Sources()["contiguity"]
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/contiguity", bytes.NewReader(body))
	r.Header = dialect.Sign(src.Provider, src.Settings, body, time.Now()).Header
	answer := httptest.NewRecorder()
	if first.ServeHTTP(answer, r); answer.Code != http.StatusOK {
		t.Fatalf("answered %d %s", answer.Code, answer.Body)
	}
	if !bytes.Equal(reported, body) {
		t.Errorf("reported %d bytes, want the body", len(reported))
	}
	saved, err := first.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	second := begin()
	if err := second.Restore(saved); err != nil {
		t.Fatal(err)
	}
	worked, err := second.Step(t.Context(), 0)
	if err != nil || len(worked) != 1 || worked[0].Outcome != process.Handled {
		t.Fatalf("worked %+v, %v", worked, err)
	}
	if seen != sha256.Sum256(body) {
		t.Error("the handler did not see the whole body")
	}
}
