package queue_test

import (
	"strings"
	"testing"

	"webhookintake/shared/queue"
)

func TestReference(t *testing.T) {
	t.Parallel()
	want := queue.Stored{Key: "bodies/0a", SHA256: strings.Repeat("0a", 32)}
	if got, ok := queue.ParseReference(want.Reference()); got != want || !ok {
		t.Errorf("read %+v, %v, want %+v", got, ok, want)
	}
	for name, text := range map[string]string{
		"nothing": "", "a body": `{"id":"vault bodies/0a"}`, "no sum": "vault bodies/0a",
		"short sum": "vault bodies/0a 0a0a", "no key": "vault  " + want.SHA256,
		"another word": "Vault bodies/0a " + want.SHA256, "more": string(want.Reference()) + " more",
	} {
		if got, ok := queue.ParseReference([]byte(text)); ok {
			t.Errorf("%s: %q is taken for %+v", name, text, got)
		}
	}
}
