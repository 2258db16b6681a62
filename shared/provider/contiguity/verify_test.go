package contiguity_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// at returns a clock that stands still.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

func TestVerifyRaw(t *testing.T) {
	t.Parallel()
	const right = "t=1790000000,v1=" + vectorV1
	for _, tt := range []struct {
		name, body, signature, secret string
		options                       contiguity.VerifyOptions
		late                          time.Duration
		want                          error
	}{
		{name: "right"},
		{name: "at the edge", late: 300 * time.Second},
		{name: "late", late: 301 * time.Second, want: webhook.ErrTimestampOutsideWindow},
		{name: "early", late: -301 * time.Second, want: webhook.ErrTimestampOutsideWindow},
		{name: "wider", late: time.Hour, options: contiguity.VerifyOptions{Tolerance: time.Hour}},
		{name: "beyond the wider", late: time.Hour + time.Second, options: contiguity.VerifyOptions{Tolerance: time.Hour}, want: webhook.ErrTimestampOutsideWindow},
		{name: "under a second is one", late: time.Second, options: contiguity.VerifyOptions{Tolerance: time.Nanosecond}},
		{name: "and no more", late: 2 * time.Second, options: contiguity.VerifyOptions{Tolerance: time.Nanosecond}, want: webhook.ErrTimestampOutsideWindow},
		{name: "unchecked", late: 1e6 * time.Second, options: contiguity.VerifyOptions{Tolerance: -1}},
		{name: "previous secret", secret: "whsec_new", options: contiguity.VerifyOptions{Previous: vectorSecret}},
		{name: "another secret", secret: "whsec_other", want: webhook.ErrSignatureMismatch},
		// A sender without the secret must not learn whether the time is accepted.
		{name: "another secret, late", secret: "whsec_other", late: time.Hour, want: webhook.ErrSignatureMismatch},
		{name: "another body", body: vectorBody + " ", want: webhook.ErrSignatureMismatch},
		{name: "no signature", signature: "-", want: webhook.ErrSignatureMissing},
		{name: "no form", signature: "sha256=00", want: webhook.ErrSignatureMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body, signature, secret := vectorBody, right, vectorSecret
			if tt.body != "" {
				body = tt.body
			}
			if tt.signature != "" {
				signature = strings.TrimPrefix(tt.signature, "-")
			}
			if tt.secret != "" {
				secret = tt.secret
			}
			tt.options.Now = at(vectorAt.Add(tt.late))
			if err := contiguity.VerifyRaw([]byte(body), signature, secret, tt.options); !errors.Is(err, tt.want) {
				t.Errorf("VerifyRaw = %v, want %v", err, tt.want)
			}
			r := httptest.NewRequest(http.MethodPost, "/hook", strings.NewReader(body))
			if signature != "" {
				r.Header.Set("contiguity-signature", signature)
			}
			got, err := contiguity.Verify(r, secret, tt.options)
			if !errors.Is(err, tt.want) || (err == nil) != (string(got) == body) {
				t.Errorf("Verify = %q, %v; want %v", got, err, tt.want)
			}
			if again, err := io.ReadAll(r.Body); err != nil || string(again) != body {
				t.Errorf("read again: %q, %v", again, err)
			}
		})
	}
}

// An empty secret is a forgotten setting, with which anyone could sign.
func TestVerifyWithoutSecret(t *testing.T) {
	t.Parallel()
	signed := contiguity.Provider{}.Sign(webhook.Settings{}, "", []byte(vectorBody), vectorAt)
	err := contiguity.VerifyRaw([]byte(vectorBody), signed.Header.Get("Contiguity-Signature"), "", contiguity.VerifyOptions{Now: at(vectorAt)})
	if fault, ok := errors.AsType[*webhook.FieldError](err); !ok || fault.Field != "secrets[0]" {
		t.Errorf("VerifyRaw = %v, want a fault in the secret", err)
	}
}

func TestVerifyUnreadable(t *testing.T) {
	t.Parallel()
	large := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(make([]byte, 6<<20+1)))
	if _, err := contiguity.Verify(large, "s", contiguity.VerifyOptions{}); !errors.Is(err, webhook.ErrTooLarge) {
		t.Errorf("Verify of over 6 MiB = %v, want %v", err, webhook.ErrTooLarge)
	}
	broken := httptest.NewRequest(http.MethodPost, "/hook", io.MultiReader(strings.NewReader("{"), brokenReader{}))
	if _, err := contiguity.Verify(broken, "s", contiguity.VerifyOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("Verify of a broken body = %v, want %v", err, errBroken)
	}
	none, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/hook", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := contiguity.Verify(none, "s", contiguity.VerifyOptions{}); !errors.Is(err, webhook.ErrSignatureMissing) {
		t.Errorf("Verify without a body = %v, want %v", err, webhook.ErrSignatureMissing)
	}
}

var errBroken = errors.New("broken")

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// Any Go server can verify webhooks.
func ExampleVerify() {
	const secret = "whsec_example"
	handler := func(w http.ResponseWriter, r *http.Request) {
		body, err := contiguity.Verify(r, secret, contiguity.VerifyOptions{})
		if err != nil {
			http.Error(w, "unsigned", http.StatusUnauthorized)
			return
		}
		event, err := contiguity.Parse(body)
		if err != nil {
			http.Error(w, "not usable", http.StatusBadRequest)
			return
		}
		if event.Type == contiguity.TextIncomingSMS.Name() {
			text, _, err := contiguity.TextIncomingSMS.Decode(body)
			fmt.Println(event.ID, text.Body, err)
		}
	}

	body := []byte(`{"id":"evt_7","type":"text.incoming.sms","data":{"from":"+15005550001","to":"+15005550002","body":"ping"}}`)
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	r := httptest.NewRequest(http.MethodPost, "/webhooks", bytes.NewReader(body))
	r.Header = contiguity.Provider{}.Sign(settings, "", body, time.Now()).Header
	handler(httptest.NewRecorder(), r)
	// Output: evt_7 ping <nil>
}

func ExampleVerifyRaw() {
	err := contiguity.VerifyRaw([]byte(vectorBody), "t=1790000000,v1="+vectorV1, vectorSecret, contiguity.VerifyOptions{
		Tolerance: 10 * time.Minute,
		Now:       at(vectorAt.Add(9 * time.Minute)),
	})
	fmt.Println(err)
	// Output: <nil>
}
