package dialect

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// A Dialect is what hookctl knows of one provider.
type Dialect struct {
	Provider webhook.Provider

	// Types lists the typed events. It is empty only if OpenTypes is set: the types are
	// the sender's own.
	Types     []webhook.TypeInfo
	OpenTypes bool

	// SampleSource is the provider's entry in the sample sources document, as JSON. Its
	// secret is public, and its tolerance 0 where times are signed, so that a signed
	// sample does not age.
	SampleSource string
	// Refresh returns a sample's body with at as the time of its event.
	Refresh func(body []byte, at time.Time) []byte
	// Base64 says that the event files carry the bodies in base64, as API Gateway does
	// with content types that it takes for binary.
	Base64 bool
	// Probe returns the members of a small event with a new id. If the provider has no
	// event ids or types, they are in members that make the body unique.
	Probe func(id, eventType string, at time.Time) map[string]any

	// TokenInURL says that the URL of a webhook contains the secret, so that it must not be
	// sent without encryption.
	TokenInURL bool
	// OddSecret returns why a secret looks like that of something else, or "".
	OddSecret func(secret string) string
	// OddSettings returns what is valid in a source's settings and probably a mistake, or
	// "". Setting reads a field. Nil means that nothing is a mistake.
	OddSettings func(setting func(field string) string) string
	// AfterRotation says what to do at the provider after a new secret was added.
	AfterRotation string

	// Traffic is how the provider sends; nil if hookctl does not imitate it.
	Traffic *Traffic
}

// A Traffic is the way in which a provider sends.
type Traffic struct {
	// Answer is how long the provider waits for an answer.
	Answer time.Duration
	// Waits are the times between a failed try and the next. After the last the provider
	// gives up.
	Waits []time.Duration
	// SignsEachTry says that each try is signed with its own time. Otherwise each carries
	// the time at which the event was created.
	SignsEachTry bool
	// StopAfter is the number of failed tries in a row after which the provider stops
	// sending to the endpoint for the time Stop; it never sends what is due in that time. 0
	// means that it does not stop.
	StopAfter int
	Stop      time.Duration
	// NumberIDs says that the ids of its resources are whole numbers.
	NumberIDs bool
	// Assumed says which of this the provider does not document.
	Assumed string
}

// All returns the dialects, in the order of the providers in package source.
func All() []Dialect {
	return []Dialect{contiguityDialect(), contiguityV1Dialect(), kycDialect(), compliancelyDialect(), standardDialect()}
}

// Of returns the dialect of the provider with that name. The error lists all names.
func Of(provider string) (Dialect, error) {
	for _, d := range All() {
		if d.Provider.Name() == provider {
			return d, nil
		}
	}
	return Dialect{}, fmt.Errorf("no provider %q; there are %s", provider, strings.Join(Providers(), ", "))
}

// Providers lists the names of all providers.
func Providers() []string {
	var names []string
	for _, d := range All() {
		names = append(names, d.Provider.Name())
	}
	return names
}

// Types lists the typed events of all providers.
func Types() []webhook.TypeInfo {
	var types []webhook.TypeInfo
	for _, d := range All() {
		types = slices.Concat(types, d.Types)
	}
	return types
}

// TypeNames lists the types of the events of all samples, typed or not.
func TypeNames() []string {
	var names []string
	for _, s := range Samples() {
		names = append(names, s.Type)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// signingPrefix begins the signing secrets of Standard Webhooks and of Contiguity.
const signingPrefix = "whsec_"

// notASigningSecret is an OddSecret of providers whose secrets have no prefix.
func notASigningSecret(secret string) string {
	if strings.HasPrefix(secret, signingPrefix) {
		return "begins with whsec_, as the signing secrets of Contiguity and of Standard Webhooks do"
	}
	return ""
}

// setTime is a Refresh that sets the member of that name to a Unix time in seconds.
func setTime(member string) func([]byte, time.Time) []byte {
	return func(body []byte, at time.Time) []byte { return setMember(body, member, unixSeconds(at)) }
}

// randomBelow returns a random number of at least 0 and less than n.
func randomBelow(n int64) int64 {
	drawn, _ := rand.Int(rand.Reader, big.NewInt(n)) // never fails: it ends the program instead
	return drawn.Int64()
}
