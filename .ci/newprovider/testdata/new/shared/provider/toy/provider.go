// Package toy has the webhooks of a provider that exists only in a test.
//
// A request has the header
//
//	Toy-Signature: <hex of HMAC-SHA256 of the raw body>
//
// It promises what package providertest checks, and never trusts a header.
package toy

import (
	"encoding/hex"
	"net/http"
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

const signatureHeader = "Toy-Signature"

// LampSwitched says that a lamp was switched on or off.
var LampSwitched = webhook.NewType[Lamp](Provider{}, "lamp.switched")

// Types returns the typed events.
func Types() []webhook.TypeInfo { return []webhook.TypeInfo{LampSwitched.Info("LampSwitched")} }

// A Lamp is the payload of [LampSwitched].
type Lamp struct {
	ID string `json:"lamp_id"`
	On bool   `json:"on"`
}

// Provider is the toy. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name returns "toy".
func (Provider) Name() string { return "toy" }

// Configure uses secrets.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	return &verifier{slices.Clone(s.Secrets)}, nil
}

// Open reads id, type, timestamp and data.
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	o, envelope, err := webhook.ParseEnvelope(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	envelope.Time = o.Seconds("timestamp")
	return envelope, nil
}

// Sign implements [webhook.Provider].
func (Provider) Sign(s webhook.Settings, _ string, body []byte, at time.Time) webhook.Request {
	header := http.Header{}
	header.Set(signatureHeader, hex.EncodeToString(webhook.MAC(s.SigningSecret(), body)))
	return webhook.Request{Header: header, Body: body, At: at}
}

type verifier struct{ secrets []webhook.Secret }

// HeaderNames implements [webhook.HeaderNamer].
func (*verifier) HeaderNames() []string { return []string{signatureHeader} }

// Verify implements [webhook.Verifier].
func (v *verifier) Verify(r webhook.Request) (webhook.Verified, error) {
	signatures, err := webhook.ParseSignatures(r.Header.Values(signatureHeader), hex.DecodeString)
	if err != nil {
		return webhook.Verified{}, err
	}
	secret, ok := webhook.MatchMAC(v.secrets, signatures, r.Body)
	if !ok {
		return webhook.Verified{}, webhook.ErrSignatureMismatch
	}
	envelope, err := Provider{}.Open(r.Body)
	if err != nil {
		return webhook.Verified{}, err
	}
	return webhook.Verified{Envelope: envelope, Secret: secret}, nil
}
