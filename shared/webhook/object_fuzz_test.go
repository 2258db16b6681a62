package webhook_test

import (
	"encoding/json"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

// ParseObject accepts the objects that encoding/json accepts, with the same members, and
// nothing else.
func FuzzParseObject(f *testing.F) {
	for _, seed := range []string{
		"{}", " { } ", "null", "[]", "", "7", `"a"`, "{", "{}{}", "\ufeff{}", "{\x00}",
		`{"a":1}`, "\t{\r\n\"a\" :\t1 ,\"b\": -2.5e+7\n}", `{"a":1,"a":2,"A":3}`, `{"":""}`,
		`{"a":{"b":[{"c":"}]"}]},"d":[[],{}]}`, `{"a":"\"\\","b":"\u0022}"}`, `{"\u0061":true,"\\":false,"\"":null}`,
		"{\"\xff\":\"\xfe\",\"\\ud800\":\"\"}", `{"a":"\ud83d\ude00\/\n"}`, `{"a":tru}`, `{"a" 1}`, `{"a":1,}`, `{"id":["]","{"]}`,
		`{"a":{"b":1,"b":{}},"c":" { ","d":"\\\\","e":"\\\"","f":"\\\\\"}"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var want map[string]json.RawMessage
		decodeErr := json.Unmarshal(body, &want)
		got, err := webhook.ParseObject(body)
		if decodeErr != nil || want == nil {
			if !errors.Is(err, webhook.ErrMalformedBody) || len(maps.Collect(got.All())) > 0 {
				t.Fatalf("ParseObject = %v, %v, want malformed_body", got, err)
			}
			return
		}
		if err != nil {
			t.Fatalf("ParseObject = %v", err)
		}
		if diff := cmp.Diff(want, maps.Collect(got.All())); diff != "" {
			t.Fatalf("members (-want +got):\n%s", diff)
		}
		for name := range want {
			if value := got.Get(name); string(value) != string(want[name]) {
				t.Fatalf("Get = %s, want %s", value, want[name])
			}
			checkName(t, got, name, want[name])
			checkNested(t, got, name)
		}
	})
}

// checkNested compares how Object reads a member with how ParseObject reads its value.
func checkNested(t *testing.T, o webhook.Object, name string) {
	t.Helper()
	want, wantErr := webhook.ParseObject(o.Get(name))
	got, err := o.Object(name)
	if !errors.Is(err, wantErr) {
		t.Fatalf("Object = %v, want %v", err, wantErr)
	}
	if diff := cmp.Diff(maps.Collect(want.All()), maps.Collect(got.All())); diff != "" {
		t.Fatalf("members within (-want +got):\n%s", diff)
	}
}

// checkName compares how ID reads a member with how encoding/json reads it.
func checkName(t *testing.T, o webhook.Object, name string, raw json.RawMessage) {
	t.Helper()
	id, err := o.ID(name)
	var want string
	isString := json.Unmarshal(raw, &want) == nil && string(raw) != "null"
	if text, ok := o.Text(name); ok != isString || text != want {
		t.Fatalf("Text = %q, %v, want %q, %v", text, ok, want, isString)
	}
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
