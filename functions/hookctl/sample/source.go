package sample

import (
	_ "embed" // for the documents below
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

//go:embed sources.json
var sourcesDocument string

//go:embed settings.json
var settingsDocument []byte

// SourcesDocument is the sources document of the samples. The tolerance of Contiguity is
// 0, so that a signed sample does not age.
func SourcesDocument() string { return sourcesDocument }

// Sources are the sources of [SourcesDocument], one for each provider, under its name.
func Sources() source.Set {
	set, err := source.Parse([]byte(sourcesDocument), source.ParseOptions{AllowSample: true})
	if err != nil {
		panic(fmt.Sprintf("sample sources: %v", err)) // the tests would have found it
	}
	return set
}

// Settings are sample values of what the handlers ask getenv for, by name. A handler
// that needs a setting of its own to start has its sample value there.
func Settings() map[string]string {
	var settings map[string]string
	if err := json.Unmarshal(settingsDocument, &settings); err != nil {
		panic(fmt.Sprintf("sample settings: %v", err)) // the tests would have found it
	}
	return settings
}

// Sign makes the request with which p would send body at that time. Where the body has
// an event id, it goes into the header that some providers have for it; a body that
// cannot be opened is signed without.
func Sign(p webhook.Provider, s webhook.Settings, body []byte, at time.Time) webhook.Request {
	var id string
	if envelope, err := p.Open(body); err == nil {
		id = envelope.ID
	}
	return p.Sign(s, id, body, at)
}

// URL is where r goes: the URL, with what r has in its query, as contiguity-v1's token.
// An URL that does not parse stays as it is, for whoever uses it to refuse.
func URL(to string, r webhook.Request) string {
	u, err := url.Parse(to)
	if err != nil || len(r.Query) == 0 {
		return to
	}
	query := u.Query()
	maps.Copy(query, r.Query)
	u.RawQuery = query.Encode()
	return u.String()
}

// SignWrong is [Sign] with a secret that is none of the source's.
func SignWrong(p webhook.Provider, s webhook.Settings, body []byte, at time.Time) webhook.Request {
	s.Secrets = []webhook.Secret{webhook.NewSecret("sample-only-another-one")}
	return Sign(p, s, body, at)
}
