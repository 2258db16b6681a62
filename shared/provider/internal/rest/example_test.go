package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"webhookintake/shared/provider/internal/rest"
)

func Example() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":"rate_limited"}`)
	}))
	defer api.Close()

	got, failed := rest.Do(context.Background(), rest.Client(nil, time.Second, nil), rest.Request{
		Method: http.MethodPost, URL: api.URL + "/send", Authorization: "Bearer t", Body: []byte(`{"to":"you"}`),
	})
	fmt.Println(got.Status, string(got.Body), failed == nil)

	retry := rest.Retry(got.Status, rest.RetryAfter(got.Header))
	fmt.Println(retry.After, retry.NotSent)
	// Output:
	// 429 {"error":"rate_limited"} true
	// 30s true
}
