package contiguity_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

const v1SMS = `{"message":"hello","crumbs":{"from":"+15005550001","to":"15005550002","message":"hello","timestamp":1790000000,"type":"sms"}}`

// v1ID is what sha256sum says of v1SMS.
const v1ID = "sha256:99b45ffa7568dcdf8acf9a097a650a2370a8178adedf44be93b082c563e1ceaa"

func v1Suite() providertest.Case {
	return providertest.Case{
		Provider: contiguity.V1{},
		Name:     "contiguity-v1",
		Token:    "token",
		Uses:     []string{webhook.FieldWindow},
		Body:     []byte(v1SMS),
		Want: webhook.Envelope{
			ID: v1ID, Identity: webhook.BodyHash, Type: "text.incoming.sms", Time: providertest.At, Data: json.RawMessage(v1SMS),
		},
	}
}

func TestV1(t *testing.T) {
	t.Parallel()
	providertest.Run(t, v1Suite())
}

func FuzzV1Verify(f *testing.F) {
	providertest.Fuzz(f, v1Suite(), `{"crumbs":{"type":"rcs"}}`, `{"crumbs":{"timestamp":"1e400","type":"sms"}}`)
}

func BenchmarkV1Verify(b *testing.B) { providertest.Benchmark(b, v1Suite()) }

func TestV1Open(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		wantType   string
		wantTime   time.Time
		want       error
	}{
		{"WhatsApp", `{"crumbs":{"type":"whatsapp","timestamp":"1790000000"}}`, "whatsapp.incoming", providertest.At, nil},
		{"iMessage", `{"crumbs":{"type":"imessage"}}`, "imessage.incoming", time.Time{}, nil},
		{"channel of another year", `{"crumbs":{"type":"rcs","timestamp":"soon"}}`, "rcs", time.Time{}, nil},
		{"time that is no number", `{"crumbs":{"type":"sms","timestamp":"NaN"}}`, "text.incoming.sms", time.Time{}, nil},
		{"time in milliseconds", `{"crumbs":{"type":"sms","timestamp":1790000000000}}`, "text.incoming.sms", time.Time{}, nil},
		{"no crumbs, as in v2", `{"id":"evt_1","type":"text.incoming.sms","data":{}}`, "", time.Time{}, webhook.ErrMissingType},
		{"crumbs null", `{"crumbs":null}`, "", time.Time{}, webhook.ErrMissingType},
		{"crumbs no object", `{"crumbs":"sms"}`, "", time.Time{}, webhook.ErrInvalidType},
		{"no channel", `{"crumbs":{}}`, "", time.Time{}, webhook.ErrMissingType},
		{"channel no string", `{"crumbs":{"type":7}}`, "", time.Time{}, webhook.ErrInvalidType},
		{"channel with a space", `{"crumbs":{"type":"a b"}}`, "", time.Time{}, webhook.ErrInvalidType},
		{"no object", `[]`, "", time.Time{}, webhook.ErrMalformedBody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := contiguity.V1{}.Open([]byte(tt.body))
			if !errors.Is(err, tt.want) || got.Type != tt.wantType || !got.Time.Equal(tt.wantTime) {
				t.Errorf("Open = %q at %v, %v; want %q at %v, %v", got.Type, got.Time, err, tt.wantType, tt.wantTime, tt.want)
			}
		})
	}
}

func TestV1Message(t *testing.T) {
	t.Parallel()
	want := contiguity.V1Message{Message: "hello", Crumbs: contiguity.V1Crumbs{
		From: "+15005550001", To: "15005550002", Message: "hello", Timestamp: 1790000000, Type: "sms",
	}}
	for name, body := range map[string]string{
		"number": v1SMS,
		"string": strings.Replace(v1SMS, "1790000000", `"1790000000"`, 1),
	} {
		got, envelope, err := contiguity.V1TextIncomingSMS.Decode([]byte(body))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: Decode = %v (-want +got):\n%s", name, err, diff)
		}
		if envelope.Type != contiguity.V1TextIncomingSMS.Name() || !envelope.Time.Equal(providertest.At) {
			t.Errorf("%s: opened as %s at %v", name, envelope.Type, envelope.Time)
		}
	}
	text := contiguity.Text{From: "+15005550001", To: "+15005550002", Body: "hello", Timestamp: 1790000000}
	if diff := cmp.Diff(text, want.Text()); diff != "" {
		t.Errorf("Text (-want +got):\n%s", diff)
	}
	crumbs := contiguity.V1Message{Crumbs: contiguity.V1Crumbs{From: "me@example.com", Message: "only here"}}
	if diff := cmp.Diff(contiguity.IMessage{From: "me@example.com", Body: "only here"}, crumbs.IMessage()); diff != "" {
		t.Errorf("IMessage (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(contiguity.WhatsApp(text), want.WhatsApp()); diff != "" {
		t.Errorf("WhatsApp (-want +got):\n%s", diff)
	}
}

func TestV1MessageThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, field string }{
		{"number for text", `{"message":1500555,"crumbs":{"type":"sms"}}`, "message"},
		{"number for a number", `{"crumbs":{"type":"sms","from":1500555}}`, "crumbs.from"},
		{"date for a time", `{"crumbs":{"type":"sms","timestamp":"2026-09-21"}}`, "crumbs.timestamp"},
		{"fraction for a time", `{"crumbs":{"type":"sms","timestamp":1500555.5}}`, "crumbs.timestamp"},
		{"truth for a time", `{"crumbs":{"type":"sms","timestamp":true}}`, "crumbs.timestamp"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := contiguity.V1TextIncomingSMS.Decode([]byte(tt.body))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), tt.field+":") {
				t.Errorf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if err != nil && (strings.Contains(err.Error(), "1500555") || strings.Contains(err.Error(), "2026")) {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}

func TestV1Types(t *testing.T) {
	t.Parallel()
	want := []webhook.TypeInfo{
		{Name: "text.incoming.sms", Provider: "contiguity-v1", Payload: "contiguity.V1Message", Key: "contiguity.V1TextIncomingSMS"},
		{Name: "whatsapp.incoming", Provider: "contiguity-v1", Payload: "contiguity.V1Message", Key: "contiguity.V1WhatsAppIncoming"},
		{Name: "imessage.incoming", Provider: "contiguity-v1", Payload: "contiguity.V1Message", Key: "contiguity.V1IMessageIncoming"},
	}
	if diff := cmp.Diff(want, contiguity.V1Types()); diff != "" {
		t.Errorf("V1Types (-want +got):\n%s", diff)
	}
}

// A token is in the URL, so the provider's own request is what it is read from.
func ExampleV1() {
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret("long-and-random")}}
	verifier, err := contiguity.V1{}.Configure(settings)
	if err != nil {
		fmt.Println(err)
		return
	}
	request := contiguity.V1{}.Sign(settings, "", []byte(v1SMS), time.Unix(1790000000, 0))
	fmt.Println("POST /hooks/contiguity-v1?" + request.Query.Encode())
	verified, err := verifier.Verify(request)
	fmt.Println(verified.Type, err)

	request.Query.Set("token", "a guess")
	_, err = verifier.Verify(request)
	fmt.Println(err)
	// Output:
	// POST /hooks/contiguity-v1?token=long-and-random
	// text.incoming.sms <nil>
	// signature_mismatch
}

// A token is right as it was sent and decoded: the person who wrote the URL may not have
// known what "+" and "%" mean in it.
func TestV1TokenAsSent(t *testing.T) {
	t.Parallel()
	const token = "ab+cd%2Bef/0123456789=="
	v, err := contiguity.V1{}.Configure(webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(token)}})
	if err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]error{
		"token=" + token:                  nil,
		"a=b&token=" + token + "&c=d":     nil,
		"token=" + url.QueryEscape(token): nil,
		"token=wrong%20&token=" + token:   nil,
		"token=ab%2Bcd%2Bef/0123456789==": webhook.ErrSignatureMismatch,
		"token=ab cd%2Bef/0123456789==":   webhook.ErrSignatureMismatch,
		"token=" + token + "+":            webhook.ErrSignatureMismatch,
		"xtoken=" + token:                 webhook.ErrSignatureMissing,
		"":                                webhook.ErrSignatureMissing,
		strings.Repeat("token=%20&", 10) + "token=" + token: webhook.ErrSignatureMismatch,
	} {
		r := webhook.Request{Header: http.Header{}, RawQuery: query, Body: []byte(v1SMS)}
		r.Query, _ = url.ParseQuery(query)
		if _, err := v.Verify(r); !errors.Is(err, want) {
			t.Errorf("Verify with %s = %v, want %v", query, err, want)
		}
	}
}
