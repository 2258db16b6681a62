package cli

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// A Kind says what values a flag accepts.
type Kind[T any] struct {
	Want  string // what to give, as "a whole number from 1 to 10"
	Parse func(text string) (value T, ok bool)
	Show  func(T) string
	Words []string // what completion suggests
}

// Whole accepts a whole number of at least low and, unless high is 0, at most high.
func Whole(low, high int) Kind[int] {
	want := fmt.Sprintf("a whole number of at least %d", low)
	if high > 0 {
		want = fmt.Sprintf("a whole number from %d to %d", low, high)
	}
	return Kind[int]{Want: want, Show: strconv.Itoa, Parse: func(text string) (int, bool) {
		n, err := strconv.Atoi(text)
		return n, err == nil && n >= low && (high == 0 || n <= high)
	}}
}

// Number accepts a number from low to high.
func Number(low, high float64) Kind[float64] {
	show := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	return Kind[float64]{Want: "a number from " + show(low) + " to " + show(high), Show: show, Parse: func(text string) (float64, bool) {
		n, err := strconv.ParseFloat(text, 64)
		return n, err == nil && n >= low && n <= high // not if it is NaN
	}}
}

// Address accepts an address on which a server can listen.
func Address() Kind[string] {
	want := "HOST:PORT, as 127.0.0.1:8080, with a port from 0 to 65535"
	return Kind[string]{Want: want, Show: strings.Clone, Parse: func(text string) (string, bool) {
		host, port, err := net.SplitHostPort(text)
		return text, err == nil && port != "" && IsPort(port) && !strings.ContainsAny(host, " /?#@")
	}}
}

// Span accepts a duration of at least low.
func Span(low time.Duration) Kind[time.Duration] {
	want := fmt.Sprintf("a duration of at least %s, as 90s, 15m or 24h", Duration(low))
	return Kind[time.Duration]{Want: want, Show: Duration, Parse: func(text string) (time.Duration, bool) {
		d, err := time.ParseDuration(text)
		return d, err == nil && d >= low
	}}
}

// OneOf accepts one of some words.
func OneOf(words ...string) Kind[string] {
	return Kind[string]{Want: "one of " + strings.Join(words, ", "), Show: strings.Clone, Words: words, Parse: func(text string) (string, bool) {
		return text, slices.Contains(words, text)
	}}
}

// Flag adds a flag to a command. Its value is checked when the command line is read.
func Flag[T any](c *cobra.Command, to *T, name string, value T, kind Kind[T], use string) {
	*to = value
	c.Flags().Var(&flagValue[T]{to, kind}, name, use)
	if len(kind.Words) > 0 {
		Complete(c, name, kind.Words...)
	}
}

// A flagValue is the pflag.Value of a Kind.
type flagValue[T any] struct {
	to   *T
	kind Kind[T]
}

// wanted is what [badFlag] finds out about a flag.
type wanted interface{ want() string }

func (v *flagValue[T]) want() string   { return v.kind.Want }
func (v *flagValue[T]) String() string { return v.kind.Show(*v.to) }
func (v *flagValue[T]) Type() string   { return "value" }

// Set implements pflag.Value.
func (v *flagValue[T]) Set(text string) error {
	value, ok := v.kind.Parse(text)
	if !ok {
		return fmt.Errorf("give %s", v.kind.Want)
	}
	*v.to = value
	return nil
}
