package source_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// A document with one source accepts what its provider signed, and nothing else.
func Example() {
	set, err := source.Parse([]byte(`{"contiguity": {"secrets": ["whsec_current", "whsec_previous"]}}`), source.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"id": "evt_1", "type": "text.incoming.sms", "timestamp": 1790000000, "data": {}}`)
	src := set["contiguity"]
	request := src.Provider.Sign(src.Settings, "", body, time.Now())
	request.At = time.Now()

	sources := source.Fixed(set)
	_, verified, err := sources.Verify(context.Background(), "contiguity", request)
	fmt.Println(verified.ID, err)

	_, _, err = sources.Verify(context.Background(), "contiguity", webhook.Request{Body: body})
	fmt.Println(err)
	// Output:
	// evt_1 <nil>
	// signature_missing
}

// The error has all faults of a document, without the secrets.
func ExampleParse() {
	_, err := source.Parse([]byte(`{
		"kyc":          {"secrets": [""], "tolerance_s": 60},
		"compliancely": {"secret": "hunter2"}
	}`), source.ParseOptions{})
	fmt.Println(err)
	// Output:
	// sources.kyc.secrets[0]: is empty; remove it or give the secret
	// sources.kyc.tolerance_s: this provider does not use it; remove it
	// sources.compliancely.secret: there is no such field; remove it, or correct its name
	// sources.compliancely.secrets: give at least one, as a list of strings
}
