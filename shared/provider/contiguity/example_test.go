package contiguity_test

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func Example() {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_example")}}
	verifier, err := contiguity.Provider{}.Configure(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"id":"evt_7","type":"text.incoming.sms","timestamp":1790000000,
		"data":{"from":"+15005550001","to":"+15005550002","body":"ping","timestamp":1790000000}}`)
	request := contiguity.Provider{}.Sign(settings, "evt_7", body, time.Unix(1790000000, 0))

	verified, err := verifier.Verify(request)
	fmt.Println(verified.Type, verified.ID, err)
	text, _, err := contiguity.TextIncomingSMS.Decode(body)
	fmt.Println(text.Body, err)

	request.At = request.At.Add(time.Hour)
	_, err = verifier.Verify(request)
	fmt.Println(err)
	// Output:
	// text.incoming.sms evt_7 <nil>
	// ping <nil>
	// timestamp_outside_window
}
