package source_test

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// crossDocument has every provider, each with a secret of its own, and the ways to sign
// that settings choose.
const crossDocument = `{
	"contiguity":    {"secrets": ["whsec_contiguity_0123456789"]},
	"contiguity-eu": {"provider": "contiguity", "secrets": ["whsec_contiguity_eu_0123456789"], "tolerance_s": 0},
	"contiguity-v1": {"secrets": ["token+of+v1%2B0123456789"]},
	"kyc":           {"secrets": ["kyc-secret-0123456789abc"]},
	"kyc-timed":     {"provider": "kyc", "secrets": ["kyc-timed-secret-01234567"], "signed": "timestamp.body"},
	"compliancely":  {"secrets": ["compliancely-secret-012345"]},
	"tins":          {"provider": "compliancely", "secrets": ["tins-secret-0123456789abc"], "header": "X-Webhook-Signature", "key": ["/id"]},
	"standard":      {"secrets": ["whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0"]},
	"standard-b":    {"provider": "standard", "secrets": ["whsec_YmJiYmJiYmJiYmJiYmJiYmJiYmJi"], "tolerance_s": 0}
}`

// crossBody is one that every provider finds usable.
const crossBody = `{"id":"evt_1","type":"kyc.session.approved","crumbs":{"type":"sms"},"created":1790000000,"data":{}}`

// FuzzAnotherSource signs a body for one source, changes anything of the request, and sends
// it to another: a signature is worth nothing there.
func FuzzAnotherSource(f *testing.F) {
	set, err := source.Parse([]byte(crossDocument), source.ParseOptions{})
	if err != nil {
		f.Fatal(err)
	}
	if err := set.Faults(); err != nil {
		f.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(set))
	headers := []string{
		"Contiguity-Signature", "X-Webhook-Signature", "X-Webhook-Timestamp", "X-Webhook-Id", "Compliancely-Signature",
		"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Svix-Id", "Svix-Timestamp", "Svix-Signature",
	}
	for i := range names {
		for j := range headers {
			f.Add(byte(i), byte(i+1+j%(len(names)-1)), byte(j), byte(j+i), "", "", crossBody)
			f.Add(byte(i), byte(i+1), byte(j), byte(0), "v1,", "token", "")
		}
	}
	f.Fuzz(func(t *testing.T, from, to, takes, gives byte, before, after, body string) {
		signing, sent := set[names[int(from)%len(names)]], set[names[int(to)%len(names)]]
		if signing.Name == sent.Name {
			return
		}
		at := time.Unix(1790000000, 0)
		if body == "" {
			body = crossBody
		}
		r := signing.Provider.Sign(signing.Settings, "evt_1", []byte(body), at)
		cross(&r, headers, int(takes), int(gives), before, after)
		_, err := sent.Verifier.Verify(r)
		if !errors.Is(err, webhook.ErrSignatureMissing) && !errors.Is(err, webhook.ErrSignatureMalformed) &&
			!errors.Is(err, webhook.ErrSignatureMismatch) {
			t.Fatalf("signed for %s, sent to %s: %v", signing.Name, sent.Name, err)
		}
	})
}

// cross moves what the sender signed to where another provider looks for it: one header's
// value, with text around it, into another header, and all values into the query.
func cross(r *webhook.Request, headers []string, takes, gives int, before, after string) {
	value := r.Header.Get(headers[takes%len(headers)])
	if value == "" {
		value = r.Query.Get("token")
	}
	r.Header = r.Header.Clone()
	r.Header.Set(headers[gives%len(headers)], before+value+after)
	for _, name := range headers { // what is missing gets a value of the form that is looked for
		if len(r.Header[http.CanonicalHeaderKey(name)]) == 0 {
			r.Header.Set(name, value)
		}
	}
	if len(r.Query) == 0 {
		r.Query = url.Values{"token": {value, before, after}}
		r.RawQuery = "token=" + value + "&token=" + before + "&" + after
	}
}
