package queue_test

import (
	"strings"
	"testing"

	"webhookintake/shared/queue"
)

func BenchmarkEncode(b *testing.B) {
	for name, raw := range map[string]string{
		"plain 2 kB":  strings.Repeat(`{"a":"bcdefgh"},`, 128),
		"base64 12 B": "forbidden: \x00",
		"gzip 2 MB":   strings.Repeat(`{"a":"bcdefgh"},`, 1<<17),
	} {
		b.Run(name, func(b *testing.B) {
			m := sms(raw)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := queue.Encode(m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
