package secretsmanager_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
)

// A secret is read from a fake of the service, which Options.Endpoint names.
func Example() {
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"SecretString": "{}"}`)
	}))
	defer service.Close()

	f := secretsmanager.New(secretsmanager.Options{
		ARN:      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:Sources-AbCdEf",
		Endpoint: service.URL,
		Getenv: func(name string) string {
			return map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}[name]
		},
	})
	document, err := f.Fetch(context.Background(), source.Current)
	fmt.Printf("%s %v\n", document, err)
	// Output: {} <nil>
}
