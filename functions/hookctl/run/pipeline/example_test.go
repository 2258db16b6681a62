package pipeline_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/run/pipeline"
	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/source"
)

// A signed webhook goes in over HTTP and comes out at its handler.
func Example() {
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "greet",
		func(_ context.Context, e hook.Event[contiguity.Text]) error {
			fmt.Println("handler got", e.ID)
			return nil
		})
	p := pipeline.New(pipeline.Options{Sources: source.Fixed(dialect.Sources()), Handlers: &handlers})

	s, _ := dialect.Find("contiguity.text.incoming.sms")
	src := dialect.Sources()["contiguity"]
	signed := dialect.Sign(src.Provider, src.Settings, s.Body, dialect.Time())
	request := httptest.NewRequest(http.MethodPost, "/hooks/contiguity", bytes.NewReader(s.Body))
	request.Header = signed.Header
	answer := httptest.NewRecorder()
	p.ServeHTTP(answer, request)
	fmt.Println(answer.Code, answer.Body)

	worked, err := p.Step(context.Background(), 0)
	fmt.Println(worked[0].Outcome, err)
	// Output:
	// 200 {"status":"accepted","id":"evt_sample_sms"}
	// handler got evt_sample_sms
	// handled <nil>
}
