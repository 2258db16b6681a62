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
	d := mail("evt_photo", 4<<20)
	for range 2 {
		acknowledge(t, url, d)
	}
	consume(t, e, 1, 15*time.Second, nil)
	await(t, "both messages are acknowledged", func() bool { return e.waiting(t) == 0 })
	want := fmt.Sprintf("%x of 1 attachments", sha256.Sum256(d.request.Body))
	if seen := e.effectCounts(t); len(seen) != 1 || seen["contiguity#evt_photo"] != want {
		t.Errorf("handlers saw %v, want %s", seen, want)
	}
	if states := e.states(t); states["COMPLETED"] != 1 || len(states) != 1 {
		t.Errorf("records by state: %v, want one completed", states)
	}
}

// An e-mail of 3 MB is acknowledged within 2 s. One of many is enough, because a test may not
// depend on what else its machine does.
func TestEngineLargeBodyInTime(t *testing.T) {
	e := newEngines(t)
	url := api(t, e)
	for n := range 30 {
		if acknowledge(t, url, mail(eventID(n), 3<<20*3/4)) <= 2*time.Second {
			return
		}
	}
	t.Error("not acknowledged within 2 s")
}

// mail returns an e-mail with a photo of n bytes.
func mail(id string, n int) delivery {
	photo := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(photo) // it never fails
	return signed(contiguity.Provider{}, "whsec_end_to_end", id, map[string]any{
		"id": id, "type": "email.incoming", "timestamp": time.Now().Unix(), "api_version": "v2025.9.7",
		"data": map[string]any{
			"email_id": "e1", "subject": "Look", "timestamp": time.Now().Unix(),
			"attachments": []any{map[string]any{"filename": "photo.jpg", "content": base64.StdEncoding.EncodeToString(photo)}},
		},
	})
}

// acknowledge posts the delivery, which must be acknowledged, and returns how long that took. It
// posts it again as its provider does, because a busy queue may not take it in time.
func acknowledge(t *testing.T, url string, d delivery) (took time.Duration) {
	t.Helper()
	var status int
	for range 4 {
		began := time.Now()
		if status = d.post(t, url); status == http.StatusOK {
			return time.Since(began)
		}
	}
	t.Errorf("status %d at the last of four tries, want 200", status)
	return time.Hour
}
