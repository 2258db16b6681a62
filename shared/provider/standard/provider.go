package standard

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// Provider is any sender of Standard Webhooks. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name is "standard".
func (Provider) Name() string { return "standard" }

// Configure takes secrets, in base64 with or without "whsec_" before it, and
// tolerance_s: the window of the signed time in seconds, both ways; 300 where it is not
// given, and 0 to leave the time unchecked.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	faults := []error{s.Check(webhook.FieldTolerance)}
	v := &verifier{toleranceS: s.Tolerance()}
	for i, secret := range s.Secrets {
		key, ok := decodeKey(secret)
		if !ok && !secret.IsEmpty() { // of an empty one Check has told
			faults = append(faults, &webhook.FieldError{
				Field:   fmt.Sprintf("secrets[%d]", i),
				Problem: `want base64, as "whsec_…"; give the secret as the sender shows it`,
			})
		}
		v.keys = append(v.keys, key)
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return v, nil
}

// decodeKey gives the key that the secret's text stands for. The key is a secret too.
func decodeKey(secret webhook.Secret) (key webhook.Secret, ok bool) {
	text := strings.TrimPrefix(secret.Reveal(), "whsec_")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	if padded := strings.TrimRight(text, "="); len(padded) != len(text) {
		if len(text)%4 != 0 || len(text)-len(padded) > 2 {
			return webhook.Secret{}, false
		}
		text = padded
	}
	if strings.ContainsAny(text, "\r\n") { // which the decoder would skip
		return webhook.Secret{}, false
	}
	decoded, err := base64.RawStdEncoding.DecodeString(text)
	return webhook.NewSecret(string(decoded)), err == nil && len(decoded) > 0
}

// Open reads type, timestamp and data. The dedup id is in a header, which only the
// [webhook.Verifier] sees: the id here is the body's own, where it has one, so that who
// signs a body can send that.
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

// eventTime is when the event happened; zero where the body does not say.
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
