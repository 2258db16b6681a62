package console_test

import (
	"strings"
	"testing"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"what is about the webhook", `{"id":"evt_1","type":"text.incoming.sms","created":1790000000,"live":true,"none":null}`, ""},
		{"numbers are exact", `{"amount":12345.670,"big":1e3,"total":0.10}`, ""},
		{"a time", `{"seen_at":"2026-10-01T12:00:00.5Z"}`, ""},
		{"a phone", `{"from":"+15005550001"}`, `{"from":"••• 12 characters"}`},
		{"a phone under another name", `{"x":"+1 (500) 555-0001"}`, `{"x":"••• 17 characters"}`},
		{"a phone that looks like an id", `{"x":"tel.15005550001"}`, `{"x":"••• 15 characters"}`},
		{"a number that may be a person's", `{"x":123456789}`, `{"x":"••• a number"}`},
		{"mail", `{"x":"someone@example.com"}`, `{"x":"••• 19 characters"}`},
		{"a name", `{"data":{"full_name":"ada"}}`, `{"data":{"full_name":"••• 3 characters"}}`},
		{"names in a list", `{"names":["ada",{"x":"Ada Lovelace"}]}`, `{"names":["••• 3 characters",{"x":"••• 12 characters"}]}`},
		{"mail as an id", `{"id":"someone@example.com"}`, `{"id":"••• 19 characters"}`},
		{"a name in the middle", `{"lastNameShown":"ada"}`, `{"lastNameShown":"••• 3 characters"}`},
		{"a name of parts", `{"name":{"first":"ada","age":7,"id":"n_1"}}`, `{"name":{"first":"••• 3 characters","age":"••• a number","id":"n_1"}}`},
		{"parts of parts", `{"to":[{"x":{"y":"ada"}}],"y":"b"}`, `{"to":[{"x":{"y":"••• 3 characters"}}],"y":"b"}`},
		{"a name of one word", `{"firstname":"ada","username":"ada","pin":"1234"}`, `{"firstname":"••• 3 characters","username":"••• 3 characters","pin":"••• 4 characters"}`},
		{"a person as a member", `{"ada@example.com":true,"+15005550001":1}`, `{"••• 15 characters":true,"••• 12 characters":1}`},
		{"a word that only contains another", `{"platform":"web","total":7}`, ""},
		{"free text", `{"note":"call me"}`, `{"note":"••• 7 characters"}`},
		{"duplicate members", `{"a":1,"a":2}`, ""},
		{"not JSON", `Ada Lovelace`, "(12 bytes that are not JSON, masked)"},
		{"more than one value", `{"a":1} "Ada"`, "(13 bytes that are not JSON, masked)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want == "" {
				want = tt.body
			}
			got := console.Masked([]byte(tt.body))
			if flat := strings.NewReplacer("\n", "", "  ", "", `": `, `":`).Replace(got); flat != want {
				t.Errorf("got %s, want %s", flat, want)
			}
		})
	}
}

// A body stands as it was sent, without what a browser or a terminal would obey.
func TestPretty(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"n":1.10,"e":1E400,"s":"ü"}`: "{\n  \"n\": 1.10,\n  \"e\": 1E400,\n  \"s\": \"ü\"\n}",
		"{\"s\":\"\u009b2J\u202eb\"}":  "{\n  \"s\": \"\\u009b2J\\u202eb\"\n}",
		"\x1b[2J":                      `"\x1b[2J"`,
	} {
		if got := console.Pretty([]byte(body)); got != want {
			t.Errorf("%q is shown as %q, want %q", body, got, want)
		}
	}
}

// Nothing of a sample that is about a person is shown.
func TestMaskSamples(t *testing.T) {
	t.Parallel()
	for _, s := range dialect.Samples() {
		got := console.Masked(s.Body)
		for _, of := range []string{"+1500", "@example", "Ann", "Example Person", "Sunday", "Invoice", "Demo Bakery", "000000000"} {
			if strings.Contains(got, of) {
				t.Errorf("%s: %q is in %s", s.Name, of, got)
			}
		}
	}
}

// FuzzMask looks for bodies that end the program or are not JSON any more.
func FuzzMask(f *testing.F) {
	f.Add([]byte(`{"a":[1,"b",{"c":null}]}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if console.Masked(body) == "" {
			t.Error("nothing is shown")
		}
	})
}
