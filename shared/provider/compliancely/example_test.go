package compliancely_test

import (
	"fmt"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

func Example() {
	settings := webhook.Settings{
		Secrets: []webhook.Secret{webhook.NewSecret("an example")},
		Key:     []string{"/id", "/status"},
	}
	verifier, err := compliancely.Provider{}.Configure(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	verify := func(body string) webhook.Verified {
		request := compliancely.Provider{}.Sign(settings, "", []byte(body), time.Unix(1790000000, 0))
		verified, err := verifier.Verify(request)
		if err != nil {
			fmt.Println(err)
		}
		return verified
	}
	// The same state of the same request, told twice.
	first := verify(`{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0,"updated_date":"2026-09-21T08:00:05Z"}`)
	again := verify(`{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0,"updated_date":"2026-09-21T09:30:00Z"}`)
	fmt.Println(first.Type, first.ID == again.ID)

	result, _, err := compliancely.TINMatch.Decode(first.Data)
	fmt.Println(result.Entity(), result.Status, *result.IRSCode, err)
	// Output:
	// tin_match true
	// 7 TIN Matched 0 <nil>
}
