package webhook

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// A Secret is a shared secret of a provider. It cannot be compared with ==, which
// takes a time that depends on the value, and it does not show when printed, logged
// or marshalled. The zero Secret is empty.
//
// The text is behind a pointer because fmt does not ask an unexported field, or the
// operand of a wrong verb, how it wants to be printed; of a pointer it prints the address.
type Secret struct {
	_    [0]func()
	text *string // nil where empty
}

const redacted = "[secret]"

// NewSecret wraps text, which is used as it is: nothing is trimmed or decoded.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal gives the secret's text, for computing a MAC and nothing else.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsEmpty reports whether there is no secret at all, which no provider accepts.
func (s Secret) IsEmpty() bool { return s.text == nil }

// IsSample reports whether the secret is one of the public sample secrets, which
// contain "sample-only" and vouch for nothing outside a developer's machine.
func (s Secret) IsSample() bool { return strings.Contains(s.Reveal(), "sample-only") }

// Format hides the secret from fmt, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String hides the secret from callers who ask for text.
func (Secret) String() string { return redacted }

// GoString hides the secret from callers who ask for Go syntax.
func (Secret) GoString() string { return redacted }

// LogValue hides the secret from slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the secret from encoders.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalJSON reads the secret from a JSON string. Null leaves it empty. Its error
// does not quote what stood there.
func (s *Secret) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return &FieldError{"secrets", "give each as a JSON string"}
	}
	*s = NewSecret(text)
	return nil
}
