package webhook

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Probe is the name of the source, and of its provider, through which a stack tests itself.
// No source and no provider of a user's may have it.
const Probe = "probe"

// ProbeType is the type of the events of the source [Probe].
const ProbeType = "webhookintake.probe"

// IsProbe reports whether the stack sent the event to itself. Such an event runs no handler,
// counts in no metric of the user's, and is left out of lists of events. The event of another
// provider is none, even if a document from before the name was reserved calls its source so.
func (e Event) IsProbe() bool { return e.Source == Probe && e.Provider == Probe }

// IsProbeRecord reports whether the record with that key and event type is one of a probe.
func IsProbeRecord(key, eventType string) bool {
	return eventType == ProbeType && strings.HasPrefix(key, Probe+"#")
}

// ProbeSecret returns the secret of the source [Probe], in the form of Standard Webhooks. It
// is derived from h's key by HKDF, which first makes another key of it: no hash of a body that
// somebody chose, as ids and digests are, can be the secret. Without a key there is no secret.
func (h Hasher) ProbeSecret() (secret Secret, ok bool) {
	if !h.Keyed() {
		return Secret{}, false
	}
	derived, err := hkdf.Key(sha256.New, []byte(h.key.Reveal()), nil, "webhookintake probe", sha256.Size)
	if err != nil {
		return Secret{}, false
	}
	return NewSecret("whsec_" + base64.StdEncoding.EncodeToString(derived)), true
}
