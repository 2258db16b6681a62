package reconcile_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/queue"
	"webhookintake/shared/reconcile"
	"webhookintake/shared/webhook"
)

const tinPath, taxPath = "/api/v1/submissions/", "/api/v1/transcript/"

// TestCompliancely wants the id and the type that a webhook with these bytes would have.
func TestCompliancely(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, product, id, path, body string }{
		{"TIN match", "", "70001", tinPath + "70001", tin},
		{"transcript, wrapped", "transcript", "tr-1", taxPath + "tr-1", tax},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := &fake{answers: map[string][]answer{tt.path: {{body: tt.body}}}}
			q := reconcile.CompliancelyQuery{Source: "tax", Received: noon, Product: tt.product, IDs: []string{tt.id}}
			messages, pending, err := reconcile.Compliancely(t.Context(), f.compliancely(t), q)
			if err != nil || len(messages) != 1 || pending != nil {
				t.Fatalf("%v, pending %q, %v; want one", messages, pending, err)
			}
			if _, err := queue.Encode(messages[0]); err != nil {
				t.Error(err)
			}
			hooked := verified(t, tt.body)
			want := webhook.Event{
				Source: "tax", Provider: "compliancely", ID: hooked.ID, Identity: hooked.Identity, Type: hooked.Type, Received: noon, Raw: []byte(tt.body),
			}
			if diff := cmp.Diff(want, messages[0].Event); diff != "" {
				t.Errorf("event (-webhook +reconciled):\n%s", diff)
			}
		})
	}
}

// verified returns what a source makes from a webhook with that body.
func verified(t *testing.T, body string) webhook.Verified {
	t.Helper()
	return verifiedWith(t, webhook.Settings{}, body)
}

func verifiedWith(t *testing.T, s webhook.Settings, body string) webhook.Verified {
	t.Helper()
	s.Secrets = []webhook.Secret{webhook.NewSecret("s")}
	v, err := compliancely.Provider{}.Configure(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(compliancely.Provider{}.Sign(s, "", []byte(body), noon))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// With the source's settings, an event has the id of its webhook under their key, and the
// window that they set.
func TestCompliancelyWithKey(t *testing.T) {
	t.Parallel()
	hash, ok := webhook.NewHasher(webhook.NewSecret("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="))
	if !ok {
		t.Fatal("no key")
	}
	s := webhook.Settings{Hash: hash, DedupWindowS: new(int64(86400))}
	f := &fake{answers: map[string][]answer{tinPath + "70001": {{body: tin}}}}
	messages, _, err := reconcile.Compliancely(t.Context(), f.compliancely(t),
		reconcile.CompliancelyQuery{Received: noon, IDs: []string{"70001"}, Settings: s})
	if err != nil || len(messages) != 1 {
		t.Fatalf("%v, %v", messages, err)
	}
	want := queue.Origin{Digest: messages[0].ID, Window: 24 * time.Hour}
	if hooked := verifiedWith(t, s, tin); messages[0].ID != hooked.ID || !strings.HasPrefix(hooked.ID, "hmac-") {
		t.Errorf("id %s, want that of the webhook, %s", messages[0].ID, hooked.ID)
	}
	if diff := cmp.Diff(want, messages[0].Origin); diff != "" {
		t.Errorf("origin (-want +got):\n%s", diff)
	}
}

// TestCompliancelyPending makes no event of what is still open, unless asked to.
func TestCompliancelyPending(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		product, path string
		bodies        map[string]string // by id
		pending       []string
	}{
		{"tin_match", tinPath, map[string]string{
			"1": `{"id":1,"status":"Pending","irs_code":-1}`, "2": `{"id":2,"status":"Did Not Match","irs_code":3}`, "3": `{"id":3,"status":"In Review"}`,
		}, []string{"1", "3"}},
		{"transcript", taxPath, map[string]string{
			"1": `{"id":1,"status":"Consent Collected","consent":{}}`, "2": `{"id":2,"status":"Consent Rejected","consent":{}}`, "3": `{"id":3,"consent":{}}`,
		}, []string{"1", "3"}},
	} {
		t.Run(tt.product, func(t *testing.T) {
			t.Parallel()
			f := &fake{answers: map[string][]answer{}}
			for id, body := range tt.bodies {
				f.answers[tt.path+id] = []answer{{body: body}}
			}
			q := reconcile.CompliancelyQuery{Received: noon, Product: tt.product, IDs: []string{"1", "2", "3"}}
			messages, pending, err := reconcile.Compliancely(t.Context(), f.compliancely(t), q)
			if err != nil || len(messages) != 1 || string(messages[0].Raw) != tt.bodies["2"] || !slices.Equal(pending, tt.pending) {
				t.Errorf("%v, pending %q, %v; want the final one, pending %q", messages, pending, err, tt.pending)
			}
			q.Pending = true
			if messages, pending, err = reconcile.Compliancely(t.Context(), f.compliancely(t), q); err != nil || len(messages) != 3 || pending != nil {
				t.Errorf("%v, pending %q, %v; want all three", messages, pending, err)
			}
		})
	}
}

func TestCompliancelyNextToAnError(t *testing.T) {
	t.Parallel()
	f := &fake{answers: map[string][]answer{
		tinPath + "70001":  {{body: tin}},
		tinPath + "70002":  {{body: tin}}, // of another request
		tinPath + "70003":  {{body: `{"id":"7331"}`}},
		tinPath + "a%2F..": {{status: http.StatusTeapot}},
	}}
	messages, _, err := reconcile.Compliancely(t.Context(), f.compliancely(t), reconcile.CompliancelyQuery{
		Received: noon, IDs: []string{"70002", "70003", "..", "", "a/..", "70004", "70001"},
	})
	if len(messages) != 1 || messages[0].Type != "tin_match" || messages[0].Source != "compliancely" {
		t.Errorf("%v, want one TIN match", messages)
	}
	for _, want := range []string{
		"tin_match 70002: id: the answer is about another", "tin_match 70003: decode tin_match: payload does not fit", "tin_match ..: id: give",
		"tin_match : id: give", "tin_match a/..: compliancely: call the API: status 418", "tin_match 70004: compliancely: call the API: status 404",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "7331") {
		t.Errorf("it shows a payload or the token: %v", err)
	}
	if slices.ContainsFunc(f.asked, func(path string) bool { return strings.HasSuffix(path, "/..") || path == tinPath }) {
		t.Errorf("asked %q", f.asked)
	}
}

func TestCompliancelyProduct(t *testing.T) {
	t.Parallel()
	_, _, err := reconcile.Compliancely(t.Context(), (&fake{}).compliancely(t), reconcile.CompliancelyQuery{Product: "sos", IDs: []string{"1"}})
	if fault, ok := errors.AsType[*webhook.FieldError](err); !ok || fault.Field != "product" || !strings.Contains(fault.Problem, "tin_match, transcript") {
		t.Errorf("%v, want the products", err)
	}
}
