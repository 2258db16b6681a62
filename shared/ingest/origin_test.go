package ingest_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// document has a source of each way to make ids, with a secret that is in use and one
// that is not.
const document = `{
	"kyc":          {"secrets": ["not-the-one-that-signs-0001", "kyc-secret-0123456789abcdef"]},
	"standard":     {"secrets": ["whsec_c3RhbmRhcmQgc2VjcmV0IDAxMjM0NQ=="]},
	"tax":          {"provider": "compliancely", "secrets": ["tax-secret-0123456789abcdef0"]},
	"tax-by-id":    {"provider": "compliancely", "secrets": ["tax-secret-0123456789abcdef1"], "key": ["/id"]},
	"tax-for-long": {"provider": "compliancely", "secrets": ["tax-secret-0123456789abcdef2"], "dedup_window_s": 86400},
	"tax-by-id-for-long": {"provider": "compliancely", "secrets": ["tax-secret-0123456789abcdef3"], "key": ["/id"], "dedup_window_s": 2592000},
	"contiguity-v1":{"secrets": ["v1-token-0123456789abcdef01"]}
}`

// TestOrigin reads, from the queue, what ingest says about events besides their ids, with a
// key for hashes and without.
func TestOrigin(t *testing.T) {
	t.Parallel()
	for name, member := range map[string]string{"no key": "", "key": `"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set, err := source.Parse([]byte(strings.Replace(document, "{", "{"+member, 1)), source.ParseOptions{})
			if err != nil {
				t.Fatal(err)
			}
			testOrigin(t, set)
		})
	}
}

func testOrigin(t *testing.T, set source.Set) {
	t.Helper()
	hash := set["tax"].Settings.Hash
	const tin = `{"id":70001,"name":"Demo","tin":"000000000","status":"TIN Matched","irs_code":0}`
	const text = `{"message":"hello","crumbs":{"type":"sms"}}`
	const session = `{"id":"evt_1","type":"kyc.session.approved","data":{}}`
	for _, tt := range []struct {
		source, id, body string
		secret           int
		identity         webhook.Identity
		want             queue.Origin
	}{
		{source: "kyc", id: "evt_1", body: session, secret: 1,
			want: queue.Origin{Digest: hash.Body([]byte(session)), Secret: new(1), Signed: "body"}},
		{source: "standard", id: "key:looks-like-ours", body: session,
			want: queue.Origin{Digest: hash.Body([]byte(session)), Secret: new(0)}},
		{source: "tax", body: tin, identity: webhook.BodyHash,
			want: queue.Origin{Digest: hash.Body([]byte(tin)), Window: time.Hour, Secret: new(0)}},
		{source: "tax-by-id", body: tin, identity: webhook.KeyHash, want: queue.Origin{Window: time.Hour, Secret: new(0)}},
		{source: "tax-for-long", body: tin, identity: webhook.BodyHash,
			want: queue.Origin{Digest: hash.Body([]byte(tin)), Window: 24 * time.Hour, Secret: new(0)}},
		{source: "tax-by-id-for-long", body: tin, identity: webhook.KeyHash, want: queue.Origin{Window: 720 * time.Hour, Secret: new(0)}},
		{source: "contiguity-v1", body: text, identity: webhook.BodyHash,
			want: queue.Origin{Digest: hash.Body([]byte(text)), Window: time.Hour, Secret: new(0)}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			t.Parallel()
			q := newQueue()
			src := set[tt.source]
			signing := src.Settings
			signing.Secrets = signing.Secrets[tt.secret:]
			signed := src.Provider.Sign(signing, tt.id, []byte(tt.body), time.Now())
			r := httptest.NewRequest(http.MethodPost, "/hooks/"+tt.source+"?"+signed.Query.Encode(), strings.NewReader(tt.body))
			r.Header = signed.Header
			if w, _ := serve(&ingest.Handler{Sources: source.Fixed(set), Queue: q}, r); w.Code != http.StatusOK {
				t.Fatalf("answer = %d %s", w.Code, w.Body)
			}
			m := q.Messages()[0]
			if sum := sha256.Sum256([]byte(tt.body)); hash.Keyed() {
				for name, value := range m.Wire.Attributes {
					if strings.Contains(value, hex.EncodeToString(sum[:])) {
						t.Errorf("attribute %s has the plain hash of the body, which can be guessed back", name)
					}
				}
			}
			if m.Identity != tt.identity {
				t.Errorf("identity %q, want %q", m.Identity, tt.identity)
			}
			if diff := cmp.Diff(tt.want, m.Origin); diff != "" {
				t.Errorf("origin (-want +got):\n%s", diff)
			}
		})
	}
}
