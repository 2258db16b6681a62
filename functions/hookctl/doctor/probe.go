package doctor

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/hook"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// An event is the synthetic webhook of a source.
type event struct {
	source.Source
	id, typ string // as the intake will know them
	named   bool   // the id is the one in the body and not a hash of it
	body    []byte
}

// newEvent returns an event that never occurred before. Its id and type are those that the
// source's verifier finds in it.
func newEvent(src source.Source, at time.Time) (event, error) {
	id, body, err := newBody(src.Provider.Name(), at)
	if err != nil {
		return event{}, err
	}
	e := event{Source: src, body: body}
	verified, err := src.Verifier.Verify(e.signed(at))
	if err != nil {
		return e, fmt.Errorf("make an event of provider %s: %w", src.Provider.Name(), err)
	}
	e.id, e.typ, e.named = verified.ID, verified.Type, verified.ID == id
	return e, nil
}

// newBody returns a small body in the provider's envelope, with a new id.
func newBody(provider string, at time.Time) (id string, body []byte, err error) {
	d, err := dialect.Of(provider)
	if err != nil {
		return "", nil, err
	}
	id = "evt_doctor_" + randomHex()
	body, err = json.Marshal(d.Probe(id, Type, at))
	return id, body, err
}

func randomHex() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// key returns the event's key in the ledger.
func (e event) key() string { return webhook.Event{Source: e.Name, ID: e.id}.Key() }

// signed returns the webhook signed with the source's first secret.
func (e event) signed(at time.Time) webhook.Request {
	return dialect.Sign(e.Provider, e.Settings, e.body, at)
}

// forged returns the webhook signed with a secret that is not the source's.
func (e event) forged(at time.Time) webhook.Request {
	s := e.Settings
	// Some providers want a prefix and a length.
	s.Secrets = []webhook.Secret{webhook.NewSecret("whsec_" + randomHex())}
	return dialect.Sign(e.Provider, s, e.body, at)
}

// unsigned returns the webhook without a signature.
func (e event) unsigned(at time.Time) webhook.Request {
	return webhook.Request{Body: e.body, At: at}
}

// taken returns the handlers that would handle the event.
func (e event) taken(r *hook.Registry) []hook.Handler { return r.For(e.Provider.Name(), e.typ) }

// names lists handlers, and marks those that run at most once.
func names(hs []hook.Handler) string {
	list := make([]string, len(hs))
	for i, h := range hs {
		list[i] = h.Name
		if h.Has(hook.AtMostOnce) {
			list[i] += " (at most once)"
		}
	}
	return strings.Join(list, ", ")
}
