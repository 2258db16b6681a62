package hooktest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Load reads an event from a file that holds an API Gateway HTTP API event: those in
// events/http, and those that hookctl run --save writes. The file's source must be named
// after its provider, as the sample sources are. Load fails the test if the file cannot be
// read, or if its body is not the provider's.
func Load(t testing.TB, file string) webhook.Event {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("hooktest: %v", err)
	}
	event, err := read(text)
	if err != nil {
		t.Fatalf("hooktest: load %s: %v", file, err)
	}
	return event
}

// A gatewayEvent is the part of an API Gateway event that Load needs.
type gatewayEvent struct {
	PathParameters  map[string]string
	Headers         map[string]string // names in lower case
	RequestContext  struct{ TimeEpoch int64 }
	Body            string
	IsBase64Encoded bool
}

func read(text []byte) (webhook.Event, error) {
	var e gatewayEvent
	if err := json.Unmarshal(text, &e); err != nil {
		return webhook.Event{}, fmt.Errorf("it is not an API Gateway event: %w", err)
	}
	name := e.PathParameters["source"]
	p, err := provider(name)
	if err != nil {
		return webhook.Event{}, err
	}
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		if body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return webhook.Event{}, fmt.Errorf("its body is not base64: %w", err)
		}
	}
	envelope, err := p.Open(body)
	if err != nil {
		return webhook.Event{}, fmt.Errorf("open its body: %w", err)
	}
	if id := e.headerID(); id != "" {
		envelope.ID, envelope.Identity = id, webhook.Given
	}
	return webhook.Event{
		Source: name, Provider: name, ID: envelope.ID, Identity: envelope.Identity, Type: envelope.Type,
		Time: envelope.Time, Received: time.UnixMilli(e.RequestContext.TimeEpoch).UTC(), Raw: body,
	}, nil
}

// headerID returns the id of a webhook that has it in a header, as Standard Webhooks do.
func (e gatewayEvent) headerID() string {
	for _, name := range []string{"webhook-id", "svix-id"} {
		if id := e.Headers[name]; id != "" {
			return id
		}
	}
	return ""
}

func provider(name string) (webhook.Provider, error) {
	var names []string
	for _, p := range source.Providers() {
		if p.Name() == name {
			return p, nil
		}
		names = append(names, p.Name())
	}
	return nil, fmt.Errorf("its source %q is not named after a provider: write one of %s into pathParameters.source", name, strings.Join(names, ", "))
}
