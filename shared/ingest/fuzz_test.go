package ingest_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/source"
)

// everySource has a source of every provider, and the ways to sign that settings choose.
const everySource = `{
	"contiguity":    {"secrets": ["whsec_contiguity_0123456789"]},
	"contiguity-v1": {"secrets": ["token+of+v1%2B0123456789"]},
	"kyc":           {"secrets": ["kyc-secret-0123456789abc"]},
	"kyc-timed":     {"provider": "kyc", "secrets": ["kyc-timed-secret-01234567"], "signed": "timestamp.body"},
	"compliancely":  {"secrets": ["compliancely-secret-012345"]},
	"tins":          {"provider": "compliancely", "secrets": ["tins-secret-0123456789abc"], "key": ["/id"], "dedup_window_s": 600},
	"standard":      {"secrets": ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0"]},
	"$key":          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
}`

// FuzzServeHTTP sends anything to a source of any provider: the answer is one of the table,
// and what is accepted is signed and in the queue as it was sent.
func FuzzServeHTTP(f *testing.F) {
	set, err := source.Parse([]byte(everySource), source.ParseOptions{})
	if err != nil {
		f.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(set))
	all := source.Fixed(set)
	for i := range names {
		f.Add(byte(i), "POST", "", "", "", "", event, true)
		f.Add(byte(i), "POST", "", "token=%zz&;", "X-Webhook-Id", "evt_1,evt_2", event, true)
		f.Add(byte(i), "POST", "", "w=1.00", "Contiguity-Signature", "t=-1,v1=", strings.Repeat("[", 5000), false)
		f.Add(byte(i), "POST", "", "", "Webhook-Id", strings.Repeat("v1=0,", 1000), "{\"id\":\"\xff\",\"type\":\"x\"}", true)
		f.Add(byte(i), "POST", "", "", "X-Webhook-Timestamp", "99999999999999999999", `{"id":"a","id":"b","type":"x","created":"x"}`, true)
	}
	f.Add(byte(0), "GET", "/hooks/../healthz", "", "", "", "", false)
	f.Add(byte(0), "GET", "/healthz", "", "", "", "", false)
	f.Add(byte(0), "POST", "/hooks/\x00", "", "", "", "", false)
	f.Fuzz(func(t *testing.T, which byte, method, path, query, header, value, body string, sign bool) {
		src := set[names[int(which)%len(names)]]
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		signed := src.Provider.Sign(src.Settings, "evt_1", []byte(body), time.Now())
		if sign {
			r.Header, query = signed.Header.Clone(), signed.Query.Encode()
			if r.Header == nil {
				r.Header = http.Header{}
			}
		}
		if header != "" && (!sign || !slices.Contains(slices.Collect(maps.Keys(signed.Header)), http.CanonicalHeaderKey(header))) {
			r.Header.Set(header, value) // beside what signs, which stays
		}
		if path == "" {
			path = "/hooks/" + src.Name
		}
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		q := newQueue()
		w, report := serve(&ingest.Handler{Sources: all, Queue: q}, r)

		if w.Code >= 500 {
			t.Errorf("answer = %d %s: %v", w.Code, w.Body, report.Err)
		}
		queued := q.Messages()
		accepted := strings.HasPrefix(w.Body.String(), `{"status":"accepted"`)
		if accepted != (len(queued) == 1) {
			t.Fatalf("answer = %d %s, %d queued", w.Code, w.Body, len(queued))
		}
		if accepted && (string(queued[0].Raw) != body || !sign || queued[0].Source != src.Name || queued[0].Unreadable != nil) {
			t.Errorf("queued %+v, sent %q to %s, signed %v", queued[0], body, src.Name, sign)
		}
	})
}
