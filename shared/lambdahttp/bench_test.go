package lambdahttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdahttp"
)

// BenchmarkInvoke reads an event with a body of 900 kB, and with encoding/json as package lambda
// would. The body has a quote in every 15 bytes, as JSON within JSON has.
func BenchmarkInvoke(b *testing.B) {
	body := `{"text":"` + strings.Repeat(`Is my \"order\" on its way? `, 900_000/29) + `"}`
	payload, err := json.Marshal(events.APIGatewayV2HTTPRequest{RouteKey: "POST /hooks/{source}", Body: body})
	if err != nil {
		b.Fatal(err)
	}
	var got int
	f := lambdahttp.Func(func(_ context.Context, e events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		got = len(e.Body)
		return events.APIGatewayV2HTTPResponse{}, nil
	})
	for name, read := range map[string]func() error{
		"ours": func() error { _, err := f.Invoke(b.Context(), payload); return err },
		"json": func() error {
			var e events.APIGatewayV2HTTPRequest
			err := json.NewDecoder(bytes.NewReader(payload)).Decode(&e)
			got = len(e.Body)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(payload)))
			for b.Loop() {
				if err := read(); err != nil || got != len(body) {
					b.Fatal(got, err)
				}
			}
		})
	}
}
