package webhook_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

// plain is a provider of which only Name and Open are used: the embedded nil would panic.
type plain struct{ webhook.Provider }

func (plain) Name() string { return "plain" }

func (plain) Open(body []byte) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	id, err := o.ID("id")
	return webhook.Envelope{ID: id, Type: "order.paid", Data: o.Get("data")}, err
}

type item struct {
	Count int `json:"count"`
}

type order struct {
	Name  string           `json:"name"`
	Items []item           `json:"items"`
	Named map[string]*item `json:"named"`
	Code  code             `json:"code"`
}

// code accepts three letters only. The text chooses the error.
type code string

var errCode = errors.New("private-1234 is not a code")

func (c *code) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case `"field"`:
		return &webhook.FieldError{Field: "code", Problem: "want three letters"}
	case `"other"`:
		return errCode
	}
	*c = code(data)
	return nil
}

var orderPaid = webhook.NewType[order](plain{}, "order.paid")

func TestDecode(t *testing.T) {
	t.Parallel()
	got, envelope, err := orderPaid.Decode([]byte(`{"id":"e1","data":{"name":"n","items":[{"count":2}],"new":1}}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(order{Name: "n", Items: []item{{2}}}, got); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	if envelope.ID != "e1" || envelope.Type != "order.paid" {
		t.Errorf("envelope %+v", envelope)
	}
}

func TestDecodeErrorsNameTheFieldAndNoValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, data string
		names      []string
	}{
		{"number for text", `{"name":1234}`, []string{"field name", "want string"}},
		{"text for number", `{"items":[{"count":"private"}]}`, []string{"field items.count", "want int"}},
		{"too large", `{"items":[{"count":12341234123412341234}]}`, []string{"field items.count", "want int"}},
		{"fraction", `{"items":[{"count":1234.5}]}`, []string{"field items.count", "want int"}},
		{"in a map, whose keys are the sender's", `{"named":{"private":{"count":"private"}}}`, []string{"count", "want int"}},
		{"key of a map to another shape", `{"named":{"private":1234}}`, []string{"named"}},
		{"text for the whole", `"private"`, []string{"field data"}},
		{"list for the whole", `["private"]`, []string{"field data"}},
		{"a FieldError", `{"code":"field"}`, []string{"code: want three letters"}},
		{"another error", `{"code":"other"}`, nil},
		{"null", `null`, []string{"no data"}},
		{"absent", ``, []string{"no data"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := `{"id":"e1","data":` + tt.data + `}`
			if tt.data == "" {
				body = `{"id":"e1"}`
			}
			got, envelope, err := orderPaid.Decode([]byte(body))
			if !errors.Is(err, webhook.ErrPayload) || errors.Is(err, errCode) {
				t.Fatalf("Decode = %v, want ErrPayload", err)
			}
			if diff := cmp.Diff(order{}, got); diff != "" || envelope.ID != "" {
				t.Errorf("with an error it returns %+v, %+v", got, envelope)
			}
			for _, name := range append(tt.names, "decode order.paid") {
				if !strings.Contains(err.Error(), name) {
					t.Errorf("%q does not say %q", err, name)
				}
			}
			if strings.Contains(err.Error(), "1234") || strings.Contains(err.Error(), "private") {
				t.Errorf("%q quotes the payload", err)
			}
		})
	}
}

func TestDecodeOfAnUnusableBody(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{
		`[1234]`: webhook.ErrMalformedBody, `{"data":1234}`: webhook.ErrMissingID,
	} {
		_, _, err := orderPaid.Decode([]byte(body))
		if !errors.Is(err, want) || errors.Is(err, webhook.ErrPayload) || strings.Contains(err.Error(), "1234") {
			t.Errorf("Decode of %s = %v, want %v", body, err, want)
		}
	}
}

func TestTypeInfo(t *testing.T) {
	t.Parallel()
	if orderPaid.Name() != "order.paid" || orderPaid.Provider() != (plain{}) {
		t.Errorf("Name %q, Provider %v", orderPaid.Name(), orderPaid.Provider())
	}
	want := webhook.TypeInfo{
		Name: "order.paid", Provider: "plain", Payload: "webhook_test.order", Key: "webhook_test.OrderPaid", Aliases: []string{"paid"},
	}
	if diff := cmp.Diff(want, orderPaid.Info("OrderPaid", "paid")); diff != "" {
		t.Errorf("Info (-want +got):\n%s", diff)
	}
	raw := webhook.NewType[json.RawMessage](plain{}, "order.paid")
	if data, _, err := raw.Decode([]byte(`{"id":"e1","data":{"a": 1}}`)); err != nil || string(data) != `{"a": 1}` {
		t.Errorf("raw payload %s, %v", data, err)
	}
}

// raw keeps what it is decoded from.
type raw struct{ text string }

func (r *raw) UnmarshalJSON(data []byte) error {
	r.text = string(data)
	return nil
}

// loose is a provider whose Open checks nothing: the body is the data.
type loose struct{ plain }

func (loose) Open(body []byte) (webhook.Envelope, error) { return webhook.Envelope{Data: body}, nil }

// A payload that decodes itself gets what encoding/json would give it: valid JSON without
// the space around it.
func TestDecodeOfAPayloadThatDecodesItself(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body, text string
		want       error
	}{
		{body: " {\"a\": [1]}\n", text: `{"a": [1]}`},
		{body: `{"a":`, want: webhook.ErrPayload},
		{body: `{}{}`, want: webhook.ErrPayload},
		{body: "null", want: webhook.ErrPayload},
	} {
		got, _, err := webhook.NewType[raw](loose{}, "a").Decode([]byte(tt.body))
		if !errors.Is(err, tt.want) || got.text != tt.text {
			t.Errorf("Decode of %q = %q, %v, want %q, %v", tt.body, got.text, err, tt.text, tt.want)
		}
	}
}
