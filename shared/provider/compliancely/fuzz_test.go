package compliancely_test

import (
	"errors"
	"slices"
	"testing"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

func FuzzVerify(f *testing.F) { providertest.Fuzz(f, suite()) }

// With a key, the values of the body are decoded and encoded.
func FuzzVerifyKey(f *testing.F) {
	c := suite()
	c.Settings.Key = []string{"/v", "/v/0"}
	providertest.Fuzz(f, c,
		`{"v":[1e5,{"a":-0.0e-99999999999}]}`, `{"data":{"v":["\ud800",null]}}`, `{"v":[0.00000001e2147483647]}`,
		`{"v":[-1e-2147483648]}`, `{"v":{"0":[[]]}}`)
}

func BenchmarkVerify(b *testing.B) { providertest.Benchmark(b, suite()) }

// Open sees verified bodies only, but no body may make it panic.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(tin))
	f.Add([]byte(vectorBody))
	f.Add([]byte(`{"data":{"id":1,"irs_code":"x","created_date":1}}`))
	f.Add([]byte(`{"data":{"data":{"id":1}}}`))
	for _, body := range []string{taxExempt, sos, bulk, transcript} {
		f.Add([]byte(body))
	}
	decoders := []func([]byte) error{
		decodeAs(compliancely.TINMatch), decodeAs(compliancely.TaxExempt), decodeAs(compliancely.SecretaryOfState),
		decodeAs(compliancely.BulkTIN), decodeAs(compliancely.Transcript),
	}
	products := []string{"tin_match", "tax_exempt", "sos", "bulk_tin", "transcript", "unknown"}
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := compliancely.Provider{}.Open(body)
		if err != nil {
			if !errors.Is(err, webhook.ErrMalformedBody) {
				t.Fatalf("Open = %v", err)
			}
			return
		}
		if envelope.ID != "sha256:"+hash(string(body)) || !slices.Contains(products, envelope.Type) {
			t.Fatalf("opened as %q, %q", envelope.ID, envelope.Type)
		}
		for _, decode := range decoders {
			if err := decode(body); err != nil && !errors.Is(err, webhook.ErrPayload) {
				t.Fatalf("Decode = %v", err)
			}
		}
	})
}
