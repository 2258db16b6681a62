package queue_test

import (
	"strings"
	"testing"

	"webhookintake/shared/queue"
)

func TestFailureErrorIsCleaned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text, want string
	}{
		{name: "nothing to do", text: `a "b" <c> & ü \`, want: `a "b" <c> & ü \`},
		{name: "lines", text: "one\ntwo\r\tthree", want: "one two  three"},
		{name: "terminal's control", text: "\x1b[31mred\u009b", want: " [31mred "},
		{name: "invisible turn of direction", text: "a\u202eb", want: "a b"},
		{name: "line separators of JSON", text: "a\u2028b", want: "a b"},
		{name: "noncharacters", text: "a\uFFFEb", want: "a b"},
		{name: "invalid UTF-8", text: "a\xffb", want: "a\uFFFDb"},
		{name: "as long as may be", text: strings.Repeat("ü", 500), want: strings.Repeat("ü", 500)},
		{name: "longer, cut between characters", text: strings.Repeat("ü", 501), want: strings.Repeat("ü", 500)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := sms("{}")
			m.Failure = &queue.Failure{Reason: queue.ReasonPermanent, Error: tt.text}
			w, err := queue.Encode(m)
			if err != nil {
				t.Fatal(err)
			}
			if m.Failure.Error != tt.text {
				t.Error("Encode changed the caller's failure")
			}
			if got := queue.Decode(w).Failure.Error; got != tt.want {
				t.Errorf("error = %q, want %q", got, tt.want)
			}
		})
	}
}
