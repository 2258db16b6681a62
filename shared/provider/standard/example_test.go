package standard_test

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/standard"
	"webhookintake/shared/webhook"
)

// An Invoice is the payload that a sender documents for "invoice.paid".
type Invoice struct {
	Number string `json:"number"`
	Cents  int64  `json:"cents"`
}

var InvoicePaid = webhook.NewType[Invoice](standard.Provider{}, "invoice.paid")

func Example() {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_YW4gZXhhbXBsZSBvZiBhIHNlY3JldCBrZXk=")}}
	verifier, err := standard.Provider{}.Configure(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"type":"invoice.paid","timestamp":"2026-09-21T14:13:20Z","data":{"number":"R-7","cents":1200}}`)
	request := standard.Provider{}.Sign(settings, "msg_7", body, time.Unix(1790000000, 0))

	verified, err := verifier.Verify(request)
	fmt.Println(verified.Type, verified.ID, verified.Time.Format(time.TimeOnly), err)
	invoice, _, err := InvoicePaid.Decode(body)
	fmt.Println(invoice.Number, invoice.Cents, err)

	request.Header.Set("webhook-id", "msg_8")
	_, err = verifier.Verify(request)
	fmt.Println(err)
	// Output:
	// invoice.paid msg_7 14:13:20 <nil>
	// R-7 1200 <nil>
	// signature_mismatch
}
