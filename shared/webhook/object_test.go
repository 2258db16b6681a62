package webhook_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/webhook"
)

func TestParseObject(t *testing.T) {
	t.Parallel()
	deep := func(n int) string {
		return `{"a":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}"
	}
	for _, body := range []string{
		"", "null", "[]", "7", `"private"`, "{", `{"private"}`, "{}{}", deep(10_001), "\ufeff{}", "{\"a\":\"\x01\"}",
	} {
		o, err := webhook.ParseObject([]byte(body))
		if !errors.Is(err, webhook.ErrMalformedBody) || maps.Collect(o.All())["a"] != nil || strings.Contains(err.Error(), "private") {
			t.Errorf("ParseObject of %.20q = %v, %v", body, o, err)
		}
	}
	for _, body := range []string{"{}", "\n{ }\t", deep(5000), "{\"a\":\"\xff\"}"} {
		if _, err := webhook.ParseObject([]byte(body)); err != nil {
			t.Errorf("ParseObject of %.20q = %v", body, err)
		}
	}
}

func TestObjectNames(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("x", 200)
	for _, tt := range []struct {
		name, body, want string
		id, typ          error
	}{
		{"plain", `{"n":"evt_1"}`, "evt_1", nil, nil},
		{"escaped", `{"n":"\u0065vt_\/"}`, "evt_/", nil, nil},
		{"last of two", `{"n":7,"n":"b"}`, "b", nil, nil},
		{"exact name", `{"n":"a","N":"b"}`, "a", nil, nil},
		{"longest", `{"n":"` + longest + `"}`, longest, nil, nil},
		{"too long", `{"n":"` + longest + `x"}`, "", webhook.ErrInvalidID, webhook.ErrInvalidType},
		{"absent", `{"N":"b"}`, "", webhook.ErrMissingID, webhook.ErrMissingType},
		{"null", `{"n":null}`, "", webhook.ErrMissingID, webhook.ErrMissingType},
		{"empty", `{"n":""}`, "", webhook.ErrInvalidID, webhook.ErrInvalidType},
		{"number", `{"n":7}`, "", webhook.ErrInvalidID, webhook.ErrInvalidType},
		{"space", `{"n":"a b"}`, "", webhook.ErrInvalidID, webhook.ErrInvalidType},
		{"control", `{"n":"a\u001f"}`, "", webhook.ErrInvalidID, webhook.ErrInvalidType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, err := webhook.ParseObject([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			id, idErr := o.ID("n")
			typ, typErr := o.Type("n")
			if id != tt.want || typ != tt.want || !errors.Is(idErr, tt.id) || !errors.Is(typErr, tt.typ) {
				t.Errorf("ID = %q, %v; Type = %q, %v", id, idErr, typ, typErr)
			}
		})
	}
}

// Appending to a value does not overwrite the body that it is a slice of.
func TestValuesDoNotReachBeyond(t *testing.T) {
	t.Parallel()
	const body = `{"a":"1","b":"2"}`
	o, err := webhook.ParseObject([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	_ = append(o.Get("a"), "private"...)
	if got := string(o.Get("b")); got != `"2"` {
		t.Errorf("the field after it is %s", got)
	}
}

func TestValidName(t *testing.T) {
	t.Parallel()
	for r := rune(0); r < 0x200; r++ {
		want := r >= 0x21 && r <= 0x7E
		if got := webhook.ValidName("a" + string(r)); got != want {
			t.Errorf("ValidName with %#x = %v, want %v", r, got, want)
		}
	}
	for n, want := range map[int]bool{0: false, 1: true, 200: true, 201: false} {
		if got := webhook.ValidName(strings.Repeat("a", n)); got != want {
			t.Errorf("ValidName of %d characters = %v, want %v", n, got, want)
		}
	}
	if webhook.ValidName("a\xff") {
		t.Error("ValidName accepts invalid UTF-8")
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value string
		want  time.Time
	}{
		{"1790000000", time.Unix(1790000000, 0)},
		{"1.79e9", time.Unix(1790000000, 0)},
		{"1790000000.25", time.Unix(1790000000, 250_000_000)},
		{"1790000000.1", time.Unix(1790000000, 100_000_000)}, // no float has this value
		{"-1.5", time.Unix(-2, 500_000_000)},
		{"0", time.Unix(0, 0)},
		{"253402300799", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"-62167219200", time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"253402300800", time.Time{}},
		{"-62167219201", time.Time{}},
		{"1790000000000", time.Time{}}, // milliseconds
		{"99999999999999999999", time.Time{}},
		{"1e400", time.Time{}},
		{`"1790000000"`, time.Time{}},
		{"null", time.Time{}},
		{"[1]", time.Time{}},
	} {
		o, err := webhook.ParseObject([]byte(`{"t":` + tt.value + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Seconds("t"); !got.Equal(tt.want) {
			t.Errorf("Seconds of %s = %v, want %v", tt.value, got, tt.want)
		}
		if got := o.Seconds("absent"); !got.IsZero() {
			t.Errorf("Seconds of nothing = %v", got)
		}
	}
}

func TestParseSeconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"0": 0, "007": 7, "1790000000": 1790000000, "999999999999": 999999999999} {
		if got, ok := webhook.ParseSeconds(text); got != want || !ok {
			t.Errorf("ParseSeconds(%q) = %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "1_0", "1000000000000", "١", "９"} {
		if got, ok := webhook.ParseSeconds(text); got != 0 || ok {
			t.Errorf("ParseSeconds(%q) = %d, %v, want it refused", text, got, ok)
		}
	}
}

func TestWithinTolerance(t *testing.T) {
	t.Parallel()
	at := time.Unix(1790000000, 999_999_999)
	for _, tt := range []struct {
		ago, tolerance int64
		want           bool
	}{
		{300, 300, true}, {301, 300, false}, {-300, 300, true}, {-301, 300, false}, {1 << 40, 0, true},
	} {
		if got := webhook.WithinTolerance(at.Unix()-tt.ago, at, tt.tolerance); got != tt.want {
			t.Errorf("%d s ago within %d s = %v", tt.ago, tt.tolerance, got)
		}
	}
}

func TestObjectInside(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		list       string // the values of the field n of each object; "no" if it is no list of objects
		texts      map[string]string
	}{
		{"objects", `{"a": [ {"n":"1"} ,{"n":"2"}] }`, "12", nil},
		{"one", `{"a":[{"n":"1"}]}`, "1", nil},
		{"empty list", `{"a":[ ]}`, "", nil},
		{"a number too", `{"a":[{"n":"1"},2]}`, "no", nil},
		{"absent", `{"b":[]}`, "no", nil},
		{"null", `{"a":null}`, "no", nil},
		{"a string", `{"a":"{}]"}`, "no", nil},
		{"an object", `{"a":{"b":"x","c":2,"d":"\u0079\"","d\n":""}}`, "no", map[string]string{"b": "x", "d": `y"`, "d\n": ""}},
		{"an empty object", `{"a":{}}`, "no", map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o, err := webhook.ParseObject([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			list := ""
			objects, err := o.Objects("a")
			if errors.Is(err, webhook.ErrMalformedBody) && objects == nil {
				list = "no"
			}
			for _, object := range objects {
				text, _ := object.Text("n")
				list += text
			}
			if list != tt.list {
				t.Errorf("Objects = %q, %v, want %q", list, err, tt.list)
			}
			if diff := cmp.Diff(tt.texts, o.Texts("a")); diff != "" {
				t.Errorf("Texts (-want +got):\n%s", diff)
			}
		})
	}
}
