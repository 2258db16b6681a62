package clitest

import (
	"net/http/httptest"
	"testing"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/ingest"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Receiver starts the product's own ingest over a queue in memory. It judges times by
// [Noon].
func Receiver(t *testing.T, set source.Set) (url string, q *memory.Queue) {
	t.Helper()
	q = memory.New(memory.Options{})
	server := httptest.NewServer(&ingest.Handler{
		Sources: source.Fixed(set), Queue: q, Now: func() time.Time { return Noon },
	})
	t.Cleanup(server.Close)
	return server.URL, q
}

// SourcesWith returns the sample sources, with [Secret] as that of the named one.
func SourcesWith(t *testing.T, name string) source.Set {
	t.Helper()
	set := dialect.Sources()
	src := set[name]
	src.Settings.Secrets = []webhook.Secret{webhook.NewSecret(Secret)}
	var err error
	if src.Verifier, err = src.Provider.Configure(src.Settings); err != nil {
		t.Fatal(err)
	}
	set[name] = src
	return set
}
