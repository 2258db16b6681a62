package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/ingest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/source"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/vault/quarantine"
	"webhookintake/shared/webhook"
)

// quarantineSources has a source for each way in which a provider authenticates requests.
const quarantineSources = `{
	"contiguity":   {"secrets": ["whsec_current"]},
	"compliancely": {"secrets": ["secret-of-compliancely"], "header": "x-signed-by"},
	"old":          {"provider": "contiguity-v1", "secrets": ["token-of-the-url"]}
}`

// parsed returns the sources of a document.
func parsed(t testing.TB, document string) source.Set {
	t.Helper()
	set, err := source.Parse([]byte(document), source.ParseOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// refused is a request that is answered with 401.
func refused(name, query string, header http.Header, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/hooks/"+name+query, strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Authorization", "not signed")
	return r
}

// mismatch is a well-formed signature of no secret, made at that time.
func mismatch(at time.Time) http.Header {
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("whsec_another")}}
	return contiguity.Provider{}.Sign(s, "", []byte(event), at).Header
}

// TestQuarantine: what is refused for its signature is kept with what the provider signs and
// nothing else, and the answer is the same as without a quarantine.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	now := time.Now()
	signed := signHeader(settings())
	late := contiguity.Provider{}.Sign(settings(), "", []byte(event), now.Add(-time.Hour)).Header
	for _, tt := range []struct {
		name, source, query string
		header              http.Header
		body                string
		code                webhook.Code // of what is kept; empty if nothing is
		keeps               http.Header
	}{
		{"mismatch", "contiguity", "?a=b&%zz", mismatch(now), event, webhook.ErrSignatureMismatch, mismatch(now)},
		{"missing", "contiguity", "", nil, event, webhook.ErrSignatureMissing, http.Header{}},
		{"malformed", "contiguity", "", http.Header{"Contiguity-Signature": {"\xff", "x"}}, event,
			webhook.ErrSignatureMalformed, http.Header{"Contiguity-Signature": {"\xff", "x"}}},
		{"too late", "contiguity", "", late, event, webhook.ErrTimestampOutsideWindow, late},
		{"a header of the settings", "compliancely", "", http.Header{"X-Signed-By": {strings.Repeat("0a", 32)}}, event,
			webhook.ErrSignatureMismatch, http.Header{"X-Signed-By": {strings.Repeat("0a", 32)}}},
		{"a token", "old", "?token=wrong+one&token=%", nil, event, webhook.ErrSignatureMismatch, http.Header{}},
		{"empty body", "contiguity", "", nil, "", webhook.ErrSignatureMissing, http.Header{}},
		{"no such source", "other", "", mismatch(now), event, "", nil},
		{"accepted", "contiguity", "", signed, event, "", nil},
		{"not JSON, but signed", "old", "?token=token-of-the-url", nil, "private", "", nil},
		{"too large for all", "contiguity", "", nil, strings.Repeat(" ", ingest.MaxBody+1), "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := memory.New(memory.Options{})
			h := &ingest.Handler{Sources: source.Fixed(parsed(t, quarantineSources)), Queue: newQueue(), Now: func() time.Time { return now }}
			want, _ := serve(h, refused(tt.source, tt.query, tt.header, tt.body))
			h.Quarantine = &ingest.Quarantine{Vault: v}
			got, report := serve(h, refused(tt.source, tt.query, tt.header, tt.body))
			if got.Code != want.Code || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) {
				t.Errorf("answer = %d %s, without a quarantine %d %s", got.Code, got.Body, want.Code, want.Body)
			}
			kept := contents(t, v, vault.Quarantine)
			if tt.code == "" {
				if len(kept) > 0 || report.Quarantine != "" {
					t.Errorf("kept %d, report %q, want none", len(kept), report.Quarantine)
				}
				return
			}
			if len(kept) != 1 || report.Quarantine != ingest.Kept || report.NotKept != nil {
				t.Fatalf("kept %d, report %q, %v", len(kept), report.Quarantine, report.NotKept)
			}
			for key, data := range kept {
				entry, ok := quarantine.ParseKey(key)
				if !ok || entry.Source != tt.source || entry.Code != tt.code || !entry.At.Equal(now.Truncate(time.Millisecond)) {
					t.Errorf("%s is read as %+v", key, entry)
				}
				r, err := quarantine.Decode(data)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.keeps, r.Header); diff != "" {
					t.Errorf("headers (-want +got):\n%s", diff)
				}
				if r.Source != tt.source || r.Code != tt.code || !r.At.Equal(now) ||
					r.RawQuery != strings.TrimPrefix(tt.query, "?") || string(r.Body) != tt.body {
					t.Errorf("kept %+v", r)
				}
			}
		})
	}
}

// TestQuarantineOfProbes: who forges probes, or sends them with a key that was replaced, does
// not fill the quarantine.
func TestQuarantineOfProbes(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{})
	keyed := fetchFunc(func(context.Context) ([]byte, error) {
		return []byte(`{"$key": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}`), nil
	})
	h := &ingest.Handler{Sources: source.Refreshing(keyed, source.RefreshOptions{}), Queue: newQueue(), Quarantine: &ingest.Quarantine{Vault: v}}
	w, report := serve(h, refused(webhook.Probe, "", nil, `{"type":"webhookintake.probe"}`))
	if w.Code != http.StatusUnauthorized || report.Quarantine != "" || len(contents(t, v, vault.Quarantine)) > 0 {
		t.Errorf("answer = %d %s, report %q", w.Code, w.Body, report.Quarantine)
	}
}

// TestQuarantineFails: whatever the vault does, the answer is the same, and no later than
// 300 ms.
func TestQuarantineFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		put  func(context.Context) error
		want ingest.Quarantining
		took time.Duration
	}{
		{"slow", after(250 * time.Millisecond), ingest.Kept, 250 * time.Millisecond},
		{"too slow", after(time.Second), ingest.NotWritten, 300 * time.Millisecond},
		{"hangs", hang, ingest.NotWritten, 300 * time.Millisecond},
		{"denies", func(context.Context) error { return vault.ErrDenied }, ingest.NotWritten, 0},
		{"has no bucket", func(context.Context) error { return vault.ErrNoBucket }, ingest.NotWritten, 0},
		{"panics", func(context.Context) error { panic("private") }, ingest.NotWritten, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var keys []string
				h := &ingest.Handler{Sources: source.Fixed(parsed(t, quarantineSources)), Queue: newQueue(), Quarantine: &ingest.Quarantine{
					Vault: putterFunc(func(ctx context.Context, key string, _ []byte) error {
						keys = append(keys, key)
						return tt.put(ctx)
					}),
				}}
				for range 3 {
					w, report := serve(h, refused("contiguity", "", mismatch(time.Now()), event))
					if w.Code != http.StatusUnauthorized || w.Body.String() != `{"error":"signature_mismatch"}` || report.Took != tt.took {
						t.Errorf("answer = %d %s after %v, want 401 after %v", w.Code, w.Body, report.Took, tt.took)
					}
					if report.Quarantine != tt.want || (report.NotKept == nil) != (tt.want == ingest.Kept) {
						t.Errorf("report %q, %v, want %q", report.Quarantine, report.NotKept, tt.want)
					}
				}
				want := 0
				if tt.want == ingest.NotWritten {
					want = 2
				}
				if e, _ := quarantine.ParseKey(keys[2]); e.NotKept != want {
					t.Errorf("the third one says that %d were not kept, want %d", e.NotKept, want)
				}
			})
		})
	}
}

// TestQuarantineTooLarge: a body that is too large is counted, and takes no token.
func TestQuarantineTooLarge(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{})
	h := &ingest.Handler{Sources: source.Fixed(parsed(t, quarantineSources)), Queue: newQueue(), Quarantine: &ingest.Quarantine{Vault: v}}
	for range 150 {
		_, report := serve(h, refused("contiguity", "", nil, strings.Repeat(" ", quarantine.MaxBody+1)))
		if report.Quarantine != ingest.Oversized || !errors.Is(report.NotKept, quarantine.ErrTooLarge) {
			t.Fatalf("report %q, %v", report.Quarantine, report.NotKept)
		}
	}
	serve(h, refused("contiguity", "", nil, strings.Repeat(" ", quarantine.MaxBody)))
	for key := range contents(t, v, vault.Quarantine) {
		if e, _ := quarantine.ParseKey(key); e.NotKept == 150 {
			return
		}
	}
	t.Error("the largest body is not kept, or does not count those before")
}

// TestQuarantineOfUnknownHeaders: a Verifier that does not say what it reads is not asked to
// verify half a request later.
func TestQuarantineOfUnknownHeaders(t *testing.T) {
	t.Parallel()
	v := memory.New(memory.Options{})
	h := &ingest.Handler{Queue: newQueue(), Quarantine: &ingest.Quarantine{Vault: v}, Sources: sources(t, verifierFunc(
		func() (webhook.Verified, error) { return webhook.Verified{}, webhook.ErrSignatureMismatch },
	))}
	w, report := serve(h, refused("broken", "", nil, event))
	if w.Code != http.StatusUnauthorized || report.Quarantine != "" || len(contents(t, v, vault.Quarantine)) > 0 {
		t.Errorf("answer = %d %s, report %q", w.Code, w.Body, report.Quarantine)
	}
}

// TestQuarantineInAFlood: 10,000 forged requests a second, with signatures that do not match
// and without any, write 100 objects and then one a second for each source and class; no
// class takes the share of another; and what is kept counts what is not.
func TestQuarantineInAFlood(t *testing.T) {
	t.Parallel()
	const perSecond, seconds = 10_000, 5
	synctest.Test(t, func(t *testing.T) {
		keys := map[string][]quarantine.Entry{}
		var mu sync.Mutex
		q := &ingest.Quarantine{Vault: putterFunc(func(_ context.Context, key string, _ []byte) error {
			mu.Lock()
			defer mu.Unlock()
			e, _ := quarantine.ParseKey(key)
			keys[e.Source+" "+string(e.Code)] = append(keys[e.Source+" "+string(e.Code)], e)
			return nil
		})}
		h := &ingest.Handler{Sources: source.Fixed(parsed(t, quarantineSources)), Queue: newQueue(), Quarantine: q}
		forged := mismatch(time.Now())
		flood := func(n int) {
			var group sync.WaitGroup
			for range 10 { // which come in any order
				group.Go(func() {
					for range n / 10 {
						h.ServeHTTP(httptest.NewRecorder(), refused("contiguity", "", forged, event))
					}
				})
			}
			group.Wait()
		}
		for range seconds * 100 {
			flood(perSecond / 100)
			time.Sleep(10 * time.Millisecond)
		}
		for range 3 { // of other classes, and of another source
			h.ServeHTTP(httptest.NewRecorder(), refused("contiguity", "", nil, event))
			h.ServeHTTP(httptest.NewRecorder(), refused("old", "?token=wrong", nil, event))
		}
		time.Sleep(time.Second)
		h.ServeHTTP(httptest.NewRecorder(), refused("contiguity", "", forged, event)) // counts the rest

		written := keys["contiguity signature_mismatch"]
		if want := 100 + (seconds - 1) + 1; len(written) != want { // at once, at each full second, and the last
			t.Errorf("%d writes, want %d", len(written), want)
		}
		refusals := len(written)
		for _, e := range written {
			refusals += e.NotKept
		}
		if refusals != perSecond*seconds+1 {
			t.Errorf("the keys count %d refusals, want %d", refusals, perSecond*seconds+1)
		}
		if a, b := len(keys["contiguity signature_missing"]), len(keys["old signature_mismatch"]); a != 3 || b != 3 {
			t.Errorf("of another class %d are kept, of another source %d, want 3 each", a, b)
		}
	})
}

// TestQuarantineClock: a clock that is set back neither stops the quarantine nor opens it.
func TestQuarantineClock(t *testing.T) {
	t.Parallel()
	v, now := memory.New(memory.Options{}), time.Now()
	h := &ingest.Handler{
		Sources: source.Fixed(parsed(t, quarantineSources)), Queue: newQueue(), Quarantine: &ingest.Quarantine{Vault: v},
		Now: func() time.Time { return now },
	}
	kept := func(n int) (kept int) {
		for range n {
			if _, report := serve(h, refused("contiguity", "", nil, event)); report.Quarantine == ingest.Kept {
				kept++
			}
		}
		return kept
	}
	for _, tt := range []struct {
		forward time.Duration
		want    int
	}{{0, 100}, {-time.Second, 0}, {time.Second, 0}, {-24 * time.Hour, 0}, {3 * time.Second, 3}, {30 * 24 * time.Hour, 100}} {
		now = now.Add(tt.forward)
		if got := kept(120); got != tt.want {
			t.Errorf("%v later %d of 120 are kept, want %d", tt.forward, got, tt.want)
		}
	}
}
