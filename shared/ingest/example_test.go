package ingest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// A net/http server that receives webhooks next to its other routes.
func Example() {
	set, err := source.Parse([]byte(`{"contiguity": {"secrets": ["whsec_1"]}}`), source.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	hooks := &ingest.Handler{
		Sources: source.Fixed(set),
		Queue:   memory.New(memory.Options{}),
		Report: func(_ context.Context, r ingest.Report) {
			fmt.Printf("reported: %s %d %q %q\n", r.Source, r.Status, r.Type, r.Code)
		},
	}
	mux := http.NewServeMux()
	mux.Handle("/hooks/{source}", hooks)
	mux.Handle("/healthz", hooks)
	server := httptest.NewServer(mux)
	defer server.Close()

	// What the provider sends, signed with the secret, and then without a signature.
	body := `{"id":"evt_1","type":"text.incoming.sms","data":{}}`
	signed := contiguity.Provider{}.Sign(
		webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_1")}}, "", []byte(body), time.Now())
	for _, header := range []http.Header{signed.Header, {}} {
		r, _ := http.NewRequest(http.MethodPost, server.URL+"/hooks/contiguity", strings.NewReader(body))
		r.Header = header
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		fmt.Println(answer.StatusCode, string(text))
	}
	// Output:
	// reported: contiguity 200 "text.incoming.sms" ""
	// 200 {"status":"accepted","id":"evt_1"}
	// reported: contiguity 401 "" "signature_missing"
	// 401 {"error":"signature_missing"}
}
