package providertest

import (
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

// benchSize is the length of the body, in bytes.
const benchSize = 1024

// Benchmark measures Verify for a body of 1 kB, and the HMAC over it alone. The difference
// is the cost of the provider.
func Benchmark(b *testing.B, c Case) {
	v, err := c.verifier()
	if err != nil {
		b.Fatal(err)
	}
	empty := len(addField(c.Body, `"padding":""`))
	body := addField(c.Body, `"padding":"`+strings.Repeat("x", max(0, benchSize-empty))+`"`)
	r := c.sign(current, body)
	b.Run("verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(r); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hmac", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			webhook.MAC(current, body)
		}
	})
}
