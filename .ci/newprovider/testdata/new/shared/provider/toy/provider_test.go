package toy_test

import (
	"encoding/json"
	"testing"

	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/provider/toy"
	"webhookintake/shared/webhook"
)

func suite() providertest.Case {
	return providertest.Case{
		Provider: toy.Provider{},
		Name:     "toy",
		Header:   "Toy-Signature",
		ID:       "evt_1",
		Body:     []byte(`{"id":"evt_1","type":"lamp.switched","timestamp":1790000000,"data":{"lamp_id":"l-1","on":true}}`),
		Want: webhook.Envelope{
			ID: "evt_1", Type: "lamp.switched", Time: providertest.At, Data: json.RawMessage(`{"lamp_id":"l-1","on":true}`),
		},
		IDField:   "id",
		TypeField: "type",
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	providertest.Run(t, suite())
}

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, suite()) }

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite()) }
