package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// A Secret is a shared secret of a provider. It cannot be compared with ==, whose running
// time depends on the value, and it does not show when it is printed, logged or marshalled.
// The zero Secret is empty.
//
// The text is behind a pointer because fmt calls no method of an unexported field or of the
// operand of a wrong verb; of a pointer it prints the address.
type Secret struct {
	_    [0]func()
	text *string // nil if empty
}

const redacted = "[secret]"

// NewSecret returns a Secret with the given text, which is neither trimmed nor decoded.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal returns the secret's text. Use it where the text itself is needed, as for a MAC.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsEmpty reports whether the secret has no text, which no provider accepts.
func (s Secret) IsEmpty() bool { return s.text == nil }

// IsSample reports whether the secret is one of the public sample secrets, which contain
// "sample-only" and prove nothing outside a developer's machine.
func (s Secret) IsSample() bool { return strings.Contains(s.Reveal(), "sample-only") }

// Format implements [fmt.Formatter]. It hides the text, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String implements [fmt.Stringer]. It hides the text.
func (Secret) String() string { return redacted }

// GoString implements [fmt.GoStringer]. It hides the text.
func (Secret) GoString() string { return redacted }

// LogValue implements [slog.LogValuer]. It hides the text.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler. It hides the text.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalJSON reads the secret from a JSON string. Null is the empty Secret. Its error
// does not quote the value.
func (s *Secret) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return &FieldError{"secrets", "give each as a JSON string"}
	}
	*s = NewSecret(text)
	return nil
}
