package cli

import (
	"slices"
	"testing"
)

func TestLike(t *testing.T) {
	t.Parallel()
	names := []string{"dead", "doctor", "events", "run", "secret-env", "secret-file", "send", "sign", "sources", "stack"}
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"exchanged characters", "sned", []string{"send"}},
		{"one too many", "runn", []string{"run"}},
		{"one missing", "evnts", []string{"events"}},
		{"upper case", "DOCTOR", []string{"doctor"}},
		{"the beginning of two", "secret", []string{"secret-env", "secret-file"}},
		{"the nearest alone", "sgn", []string{"sign"}},
		{"nothing like it", "frobnicate", nil},
		{"no character in common", "xyz", nil},
		{"empty", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := Like(tt.text, names); !slices.Equal(got, tt.want) {
				t.Errorf("Like(%q) = %q, want %q", tt.text, got, tt.want)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "run", 3}, {"run", "", 3}, {"run", "run", 0}, {"list", "lsit", 1}, {"list", "last", 1},
		{"list", "lists", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
