package dialect

import (
	"fmt"
	"strings"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// SourcesDocument returns the sources document of the samples: one source for each
// provider, under the provider's name.
func SourcesDocument() string {
	var entries []string
	for _, d := range All() {
		entries = append(entries, fmt.Sprintf("  %q: %s", d.Provider.Name(), d.SampleSource))
	}
	return "{\n" + strings.Join(entries, ",\n") + "\n}\n"
}

// Sources returns the sources of [SourcesDocument].
func Sources() source.Set {
	set, err := source.Parse([]byte(SourcesDocument()), source.ParseOptions{AllowSample: true})
	if err != nil {
		panic(fmt.Sprintf("sample sources: %v", err)) // the tests would have found it
	}
	return set
}

// Sign returns the request with which p would send body at that time. An event id in the
// body also goes into the header that some providers have for it; a body that cannot be
// opened is signed without an id.
func Sign(p webhook.Provider, s webhook.Settings, body []byte, at time.Time) webhook.Request {
	var id string
	if envelope, err := p.Open(body); err == nil {
		id = envelope.ID
	}
	return p.Sign(s, id, body, at)
}

// SignWrong is [Sign] with a secret that is not one of the source's.
func SignWrong(p webhook.Provider, s webhook.Settings, body []byte, at time.Time) webhook.Request {
	s.Secrets = []webhook.Secret{webhook.NewSecret("sample-only-another-one")}
	return Sign(p, s, body, at)
}
