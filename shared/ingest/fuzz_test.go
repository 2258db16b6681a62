package ingest_test

import (
	"net/url"
	"strings"
	"testing"

	"webhookintake/shared/ingest"
)

// FuzzServeHTTP sends anything: the answer is one of the table, and what is accepted is
// in the queue as it was sent.
func FuzzServeHTTP(f *testing.F) {
	f.Add("POST", "/hooks/contiguity", "", "", event, true)
	f.Add("POST", "/hooks/contiguity", "token=%zz&;", "t=1,v1=00", event, false)
	f.Add("POST", "/hooks/contiguity", "", "t=-1,v1=", strings.Repeat("[", 5000), true)
	f.Add("POST", "/hooks/contiguity", "", "t=99999999999999999999,v1=00", `{"id":"a","id":"b","type":"x"}`, true)
	f.Add("POST", "/hooks/contiguity", "", strings.Repeat("v1=0,", 1000), "{\"id\":\"\xff\",\"type\":\"x\"}", true)
	f.Add("GET", "/hooks/../healthz", "", "", "", false)
	f.Add("GET", "/healthz", "", "", "", false)
	f.Add("POST", "/hooks/\x00", "", "", "", false)
	f.Fuzz(func(t *testing.T, method, path, query, signature, body string, sign bool) {
		r := post(body)
		r.Method = method
		r.URL = &url.URL{Path: path, RawQuery: query}
		if !sign {
			r.Header.Set("Contiguity-Signature", signature)
		}
		q := newQueue()
		w, report := serve(&ingest.Handler{Sources: sources(t, nil), Queue: q}, r)

		if w.Code >= 500 {
			t.Errorf("answer = %d %s: %v", w.Code, w.Body, report.Err)
		}
		queued := q.Messages()
		accepted := strings.HasPrefix(w.Body.String(), `{"status":"accepted"`)
		if accepted != (len(queued) == 1) {
			t.Fatalf("answer = %d %s, %d queued", w.Code, w.Body, len(queued))
		}
		if accepted && (string(queued[0].Raw) != body || !sign) {
			t.Errorf("queued %q, sent %q, signed %v", queued[0].Raw, body, sign)
		}
	})
}
