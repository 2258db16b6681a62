package standard

import (
	"time"

	"webhookintake/shared/webhook"
)

// Provider is any sender of Standard Webhooks. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name returns "standard".
func (Provider) Name() string { return "standard" }

// Open reads type, timestamp and data. The dedup id is in a header, which only the
// [webhook.Verifier] sees. The id here is that of the body, if it has one, for programs
// that sign a body.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	eventType, err := o.Type("type")
	if err != nil {
		return webhook.Envelope{}, err
	}
	id, _ := o.ID("id") // optional: an error leaves it empty
	data := o.Get("data")
	if data == nil {
		data = body
	}
	return webhook.Envelope{ID: id, Type: eventType, Time: eventTime(o), Data: data}, nil
}

// eventTime is the time of the event, or zero if the body does not have it.
func eventTime(o webhook.Object) time.Time {
	text, ok := o.Text("timestamp")
	if !ok {
		return o.Seconds("timestamp")
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}
