package queue_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/queue"
)

var errForeign = errors.New("not ours")

// foreign gives n attributes of somebody else, named f00, f01, …
func foreign(n int) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprintf("f%02d", i)] = "v"
	}
	return m
}

func with(m map[string]string, pairs ...string) map[string]string {
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func TestEncodeUnreadable(t *testing.T) {
	t.Parallel()
	const failure = `{"reason":"unreadable","error":"not ours"}`
	full := strings.Repeat("b", queue.MaxBytes)
	beside := len("failure") + len("String") + len(failure)
	for _, tt := range []struct {
		name    string
		wire    queue.Wire
		failure *queue.Failure
		want    map[string]string
	}{
		{
			name: "its attributes and the failure",
			wire: queue.Wire{Body: "b", Attributes: foreign(9)},
			want: with(foreign(9), "failure", failure),
		},
		{
			name: "one attribute too many",
			wire: queue.Wire{Body: "b", Attributes: foreign(10)},
			want: with(foreign(9), "failure", failure),
		},
		{
			name: "ours before foreign ones",
			wire: queue.Wire{Body: "b", Attributes: with(foreign(9), "source", "s")},
			want: with(foreign(8), "source", "s", "failure", failure),
		},
		{
			name: "the old failure gives way",
			wire: queue.Wire{Body: "b", Attributes: map[string]string{"failure": "{", "id": "x y"}},
			want: map[string]string{"failure": failure, "id": "x y"},
		},
		{
			name: "what SQS would refuse",
			wire: queue.Wire{Body: "b", Attributes: map[string]string{"a b": "v", "AWS.x": "v", "empty": "", "nul": "\x00", "ok": "v"}},
			want: map[string]string{"ok": "v", "failure": failure},
		},
		{
			name: "a long one gives way, a short one stays",
			wire: queue.Wire{Body: full[:queue.MaxBytes-beside-10], Attributes: map[string]string{"a": "1234", "b": "123"}},
			want: map[string]string{"b": "123", "failure": failure},
		},
		{
			name: "room for the reason only",
			wire: queue.Wire{Body: full[:queue.MaxBytes-beside+5]},
			want: map[string]string{"failure": `{"reason":"unreadable"}`},
		},
		{name: "no room for the failure", wire: queue.Wire{Body: full}, want: map[string]string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := queue.Encode(queue.Message{
				Wire: tt.wire, Unreadable: errForeign,
				Failure: &queue.Failure{Reason: queue.ReasonUnreadable, Error: errForeign.Error()},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got.Body != tt.wire.Body {
				t.Errorf("the body changed: %d bytes became %d", len(tt.wire.Body), len(got.Body))
			}
			if diff := cmp.Diff(tt.want, got.Attributes); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
			if problem := sendable(got); problem != "" {
				t.Errorf("SQS would not take it: %s", problem)
			}
		})
	}
}

func TestEncodeUnreadableKeepsItsFailure(t *testing.T) {
	t.Parallel()
	w, err := queue.Encode(queue.Message{
		Unreadable: errForeign,
		Wire:       queue.Wire{Body: "b", Attributes: map[string]string{"failure": "{"}},
	})
	if err != nil || w.Attributes["failure"] != "{" {
		t.Errorf("Encode = %v, %v, want the attribute as it was", w.Attributes, err)
	}
}

func TestEncodeUnreadableRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		body string
		want error
	}{
		{name: "nothing", body: "", want: queue.ErrInvalid},
		{name: "no text", body: "\x00", want: queue.ErrInvalid},
		{name: "over 1 MiB", body: strings.Repeat("b", queue.MaxBytes+1), want: queue.ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := queue.Encode(queue.Message{Unreadable: errForeign, Wire: queue.Wire{Body: tt.body}})
			if !errors.Is(err, tt.want) {
				t.Errorf("Encode = %v, want %v", err, tt.want)
			}
		})
	}
}
