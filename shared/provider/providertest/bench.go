package providertest

import (
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

// benchSize is the length of the body that is verified.
const benchSize = 1024

// Benchmark measures Verify for a body of 1 kB beside the bare HMAC over it: what a
// provider costs is the difference.
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
