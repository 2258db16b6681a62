package cli

import (
	"bytes"
	"encoding/json"
	"testing"
)

// TestJSONLine wants control characters escaped, and the same text when the JSON is read.
func TestJSONLine(t *testing.T) {
	t.Parallel()
	const text = "<a>\u009b31m\u202e\x1b"
	var out bytes.Buffer
	if err := NewWriter(&out, noEnv).JSONLine([]string{text}); err != nil {
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
