package samples

import (
	"net/http"
	"time"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// newContiguity makes a client for Contiguity's API; an empty base means the provider's own.
func newContiguity(token webhook.Secret, base string) (*contiguity.Client, error) {
	return contiguity.NewClient(contiguity.ClientOptions{Token: token, BaseURL: base, HTTP: newHTTPClient()})
}

// newHTTPClient makes the client for calls to others. It keeps no connection: between
// two events Lambda may freeze the process, and of a message that is written to a
// connection which the other side has closed meanwhile, nobody knows whether it was sent.
// It follows no redirects, as what it sends is for the address that was configured.
func newHTTPClient() *http.Client {
	return &http.Client{
		Timeout:       15 * time.Second,
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
