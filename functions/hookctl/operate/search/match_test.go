package search_test

import (
	"errors"
	"testing"

	"webhookintake/functions/hookctl/operate/search"
)

const body = `{"id":"evt_1","data":{"from":"+15005550001","amount":12345678901234567890.10,"note":"f\u00fcr \"Bob\"\/Al",` +
	`"tags":["a","b"],"items":[{"id":"i-1"},{"id":"i-2"}],"a.b":{"c/d":true},"none":null}}`

func TestMatchContains(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, body string
		want             bool
	}{
		{"as it stands", "+1500555", body, true},
		{"an escaped letter", "für", body, true},
		{"an escaped quote and slash", `"Bob"/Al`, body, true},
		{"the name of a field", "items", body, true},
		{"across two strings", "ab", body, false},
		{"not there", "+15005550002", body, false},
		{"another case", "BOB", body, false},
		{"not JSON", "form=1&text=hello", "form=1&text=hello&x=2", true},
		{"not JSON, escaped", "für", `f\u00fcr`, false},
		{"an empty body", "x", "", false},
		{"JSON that ends early", "für", `{"a":"f\u00fcr`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := (search.Match{Contains: tt.text}).Matches([]byte(tt.body)); got != tt.want {
				t.Errorf("matches: %v, want %v", got, tt.want)
			}
		})
	}
}

func TestMatchFields(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		text string
		want bool
	}{
		{"a string", "data.from=+15005550001", true},
		{"part of a string", "data.from=+1500555", false},
		{"a large number, exactly", "data.amount=12345678901234567890.10", true},
		{"the same number, written otherwise", "data.amount=12345678901234567890.1", false},
		{"an element of a list", "data.tags=b", true},
		{"no element of a list", "data.tags=c", false},
		{"a place in a list", "data.tags.0=a", true},
		{"another place", "data.tags.1=a", false},
		{"a place behind the end", "data.tags.9=a", false},
		{"a field of any element", "data.items.id=i-2", true},
		{"a field of one element", "data.items.0.id=i-2", false},
		{"a pointer", "/data/a.b/c~1d=true", true},
		{"null", "data.none=null", true},
		{"no such field", "data.nothing=", false},
		{"an object has no text", "data=", false},
		{"a value with =", "id=evt_1=", false},
		{"below a string", "id.x=evt_1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := search.ParseField(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := (search.Match{Fields: []search.Field{f}}).Matches([]byte(body)); got != tt.want {
				t.Errorf("matches: %v, want %v", got, tt.want)
			}
			if (search.Match{Fields: []search.Field{f}}).Matches([]byte("{")) {
				t.Error("it matches what is not JSON")
			}
		})
	}
	both := search.Match{Contains: "Bob"}
	for _, text := range []string{"id=evt_1", "data.from=nobody"} {
		f, _ := search.ParseField(text)
		both.Fields = append(both.Fields, f)
	}
	if both.Matches([]byte(body)) {
		t.Error("one of two fields is enough, want all")
	}
}

func TestParseFieldRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "data.from", "=x", ".=x", "/=x"} {
		if _, err := search.ParseField(text); !errors.Is(err, search.ErrField) {
			t.Errorf("ParseField(%q) = %v, want %v", text, err, search.ErrField)
		}
	}
}
