package providertest_test

import (
	"fmt"
	"testing"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

// The tests of a provider describe it with a Case, and pass that to the suite.
func Example() {
	c := providertest.Case{
		Provider: compliancely.Provider{},
		Uses:     []string{webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey},
		Header:   "Compliancely-Signature",
		Body:     []byte(`{"id":1}`),
	}
	_ = func(t *testing.T) { providertest.Run(t, c) }
	_ = func(f *testing.F) { providertest.Fuzz(f, c) }
	_ = func(b *testing.B) { providertest.Benchmark(b, c) }
	fmt.Println(c.Provider.Name())
	// Output: compliancely
}
