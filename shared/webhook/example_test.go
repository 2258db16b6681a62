package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"webhookintake/shared/webhook"
)

func Example() {
	secret := webhook.NewSecret("whsec_1f2e3d")
	fmt.Println("configured with", secret)

	event := webhook.Event{Source: "contiguity", ID: "evt_1", Type: "text.incoming.sms", Raw: []byte(`{"from":"+15005550001"}`)}
	fmt.Println("got", event)
	fmt.Println("known as", event.Key())

	var settings webhook.Settings
	if err := json.Unmarshal([]byte(`{"secrets":[""],"product":"tin_match"}`), &settings); err != nil {
		fmt.Println(err)
	}
	fmt.Println(settings.Check(webhook.FieldTolerance))

	_, err := webhook.ParseObject([]byte(`["no object"]`))
	fmt.Println(err, errors.Is(err, webhook.ErrMalformedBody))
	// Output:
	// configured with [secret]
	// got text.incoming.sms evt_1 from contiguity (23 bytes)
	// known as contiguity#evt_1
	// secrets[0]: is empty; remove it or give the secret
	// product: this provider does not use it; remove it
	// malformed_body true
}
