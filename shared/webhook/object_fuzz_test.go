package webhook_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

// What encoding/json takes as an object, ParseObject takes, with the same members; what
// it does not, is malformed_body.
func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{
		"{}", " { } ", "null", "[]", "", "7", `"a"`, "{", "{}{}", "\ufeff{}", "{\x00}",
		`{"a":1}`, "\t{\r\n\"a\" :\t1 ,\"b\": -2.5e+7\n}", `{"a":1,"a":2,"A":3}`, `{"":""}`,
		`{"a":{"b":[{"c":"}]"}]},"d":[[],{}]}`, `{"a":"\"\\","b":"\u0022}"}`, `{"\u0061":true,"\\":false,"\"":null}`,
		"{\"\xff\":\"\xfe\",\"\\ud800\":\"\"}", `{"a":tru}`, `{"a" 1}`, `{"a":1,}`, `{"id":["]","{"]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want map[string]json.RawMessage
		decodeErr := json.Unmarshal(body, &want)
		got, err := webhook.ParseObject(body)
		if decodeErr != nil || want == nil {
			if !errors.Is(err, webhook.ErrMalformedBody) || got != nil {
				t.Fatalf("ParseObject = %v, %v, want malformed_body", got, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("ParseObject = %v", err)
		}
		if diff := cmp.Diff(want, map[string]json.RawMessage(got)); diff != "" {
			t.Fatalf("members (-want +got):\n%s", diff)
		}
		for name := range want {
			checkName(t, got, name, want[name])
		}
	})
}

// checkName compares how ID reads a member with how encoding/json reads it.
func checkName(t *testing.T, o webhook.Object, name string, raw json.RawMessage) {
	t.Helper()
	id, err := o.ID(name)
	var want string
	isString := json.Unmarshal(raw, &want) == nil && string(raw) != "null"
	switch {
	case string(raw) == "null":
		if !errors.Is(err, webhook.ErrMissingID) {
			t.Fatalf("ID of null = %v", err)
		}
	case isString && webhook.ValidName(want):
		if err != nil || id != want {
			t.Fatalf("ID = %q, %v, want %q", id, err, want)
		}
	case !errors.Is(err, webhook.ErrInvalidID) || id != "":
		t.Fatalf("ID = %q, %v, want invalid_id", id, err)
	}
}
