package endtoend

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"webhookintake/shared/provider/contiguity"
)

// An e-mail with a photo of 4 MB is larger than any message. It is acknowledged soon, though
// its provider sends it twice, and its handler sees every byte, once.
func TestEngineLargeBody(t *testing.T) {
	e := newEngines(t)
	url := api(t, e)
	photo := make([]byte, 4<<20)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(photo) // it never fails
	d := signed(contiguity.Provider{}, "whsec_end_to_end", "evt_photo", map[string]any{
		"id": "evt_photo", "type": "email.incoming", "timestamp": time.Now().Unix(), "api_version": "v2025.9.7",
		"data": map[string]any{
			"email_id": "e1", "subject": "Look", "timestamp": time.Now().Unix(),
			"attachments": []any{map[string]any{"filename": "photo.jpg", "content": base64.StdEncoding.EncodeToString(photo)}},
		},
	})
	for range 2 {
		began := time.Now()
		if status := d.post(t, url); status != http.StatusOK {
			t.Fatalf("status %d, want 200", status)
		}
		t.Logf("%d bytes acknowledged after %v", len(d.request.Body), time.Since(began).Round(time.Millisecond))
	}
	c := consume(t, e, 1, 15*time.Second, nil)
	await(t, time.Minute, "both messages are acknowledged", func() bool { return c.acked.Load() == 2 })
	want := fmt.Sprintf("%x of 1 attachments", sha256.Sum256(d.request.Body))
	if seen := e.effectCounts(t); len(seen) != 1 || seen["contiguity#evt_photo"] != want {
		t.Errorf("handlers saw %v, want %s", seen, want)
	}
	if states := e.states(t); states["COMPLETED"] != 1 || len(states) != 1 {
		t.Errorf("records by state: %v, want one completed", states)
	}
}
