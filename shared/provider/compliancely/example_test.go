package compliancely_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	// The same state of the same request, reported twice.
	first := verify(`{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0,"updated_date":"2026-09-21T08:00:05Z"}`)
	again := verify(`{"id":7,"tin":"000000000","status":"TIN Matched","irs_code":0,"updated_date":"2026-09-21T09:30:00Z"}`)
	fmt.Println(first.Type, first.ID == again.ID)

	result, _, err := compliancely.TINMatch.Decode(first.Data)
	fmt.Println(result.Entity(), result.Status, *result.IRSCode, err)
	// Output:
	// tin_match true
	// 7 TIN Matched 0 <nil>
}

// A submission tells where its result goes; an error can be returned from a handler.
func ExampleClient() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v2/token/":
			fmt.Fprint(w, `{"access":"a","access_expiry_seconds":3600,"refresh":"r","refresh_expiry_seconds":86400}`)
		case "/api/v1/submissions/":
			fmt.Fprint(w, `{"id":7,"name":"Demo Bakery","tin":"000000000","status":"Pending","irs_code":null}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer api.Close()

	client, err := compliancely.NewClient(compliancely.ClientOptions{
		BaseURL:    api.URL, // leave it out to call the live API
		Username:   "demo",
		Password:   webhook.NewSecret("an example"),
		WebhookURL: "https://hooks.example.com/hooks/compliancely",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	result, err := client.SubmitTINMatch(ctx, compliancely.TINMatchRequest{Name: "Demo Bakery", TIN: "000000000"})
	fmt.Println(result.ID, result.Status, err)

	_, err = client.FetchTINMatch(ctx, 8)
	var failed *compliancely.Error
	if errors.As(err, &failed) {
		fmt.Println(failed, failed.Retry().Permanent)
	}
	// Output:
	// 7 Pending <nil>
	// compliancely: fetch TIN match: status 404 true
}
