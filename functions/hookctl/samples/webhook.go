package samples

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// File returns the file of a webhook that was received: an API Gateway event like those of
// the folder http, sent to the sample source of its provider and signed with the public
// sample secret, when it was received. As is how the sample source identifies it: its id and
// type can be others where the real source's settings make them.
func File(e webhook.Event) (file []byte, as webhook.Verified, err error) {
	d, err := dialect.Of(e.Provider)
	if err != nil {
		return nil, as, err
	}
	src := dialect.Sources()[e.Provider]
	id := ""
	if e.Identity == webhook.Given {
		id = e.ID
	}
	p := post{
		source: src.Name, request: src.Provider.Sign(src.Settings, id, e.Raw, e.Received),
		number: 1, base64: d.Base64 || !utf8.Valid(e.Raw),
	}
	if as, err = src.Verifier.Verify(p.request); err != nil {
		return nil, as, fmt.Errorf("verify with the sample secret: %w", err)
	}
	file, err = encode(p.event())
	return file, as, err
}

// A Sent is the webhook in a file of [File], or of the folder http.
type Sent struct {
	Provider webhook.Provider
	ID       string // where a header has it; else empty
	Body     []byte
}

// ErrNoWebhook reports that a file is not an API Gateway event with a webhook.
var ErrNoWebhook = errors.New("the file is not an API Gateway event of a sample source, as hookctl run --save writes")

// Read returns the webhook in a file, or [ErrNoWebhook].
func Read(file []byte) (s Sent, err error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(file, &e); err != nil {
		return s, ErrNoWebhook
	}
	d, err := dialect.Of(e.PathParameters["source"])
	if err != nil || e.Version != "2.0" {
		return s, ErrNoWebhook
	}
	s = Sent{Provider: d.Provider, ID: e.Headers["webhook-id"], Body: []byte(e.Body)}
	if e.IsBase64Encoded {
		if s.Body, err = base64.StdEncoding.DecodeString(e.Body); err != nil {
			return s, fmt.Errorf("%w: its body is not base64", ErrNoWebhook)
		}
	}
	return s, nil
}
