package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

func Example() {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":"rate_limited"}`)
	}))
	defer api.Close()

	client, err := rest.New(rest.Options{
		Provider: "toy", BaseURL: api.URL, Timeout: time.Second,
		Explain: func(e *rest.Error, body, _ []byte) time.Duration {
			o, _ := webhook.ParseObject(body)
			e.Code = rest.Code(o.Get("error"))
			return 0
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Do(context.Background(), rest.Request{
		Op: "send", Method: http.MethodPost, Path: "/send", Authorization: "Bearer t", Body: map[string]string{"to": "you"},
	})
	fmt.Println(err)
	if failed, ok := errors.AsType[*rest.Error](err); ok {
		fmt.Println(failed.Retry().After, failed.Retry().NotSent)
	}
	// Output:
	// toy: send: status 429, rate_limited
	// 30s true
}
