package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Valid agrees with json.Valid.
func TestValid(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", " ", "{", "}", "{}", "[]", "[ ]", "{ }", "[1,]", "[,1]", "[1 2]", "[1,2]", `{"a":1,}`, `{,"a":1}`, `{"a"}`, `{"a":}`, `{"a":1 "b":2}`,
		`{"a":1,"b":[{"c":null},true,false]}`, `{a:1}`, `{1:1}`, "{}{}", "{} x", "nul", "null", "nulll", "tru", "true", "fals", "false", "[truefalse]",
		"0", "-0", "00", "01", "1", "-", "+1", ".5", "1.", "1.5", "1.e5", "1e", "1e5", "1E+5", "1e-", "1e-05", "--1", "0x1", "1_0", "-0.0e0", "[0 ]",
		`"`, `"a`, `"a"`, `"a\"`, `"a\""`, `"\x"`, `"\u12"`, `"\u123"`, `"\u12g4"`, `"\u123g"`, `"\u12A4"`, `"\/\b\f\n\r\t\\"`, `"\`, `"\u`,
		"\"\x00\"", "\x00", "{\x00}", "{}\x00", "\"\x1f\"", "\"\x20\x7f\"", "\"\xff\xfe\"", "\ufeff{}", "\v{}", "\f{}", "\u00a0{}", "\t\r\n {}\t\r\n ",
	}
	for n := range 20 { // each place in and after a word of eight bytes
		for _, b := range []string{`"`, `\`, `\\`, "\x00", "\x1f", " ", "\x7f", "\x80", "\xff", "!", "#", "]", "[", `\n`} {
			texts = append(texts, `"`+strings.Repeat("é", n/2)+strings.Repeat("a", n%2)+b+`zzzzzzzzzz"`, `{"a":"`+strings.Repeat("a", n)+b+`"}`)
		}
	}
	for _, depth := range []int{1, 9_999, 10_000, 10_001} {
		texts = append(texts, strings.Repeat("[", depth)+strings.Repeat("]", depth),
			strings.Repeat(`{"a":`, depth)+"1"+strings.Repeat("}", depth), strings.Repeat("[", depth), strings.Repeat("[{}],", depth))
	}
	for _, text := range texts {
		if got, want := valid([]byte(text)), json.Valid([]byte(text)); got != want {
			t.Errorf("valid(%.60q) = %v, json.Valid says %v", text, got, want)
		}
	}
}

func FuzzValid(f *testing.F) {
	for _, seed := range []string{"{}", `{"a":[1,-2.5e+7,"\u00e9\\",true,null]}`, "\"\x1f\"", `"aaaaaaaaaaaaaaaa\"`, "[[]", "1.e5", " \t0 "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if got, want := valid(text), json.Valid(text); got != want {
			t.Errorf("valid = %v, json.Valid says %v", got, want)
		}
	})
}

// The body is that of an event with a long text, as a message or a document has it.
func BenchmarkValid(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		body := []byte(`{"id":"evt_1","data":{"from":"+15005550001","at":1790000000,"text":"` + strings.Repeat(`Is my \"order\" on its way? `, size/30) + `"}}`)
		for name, fn := range map[string]func([]byte) bool{"ours": valid, "json": json.Valid} {
			b.Run(fmt.Sprint(name, "/", size), func(b *testing.B) {
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if !fn(body) {
						b.Fatal("not valid")
					}
				}
			})
		}
	}
}
