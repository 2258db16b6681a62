package queuetest

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"webhookintake/shared/queue"
)

func bodyCases() []testCase {
	return []testCase{
		{name: "bodies", quote: "Only what Encode writes is sent.", prove: bodies},
		{name: "largest", quote: "If a method returns nil, its effect is durable.", prove: largest},
	}
}

// noise returns n bytes that do not compress, the same each time.
func noise(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.NewChaCha8([32]byte{1}).Read(b); err != nil {
		panic(err) // its documentation excludes this
	}
	return b
}

func bodies(t *testing.T, h Harness) {
	bodies := map[string][]byte{
		"empty":           {},
		"one space":       []byte(" "),
		"white space":     []byte("\t\r\n \r\r\n\n"),
		"markup":          []byte(`<a b="c">&amp;&#13;]]></a> %26+%2B`),
		"escapes":         []byte(`"\\u0000\n\/"`),
		"beyond the BMP":  []byte("\U0001F4A9\U0010FFFF"),
		"edges":           []byte("\u007f\u0080\uD7FF\uE000\uFFFD"),
		"byte order mark": []byte("\uFEFF{}"),
		"NUL":             {0},
		"control":         []byte("a\x01b\x1f"),
		"noncharacters":   []byte("\uFFFE\uFFFF"),
		"invalid UTF-8":   {0xff, 0xfe, '{', 0xc0, 0x80},
		"a surrogate":     {0xed, 0xa0, 0x80},
		"all bytes":       allBytes(),
		"long and NUL":    bytes.Repeat([]byte("text\x00"), 10_000),
	}
	want := map[string]queue.Message{}
	for name, raw := range bodies {
		m := message(len(want))
		m.ID, m.Raw = strings.ReplaceAll(name, " ", "-"), raw
		want[m.ID] = m
		send(t, h.Queue, m)
	}
	for _, got := range receive(t, h.Queue, len(want)) {
		wantEvent(t, got, want[got.ID])
		delete(want, got.ID)
	}
}

func allBytes() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// largest sends the largest messages that Encode makes, as dead letters with the longest
// error.
func largest(t *testing.T, h Harness) {
	const plain = queue.MaxBytes - 8<<10
	for name, raw := range map[string][]byte{
		"plain":     bytes.Repeat([]byte("p"), plain),
		"zipped":    bytes.Repeat([]byte("z"), queue.MaxRaw),
		"in base64": noise(plain / 4 * 3),
	} {
		m := message(1)
		m.Raw = raw
		m.ID, m.Type = strings.Repeat("i", 200), strings.Repeat("t", 200)
		m.Failure = &queue.Failure{Reason: queue.ReasonOutcomeUnknown, Error: strings.Repeat("\U0001F4A9", queue.MaxErrorLen)}
		send(t, h.Queue, m)
		got := receiveOne(t, h.Queue)
		if !bytes.Equal(got.Raw, raw) || got.Unreadable != nil {
			t.Errorf("%s: %d bytes became %d, unreadable: %v", name, len(raw), len(got.Raw), got.Unreadable)
		}
		wantAnswers(t, h.Queue.Delete(t.Context(), receipts([]queue.Message{got})), 1)
	}
}
