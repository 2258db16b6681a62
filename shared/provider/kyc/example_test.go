package kyc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
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

// The webhook URL is set together with a secret, because the provider shows its own only
// masked. A handler can return the error as it is.
func ExampleClient() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPatch {
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"error":"rate_limited","message":"slow down","retry_after":42}`)
			return
		}
		fmt.Fprint(w, `{"status":"success","data":{"notification_config":{
			"webhook_url":"https://hooks.example.com/hooks/kyc","webhook_secret":"************9f0e"}}}`)
	}))
	defer api.Close()

	client, err := kyc.NewClient(kyc.ClientOptions{
		Token:   webhook.NewSecret("sk_example"),
		BaseURL: api.URL, // or kyc.StagingURL; leave it out for production
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	channels, err := client.SetNotificationChannels(ctx, kyc.ChannelChange{
		WebhookURL:    "https://hooks.example.com/hooks/kyc",
		WebhookSecret: webhook.NewSecret("a secret of 9f0e"),
	})
	fmt.Println(channels.WebhookURL, channels.MaskedSecret, err)

	_, err = client.Watchlists(ctx, kyc.WatchlistFilter{ActiveOnly: true})
	var failed *kyc.Error
	if errors.As(err, &failed) {
		fmt.Println(failed, failed.Retry().After)
	}
	// Output:
	// https://hooks.example.com/hooks/kyc ************9f0e <nil>
	// kyc: list watchlists: status 429, rate_limited 42s
}

// A handler of all events of the provider gets watchlist events, whose type is not known
// beforehand. It finds out itself whether an event is one.
func ExampleMonitoringResult() {
	for _, data := range []string{
		`{"watchlist_id":"w-1","watchlist_name":"Suppliers","new_matches_count":1,"has_changes":true}`,
		`{"session_id":"s-1","status":"APPROVED"}`,
	} {
		var result kyc.MonitoringResult
		if err := json.Unmarshal([]byte(data), &result); err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(result.WatchlistName, result.NewMatches)
	}
	// Output:
	// Suppliers 1
	// watchlist_id: want a string; this is no result of a watchlist
}
