package compliancely_test

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/providertest"
	"webhookintake/shared/webhook"
)

// id is the dedup id of a body whose source is set up with product and key.
func id(t *testing.T, product, body string, key ...string) string {
	t.Helper()
	s := webhook.Settings{Product: product, Key: key}
	v := configure(t, s)
	s.Secrets = []webhook.Secret{webhook.NewSecret(vectorSecret)}
	got, err := v.Verify(compliancely.Provider{}.Sign(s, "", []byte(body), providertest.At))
	if err != nil {
		t.Fatalf("%.60s: %v", body, err)
	}
	return got.ID
}

// The pointers of RFC 6901, section 5.
func TestPointers(t *testing.T) {
	t.Parallel()
	const document = `{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}`
	for pointer, want := range map[string]string{
		"/foo":   `["bar","baz"]`,
		"/foo/0": `"bar"`,
		"/":      `0`,
		"/a~1b":  `1`,
		"/c%d":   `2`,
		"/e^f":   `3`,
		"/g|h":   `4`,
		`/i\j`:   `5`,
		`/k"l`:   `6`,
		"/ ":     `7`,
		"/m~0n":  `8`,
		"":       `{"":0," ":7,"a/b":1,"c%d":2,"e^f":3,"foo":["bar","baz"],"g|h":4,"i\\j":5,"k\"l":6,"m~n":8}`,
	} {
		if got := id(t, "sos", document, pointer); got != "key:"+hash(`["sos",`+want+`]`) {
			t.Errorf("%q does not point at %s", pointer, want)
		}
	}
	for _, absent := range []string{
		"/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/1.0", "/foo/", "/foo/0/x",
		"/foo/99999999999999999999", "/none", "/FOO", "/m~01n", "//",
	} {
		if got := id(t, "sos", document, absent); got != "sha256:"+hash(document) {
			t.Errorf("%q points at something", absent)
		}
	}
	if got := id(t, "sos", `{"~1":1}`, "/~01"); got != "key:"+hash(`["sos",1]`) {
		t.Error(`"~01" must be read as "~1"`)
	}
}

func TestKeyApplies(t *testing.T) {
	t.Parallel()
	bare := `{"id":5,"status":"Completed","updated_at":"2026-01-01"}`
	wrapped := `{"success":true,"data":` + bare + `}`
	want := "key:" + hash(`["transcript",5,"Completed"]`)
	if got := id(t, "transcript", bare, "/id", "/status"); got != want {
		t.Errorf("bare: %s", got)
	}
	if got := id(t, "transcript", wrapped, "/id", "/status"); got != want {
		t.Errorf("wrapped: %s", got)
	}
	if got := id(t, "", `{"id":5,"consent":{},"status":"Completed"}`, "/id", "/status"); got != want {
		t.Errorf("type derived from the shape: %s", got)
	}
	if got := id(t, "bulk_tin", bare, "/id", "/status"); got == want {
		t.Error("the type must be part of the id")
	}
	if got := id(t, "transcript", bare, "/status", "/id"); got == want {
		t.Error("the order of the pointers must be part of the id")
	}
	if got := id(t, "transcript", bare, "/id", "/missing"); got != "sha256:"+hash(bare) {
		t.Errorf("a value is missing: %s, want the body's hash", got)
	}
	if got := id(t, "transcript", bare); got != "sha256:"+hash(bare) {
		t.Errorf("no key: %s, want the body's hash", got)
	}
}

func TestEqualValuesEqualIDs(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{
		{`70001`, `70001.0`, `7.0001e4`, `700010E-1`, `70001e+0`, `7000100000e-5`},
		{`-5`, `-5.00`, `-0.5e1`},
		{`0`, `-0`, `0.000`, `0e99`, `-0.0E-7`},
		{`1e3`, `1000`, `0.001e6`},
		{`1e300`, `10e299`, `0.1E301`},
		{`0.5`, `5e-1`, `0.50`},
		{`1e-40`, `0.1e-39`},
		{`9007199254740993`, `9007199254740993.0`}, // a float64 cannot tell it from …992
		{`9007199254740992`},
		{`1e99999999999`}, {`1e99999999998`},
		{`"A/<é"`, `"\u0041\/\u003c\u00e9"`},
		{`"70001"`},
		{`{"a":1,"b":[2,{}]}`, `{ "b" : [ 2.0, { } ], "a" : 1e0 }`, `{"a":3,"b":[2,{}],"a":1}`},
		{`[1,2]`, ` [ 1.0 ,2 ]`}, {`[2,1]`},
		{`null`}, {`true`}, {`false`}, {`""`}, {`[]`}, {`{}`},
	} {
		seen := id(t, "sos", `{"v":`+group[0]+`}`, "/v")
		if !strings.HasPrefix(seen, "key:") {
			t.Errorf("%s has no key", group[0])
		}
		for _, other := range group[1:] {
			if id(t, "sos", `{"v":`+other+`}`, "/v") != seen {
				t.Errorf("%s and %s are equal, their ids are not", group[0], other)
			}
		}
	}
}

func TestDifferentValuesDifferentIDs(t *testing.T) {
	t.Parallel()
	ids := map[string]string{}
	for _, value := range []string{
		`0`, `1`, `-1`, `10`, `100`, `0.1`, `0.01`, `1e22`, `1e23`, `1e-22`, `1e-23`, `12e20`, `9007199254740992`,
		`9007199254740993`, `1e99999999999`, `1e99999999998`, `"1"`, `"1.0"`, `null`, `""`, `"null"`, `[]`, `[0]`, `{}`, `{"0":0}`,
		`"a\",\"b"`, `["a","b"]`,
	} {
		got := id(t, "sos", `{"v":`+value+`}`, "/v")
		if other, ok := ids[got]; ok {
			t.Errorf("%s and %s have one id", value, other)
		}
		ids[got] = value
	}
}

// Two strings that JSON cannot hold would read as the same replacement character, and
// the second event would be taken for a duplicate of the first.
func TestUnreadableTextMakesNoKey(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"\"\xff\"", "\"\xfe\"", `"\ud800"`, `"\ud801"`, `"\ufffd"`, "{\"\xff\":1}"} {
		body := `{"v":` + value + `}`
		if got := id(t, "sos", body, "/v"); got != "sha256:"+hash(body) {
			t.Errorf("%q: %s, want the body's hash", value, got)
		}
	}
}

// A number moved by any power of ten, and written with an exponent that moves it back,
// is the same number.
func TestNumbersProperty(t *testing.T) {
	t.Parallel()
	v := configure(t, webhook.Settings{Key: []string{"/v"}})
	s := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(vectorSecret)}}
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[1-9][0-9]{0,30}`).Draw(t, "digits")
		zeros := rapid.IntRange(0, 30).Draw(t, "zeros")
		exponent := rapid.IntRange(-40, 40).Draw(t, "exponent")
		read := func(number string) string {
			r := compliancely.Provider{}.Sign(s, "", []byte(`{"v":`+number+`}`), providertest.At)
			got, err := v.Verify(r)
			if err != nil {
				t.Fatal(err)
			}
			return got.ID
		}
		plain := scientific(digits, exponent)
		if read(plain) != read(scientific(digits+strings.Repeat("0", zeros), exponent-zeros)) {
			t.Fatalf("%s with %d zeros more is another number", plain, zeros)
		}
		if read(plain) != read(digits[:1]+"."+digits[1:]+"0"+scientific("", exponent+len(digits)-1)) {
			t.Fatalf("%s with a point is another number", plain)
		}
		if read(plain) == read(scientific(digits, exponent+1)) || read(plain) == read("-"+plain) {
			t.Fatalf("%s and another number have one id", plain)
		}
	})
}

func scientific(digits string, exponent int) string { return digits + "e" + strconv.Itoa(exponent) }
