package screen

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestVisible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"{\n\t\"a\": \"\u00fc\"}":      "{\n\t\"a\": \"\u00fc\"}",
		"\u009b31mred\u202e":           `\u009b31mred\u202e`,
		"\x1b[2J\r\x7f":                `\u001b[2J\u000d\u007f`,
		"\U0001f600 \U000e0041\u00a0.": "\U0001f600 " + `\udb40\udc41\u00a0.`,
	} {
		if got := Visible(text); got != want {
			t.Errorf("Visible(%q) = %q, want %q", text, got, want)
		}
	}
}

// What a terminal would obey is escaped, and means the same to whoever reads the JSON.
func TestJSONLine(t *testing.T) {
	t.Parallel()
	const text = "<a>\u009b31m\u202e\x1b"
	var out bytes.Buffer
	if err := JSONLine(&out, []string{text}); err != nil {
		t.Fatal(err)
	}
	if want := `["<a>\u009b31m\u202e\u001b"]` + "\n"; out.String() != want {
		t.Errorf("JSONLine wrote %q, want %q", out.String(), want)
	}
	var back []string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back[0] != text {
		t.Errorf("it reads as %q, %v", back, err)
	}
}
