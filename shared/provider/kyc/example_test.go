package kyc_test

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

func Example() {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("an example")}}
	verifier, err := kyc.Provider{}.Configure(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	body := []byte(`{"id":"evt_9","type":"kyc.session.processed","created":1790000000,
		"data":{"session_id":"s-1","status":"approved","final_decision":"flagged"}}`)
	request := kyc.Provider{}.Sign(settings, "evt_9", body, time.Unix(1790000000, 0))

	verified, err := verifier.Verify(request)
	fmt.Println(verified.Type, verified.ID, err)
	session, _, err := kyc.SessionProcessed.Decode(body)
	fmt.Println(session.Entity(), session.Status.Is(kyc.StatusApproved), err)

	request.Header.Set("X-Webhook-ID", "evt_10")
	_, err = verifier.Verify(request)
	fmt.Println(err)
	// Output:
	// kyc.session.processed evt_9 <nil>
	// s-1 true <nil>
	// id_mismatch
}
