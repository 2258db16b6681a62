package events

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
)

// The body of an event that did not fit the queue is read from the vault. One that is gone, or
// another in its place, is never shown and never found, and the command says so.
func TestStoredBody(t *testing.T) {
	t.Parallel()
	const body, other = `{"id":"evt_1","type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1","photo":"5150"}}`, `{"id":"evt_1","data":{"photo":"forged"}}`
	for _, tt := range []struct {
		name  string
		there string // in the vault; empty: nothing
	}{{"there", body}, {"gone", ""}, {"another", other}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := memory.New(memory.Options{Now: func() time.Time { return clitest.Noon }})
			s3 := lambdatest.NewS3(v)
			t.Cleanup(s3.Server.Close)
			key, sum, err := vault.PutBody(t.Context(), v, "kyc#evt_1", []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Delete(t.Context(), key); err != nil {
				t.Fatal(err)
			}
			if tt.there != "" {
				if err := v.Put(t.Context(), key, []byte(tt.there)); err != nil {
					t.Fatal(err)
				}
			}
			f := clitest.NewTable(t)
			f.Keep("kyc#evt_1", string(queue.Stored{Key: key, SHA256: sum}.Reference()))
			receiver, received := clitest.Receiver(t, dialect.Sources())
			for args, says := range map[string]string{
				"show kyc evt_1 --payload":        "it was too large for the queue, and is gone from the vault",
				"show kyc evt_1 --payload --json": "it was too large for the queue, and is gone from the vault",
				"export --bodies":                 "1 of them without a payload: it was too large for the queue",
				"pull kyc evt_1 --yes":            "left alone: it was too large for the queue, and is gone from the vault",
				"pull --contains 5150 --yes":      "1 event whose body is gone from the vault",
				"find --contains evt_1":           "1 event whose body is gone from the vault",
				"find --field data.photo=5150":    "1 event whose body is gone from the vault",
			} {
				var to []string
				if strings.HasPrefix(args, "pull") {
					to = []string{"--to", receiver}
				}
				env := f.Env()
				maps.Copy(env, s3.Env())
				out, err := clitest.Call{Commands: commands, Env: env, Args: slices.Concat([]string{"events"}, strings.Fields(args), to)}.Run(t.Context())
				if err != nil && !strings.HasPrefix(args, "pull kyc") {
					t.Errorf("%s: %v\n%s", args, err, out)
				}
				out = strings.Join(strings.Fields(out), " ")
				want := "5150"
				switch command, _, _ := strings.Cut(args, " "); command {
				case "find":
					want = "evt_1 "
				case "pull":
					want = "1 event sent"
				}
				if found := strings.Contains(out, want); found != (tt.there == body) {
					t.Errorf("%s: shows the body, or finds the event: %v\n%s", args, found, out)
				}
				if said := strings.Contains(out, says); said == (tt.there == body) || strings.Contains(out, "forged") {
					t.Errorf("%s: says that the body is gone: %v\n%s", args, said, out)
				}
			}
			got := received.Messages()
			if (len(got) > 0) != (tt.there == body) || len(got) > 0 && string(got[0].Raw) != body {
				t.Errorf("pulled %v", got)
			}
		})
	}
}
