package samples

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// TestFileAndRead wants the id in a header and every byte of a body to survive.
func TestFileAndRead(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		event webhook.Event
		id    string // that Read finds
	}{
		"id in a header": {webhook.Event{Provider: "standard", ID: "msg_own", Identity: webhook.Given, Raw: []byte(`{"type":"a"}`)}, "msg_own"},
		"not UTF-8":      {webhook.Event{Provider: "kyc", ID: "evt_1", Raw: []byte("{\"id\":\"evt_1\",\"type\":\"a\",\"b\":\"\xff\"}")}, ""},
	} {
		tt.event.Received = dialect.Time()
		file, as, err := File(tt.event)
		if err != nil || as.ID != tt.event.ID {
			t.Fatalf("%s: File = %q, %v", name, as.ID, err)
		}
		got, err := Read(file)
		if err != nil {
			t.Fatalf("%s: Read = %v", name, err)
		}
		if diff := cmp.Diff(string(tt.event.Raw), string(got.Body)); diff != "" || got.ID != tt.id || got.Provider.Name() != tt.event.Provider {
			t.Errorf("%s: id %q of %s, body (-want +got):\n%s", name, got.ID, got.Provider.Name(), diff)
		}
	}
	if _, err := Read([]byte("{}")); !errors.Is(err, ErrNoWebhook) {
		t.Errorf("Read = %v, want %v", err, ErrNoWebhook)
	}
	if _, _, err := File(webhook.Event{Provider: "nobody"}); err == nil {
		t.Error("a webhook of no provider has a file")
	}
}
