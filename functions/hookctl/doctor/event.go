package doctor

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"time"

	"webhookintake/functions/hookctl/sample"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// An event is the synthetic webhook of a source.
type event struct {
	source.Source
	id, typ string // as the intake will know them
	named   bool   // the id is the one in the body, and not a hash of it
	body    []byte
}

// newEvent makes an event that never was before. Its id and type are those that the
// source's own verifier finds in it, signed.
func newEvent(src source.Source, at time.Time) (event, error) {
	id, body := newBody(src.Provider.Name(), at)
	e := event{Source: src, body: body}
	verified, err := src.Verifier.Verify(e.signed(at))
	if err != nil {
		return e, fmt.Errorf("make an event of provider %s: %w", src.Provider.Name(), err)
	}
	e.id, e.typ, e.named = verified.ID, verified.Type, verified.ID == id
	return e, nil
}

// newBody is a small body in the provider's envelope, with a new id.
func newBody(provider string, at time.Time) (id string, body []byte) {
	id = "evt_doctor_" + randomHex()
	envelope := map[string]any{"id": id, "type": Type, "data": map[string]any{}}
	switch provider {
	case contiguity.V1{}.Name(): // no id: the hash of the body is it, so id makes the body new
		envelope = map[string]any{"crumbs": map[string]any{"type": Type, "timestamp": at.Unix()}, "id": id}
	case compliancely.Provider{}.Name(): // no type: the source's product says it, else it is "unknown"
		n, _ := rand.Int(rand.Reader, big.NewInt(1<<53)) // never fails: it ends the program instead
		envelope = map[string]any{"id": n.Int64(), "note": Type + " " + id}
	case kyc.Provider{}.Name():
		envelope["created"] = at.Unix()
	default:
		envelope["timestamp"] = at.Unix()
	}
	body, _ = json.Marshal(envelope) // of texts and numbers alone, so it cannot fail
	return id, body
}

func randomHex() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// key is what the ledger has the event under.
func (e event) key() string { return webhook.Event{Source: e.Name, ID: e.id}.Key() }

// signed is the webhook, with the source's first secret.
func (e event) signed(at time.Time) webhook.Request {
	return sample.Sign(e.Provider, e.Settings, e.body, at)
}

// forged is the webhook, with a secret that is not the source's.
func (e event) forged(at time.Time) webhook.Request {
	s := e.Settings
	// The prefix and the length make it a secret for providers that ask for a form.
	s.Secrets = []webhook.Secret{webhook.NewSecret("whsec_" + randomHex())}
	return sample.Sign(e.Provider, s, e.body, at)
}

// unsigned is the webhook as who has no secret would send it.
func (e event) unsigned(at time.Time) webhook.Request {
	return webhook.Request{Body: e.body, At: at}
}

// taken lists the handlers that take the event.
func (e event) taken(r *hook.Registry) []hook.Handler { return r.For(e.Provider.Name(), e.typ) }

// names lists handlers, with what makes one of them delicate.
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
