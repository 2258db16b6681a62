package webhook_test

import (
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, text, want string }{
		{"plain", "no credit", "no credit"},
		{"empty", "", ""},
		{"control characters", "a\x1b[31m\nb\x00", "a [31m b "},
		{"invisible characters", "a\u200bb\u2028c\u202ed", "a b c d"},
		{"no UTF-8", "a\xffb", "a\ufffdb"},
		{"beyond ASCII", "für 5 €", "für 5 €"},
		{"too long", strings.Repeat("é", 12), strings.Repeat("é", 10)},
	} {
		if got := webhook.Printable(tt.text, 10); got != tt.want {
			t.Errorf("%s: Printable(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
